using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wearable.Firmware.Board;
using Wearable.Gateway;
using Wearable.Gateway.Conversation;
using Wearable.Gateway.Demo;
using Wearable.Gateway.Mqtt.External;
using Wearable.Simulator;

namespace Wearable.EndToEnd.Tests;

/// <summary>A gateway with its real models and one simulated wearable, on free ports, with a data folder of its own.</summary>
internal sealed class House : IAsyncDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("wearable-e2e-").FullName;
    private DemoHouse? _house;

    public DemoHouse Demo => _house ?? throw new InvalidOperationException("house: not started");

    public SimulatedWearable Wearable => Demo.Wearable;

    public static Task<House> StartAsync(SimulatedWearableOptions? wearable = null) => StartAsync([wearable ?? new SimulatedWearableOptions { Id = "bear-1" }]);

    public static async Task<House> StartAsync(IReadOnlyList<SimulatedWearableOptions> wearables, TimeSpan followUp = default, ITurnObserver? observer = null, BrokerChoice? broker = null)
    {
        House house = new();
        GatewayOptions options = new() { HttpPort = 0, MqttPort = 0, DataFolder = house._data, LogLevel = LogLevel.Error, FollowUp = followUp, Broker = broker };
        house._house = await DemoHouse.StartAsync(
            options, wearables, observer is null ? null : services => services.AddSingleton(observer), CancellationToken.None);
        foreach (SimulatedWearable wearable in house.Demo.Wearables)
        {
            Assert.True(await wearable.ReachesAsync(() => wearable.LinkState == LinkState.Up, TimeSpan.FromSeconds(30)), "wearable connects");
        }

        return house;
    }

    public async ValueTask DisposeAsync()
    {
        if (_house is not null)
        {
            await _house.DisposeAsync();
        }

        Directory.Delete(_data, recursive: true);
    }
}
