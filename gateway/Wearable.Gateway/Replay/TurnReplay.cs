using System.Collections.Concurrent;
using MQTTnet;
using MQTTnet.Protocol;
using Wearable.Contract;
using Wearable.Gateway.Mqtt;

namespace Wearable.Gateway.Replay;

/// <summary>
/// A recording sent through a whole gateway of its own, over real MQTT, with the models of this machine: ingest, conversation, safety, brain. Its clock is the
/// recording's and stands still while anything computes, so an hour takes as long as its arithmetic and every replay is the same. The data folder is a new one:
/// what was remembered of other days is not there.
/// </summary>
public static class TurnReplay
{
    // After the last message every wait of a turn has an end within this.
    private static readonly TimeSpan Afterwards = TimeSpan.FromSeconds(30);

    /// <summary>Replays the turns of a recording.</summary>
    /// <param name="day">With sound.</param>
    /// <param name="options">Models, brain and language; ports and folder are the replay's own.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The turns as this gateway takes them.</returns>
    public static async Task<IReadOnlyList<ReplayedTurn>> RunAsync(DayFile day, GatewayOptions options, CancellationToken cancellation = default)
    {
        string folder = Directory.CreateTempSubdirectory("wearable-replay-").FullName;
        bool words = ReplayedTurn.Of(day).Any(turn => turn.Last.Heard.Length > 0);
        ReplayTime time = new(DateTimeOffset.FromUnixTimeMilliseconds(day.Messages.Count > 0 ? day.Messages[0].At : 0));
        BusyEngines busy = new();
        Collector collector = new();
        GatewayOptions own = options with
        {
            HttpPort = 0, MqttPort = 0, MqttsPort = 0, Bind = System.Net.IPAddress.Loopback, Tls = false, DataFolder = folder, AllowWords = words, HomeAssistantPrefix = null, LogLevel = LogLevel.Error,
        };
        try
        {
            await using WebApplication app = await VoiceGateway.BuildAsync(own, services =>
            {
                busy.Wrap(services);
                services.AddSingleton<TimeProvider>(time);
                services.AddSingleton<ITurnListener>(collector);
            }, cancellation).ConfigureAwait(false);
            await GatewayApp.StartAsync(app, cancellation).ConfigureAwait(false);
            using IMqttClient client = await ConnectAsync(day.Device, app.Services.GetRequiredService<GatewayPorts>().Mqtt, cancellation).ConfigureAwait(false);
            foreach (RecordedMessage message in day.Messages.Where(message => PayloadReader.Reads(message.Name.Kind)))
            {
                await ReachAsync(time, busy, DateTimeOffset.FromUnixTimeMilliseconds(message.At), cancellation).ConfigureAwait(false);
                await client.PublishAsync(
                    new MqttApplicationMessage
                    {
                        Topic = message.Topic,
                        PayloadSegment = message.Payload,
                        QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce, // its acknowledgement says that the gateway has it
                        Retain = RetainedMessages.MayRetain(message.Name.Kind),
                    },
                    cancellation).ConfigureAwait(false);
            }

            await ReachAsync(time, busy, time.GetUtcNow() + Afterwards, cancellation).ConfigureAwait(false);
            await app.StopAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }

        return ReplayedTurn.Of(collector.Published);
    }

    private static async Task<IMqttClient> ConnectAsync(string device, int port, CancellationToken cancellation)
    {
        IMqttClient client = new MqttClientFactory().CreateMqttClient();
        await client.ConnectAsync(new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", port).WithClientId(device).WithTimeout(TimeSpan.FromMinutes(2)).Build(), cancellation).ConfigureAwait(false);
        return client;
    }

    private static async Task ReachAsync(ReplayTime time, BusyEngines busy, DateTimeOffset until, CancellationToken cancellation)
    {
        do
        {
            await SettleAsync(busy, cancellation).ConfigureAwait(false);
        }
        while (time.Step(until));
    }

    // Idle twice in a row, a moment apart: what was handed from one task to the next is there by then.
    private static async Task SettleAsync(BusyEngines busy, CancellationToken cancellation)
    {
        for (int idle = 0; idle < 2;)
        {
            await Task.Delay(1, cancellation).ConfigureAwait(false);
            idle = busy.Idle && ThreadPool.PendingWorkItemCount == 0 ? idle + 1 : 0;
        }
    }

    private sealed class Collector : ITurnListener
    {
        private readonly ConcurrentQueue<(string, TurnMessage)> _published = new();

        public IReadOnlyList<(string Phase, TurnMessage Turn)> Published => [.. _published];

        public ValueTask OnTurnAsync(TurnReport report, CancellationToken cancellation)
        {
            _published.Enqueue((report.Phase, report.Turn));
            return ValueTask.CompletedTask;
        }
    }
}
