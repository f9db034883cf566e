using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wearable.Firmware.Board;
using Wearable.Gateway;
using Wearable.Gateway.Demo;
using Wearable.Simulator;

namespace Wearable.Bench;

/// <summary>What the benches of whole conversations share: a house with a data folder of its own that is gone afterwards.</summary>
internal static class BenchHouse
{
    /// <summary>Starts a house, waits for its wearables, runs and cleans up.</summary>
    /// <param name="wearables">Options of the wearables; ports are filled in.</param>
    /// <param name="services">Replaces services of the gateway; null for none.</param>
    /// <param name="run">The measurement.</param>
    public static async Task<int> RunAsync(IReadOnlyList<SimulatedWearableOptions> wearables, Action<IServiceCollection>? services, Func<DemoHouse, Task<int>> run)
    {
        string data = Directory.CreateTempSubdirectory("wearable-bench-").FullName;
        GatewayOptions options = new() { HttpPort = 0, MqttPort = 0, DataFolder = data, LogLevel = LogLevel.Error };
        try
        {
            await using DemoHouse house = await DemoHouse.StartAsync(options, wearables, services, CancellationToken.None);
            foreach (SimulatedWearable wearable in house.Wearables)
            {
                await wearable.ReachesAsync(() => wearable.LinkState == LinkState.Up, TimeSpan.FromSeconds(20));
            }

            return await run(house);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    /// <summary>Load of the machine over the last minute, for whoever reads a figure of time; "unknown" where the system does not say.</summary>
    public static string Load => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] + $" on {Environment.ProcessorCount} cores" : "unknown";
}

/// <summary>A brain that says one thing.</summary>
/// <param name="answer">What it says.</param>
internal sealed class OneAnswer(string answer) : IChatClient
{
    /// <inheritdoc/>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask;
        yield return new ChatResponseUpdate(ChatRole.Assistant, answer);
    }

    /// <inheritdoc/>
    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, answer)));

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
