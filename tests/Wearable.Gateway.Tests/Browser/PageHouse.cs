using Microsoft.Extensions.DependencyInjection;
using MQTTnet;
using Wearable.Contract;
using Wearable.Gateway.Dashboard;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Tests.Models;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests.Browser;

/// <summary>A real gateway with the real chart library and a wearable "bear" that has been told of, for a browser to look at.</summary>
public sealed class PageHouse : IAsyncDisposable
{
    private readonly IMqttClient _bear;
    private int _number;

    private PageHouse(TestGateway gateway, IMqttClient bear) => (Gateway, _bear) = (gateway, bear);

    public TestGateway Gateway { get; }

    public Topics Bear { get; } = new("bear");

    public Uri Page => Gateway.Http.BaseAddress!;

    public static async Task<PageHouse> StartAsync(Action<IServiceCollection>? more = null)
    {
        DashboardFiles files = DashboardFiles.From(await TestModels.Files);
        TestGateway gateway = await TestGateway.StartAsync(options => options with { AllowWords = true }, services =>
        {
            services.AddSingleton(files);
            more?.Invoke(services);
        });
        PageHouse house = new(gateway, await gateway.WearableAsync("bear"));
        await house._bear.TellAsync(house.Bear.Status, StatusMessage.Online, retain: true);
        await house.TellAsync(house.Bear.Info, new InfoMessage { Board = "simulator", FirmwareVersion = "0.1.0", Words = "computer", Thresholds = [60], ModelVersion = "both-2", Codecs = [0, 30] });
        await house.TellAsync(house.Bear.State, new StateMessage { Mode = 0, Microphone = 1 });
        await house.HealthAsync(overruns: 2);
        return house;
    }

    public Task HealthAsync(int overruns) => TellAsync(Bear.DeviceHealth, new DeviceHealthMessage
    {
        HasBattery = true, BatteryPercent = 81, FreeHeapBytes = 90_112, LowestHeapBytes = 71_680, Collections = 14, HasRssi = true, RssiDbm = -61,
        UptimeMs = 5_400_000, ResetReason = "power", WorstLoopMs = 96, AudioOverruns = overruns,
    });

    /// <summary>A reading and the three beats before it.</summary>
    public async Task PulseAsync(int rateBpmX10, int quality = 90)
    {
        BeatsMessage beats = new() { Count = 3 };
        for (int i = 0; i < 3; i++)
        {
            (beats.IntervalsMs[i], beats.Accepted[i]) = (600_000 / rateBpmX10, i == 1 ? 0 : 1);
        }

        await TellAsync(Bear.Beats, beats);
        await TellAsync(Bear.Heart, Say.Heart(rateBpmX10, quality));
    }

    public Task WakeAsync(int score) => TellAsync(Bear.Wake, new WakeMessage { TurnId = "ab-" + score, Word = "computer", Score = score, Threshold = 60, LevelDb = -31, PreRollMs = 600 });

    public Task NearMissAsync(int score) => TellAsync(Bear.NearMiss, new NearMissMessage { Word = "computer", Score = score, Threshold = 60, LevelDb = -40 });

    public Task FaultAsync(string what, string text) => TellAsync(Bear.Fault, new OccurrenceMessage { What = what, Count = 3, Text = text });

    /// <summary>A whole turn; its words as said.</summary>
    public async Task TurnAsync(string id, string heard, string answer)
    {
        TurnMessage turn = new() { TurnId = id };
        int[] stages = [540, 910, 1180, 1320, 1410, 3900];
        string[] phases = [TurnPhases.Speech, TurnPhases.Text, TurnPhases.Answer, TurnPhases.Answer, TurnPhases.Audio, TurnPhases.Done];
        for (int i = 0; i < stages.Length; i++)
        {
            (turn.Reached[i], turn.StageMs[i]) = (true, stages[i]);
            (turn.Heard, turn.Answer) = (i >= 1 ? heard : "", i >= 2 ? answer : "");
            await Gateway.Get<IDeviceSender>().PublishTurnAsync("bear", phases[i], turn);
        }
    }

    public Task TellAsync(string topic, ConfigMessage config)
    {
        WireWriter writer = new();
        config.Write(writer);
        return _bear.TellAsync(topic, writer.ToArray(), retain: true);
    }

    public Task TellAsync(string topic, DeviceMessage message) =>
        _bear.TellAsync(topic, Say.Bytes(message, ++_number), retain: topic == Bear.Info || topic == Bear.State);

    public ValueTask DisposeAsync() => Gateway.DisposeAsync();
}
