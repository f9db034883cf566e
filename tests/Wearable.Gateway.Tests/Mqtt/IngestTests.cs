using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MQTTnet;
using MQTTnet.Protocol;
using Wearable.Contract;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests.Mqtt;

public sealed class IngestTests
{
    [Fact]
    public async Task A_flood_of_QoS_1_is_stored_whole_and_in_order()
    {
        const int Wearables = 4, Each = 2500;
        await using TestGateway gateway = await TestGateway.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, Wearables).Select(async w =>
        {
            string id = "bear-" + w;
            IMqttClient client = await gateway.WearableAsync(id);
            string topic = new Topics(id).Button;
            List<Task> sent = [];
            for (int n = 1; n <= Each; n++)
            {
                sent.Add(client.TellAsync(topic, Say.Bytes(Say.Button(), n)));
            }

            await Task.WhenAll(sent);
        }));
        for (int w = 0; w < Wearables; w++)
        {
            List<string> numbers = await gateway.RowsAsync($"SELECT json_extract(payload, '$.n') FROM events WHERE device = 'bear-{w}' ORDER BY id");
            Assert.Equal(Enumerable.Range(1, Each).Select(n => n.ToString()), numbers);
            Assert.Equal(new LaneCounts(Each, 0, 0, 0, 0), gateway.Get<Ingest>().CountsOf("bear-" + w));
        }
    }

    [Fact]
    public async Task A_duplicate_is_heard_once()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        IMqttClient bear = await gateway.WearableAsync("bear");
        foreach (int n in new[] { 1, 2, 2, 1, 5, 3, 5 })
        {
            await bear.TellAsync(new Topics("bear").Button, Say.Bytes(Say.Button(), n));
        }

        Assert.Equal(["1", "2", "5", "3"], await gateway.RowsAsync("SELECT json_extract(payload, '$.n') FROM events ORDER BY id"));
        Assert.Equal(new LaneCounts(Received: 4, Duplicates: 3, Lost: 1, AudioLost: 0, Refused: 0), gateway.Get<Ingest>().CountsOf("bear"));
    }

    [Fact]
    public async Task A_new_boot_counts_from_one_again()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        IMqttClient bear = await gateway.WearableAsync("bear");
        for (int boot = 1; boot <= 6; boot++)
        {
            await bear.TellAsync(new Topics("bear").Button, Say.Bytes(Say.Button(), 1, boot));
            await bear.TellAsync(new Topics("bear").Button, Say.Bytes(Say.Button(), 3, boot));
        }

        Assert.Equal(new LaneCounts(Received: 12, Duplicates: 0, Lost: 6, AudioLost: 0, Refused: 0), gateway.Get<Ingest>().CountsOf("bear"));
    }

    [Fact]
    public async Task Missing_sound_is_counted_inside_a_stream_only()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        IMqttClient bear = await gateway.WearableAsync("bear");
        string up = new Topics("bear").AudioUp;
        await bear.TellAsync(up, Say.Audio(65534, AudioPacket.First));
        await bear.TellAsync(up, Say.Audio(1)); // 65535 and 0 are missing
        await bear.TellAsync(up, Say.Audio(2, AudioPacket.Last, AudioCodec.ImaAdpcmAt16k));
        await bear.TellAsync(up, Say.Audio(900, AudioPacket.First));
        Assert.Equal(2, gateway.Get<Ingest>().CountsOf("bear").AudioLost);
    }

    [Fact]
    public async Task Sound_is_handed_over_decoded()
    {
        Collector collector = new();
        await using TestGateway gateway = await TestGateway.StartAsync(services: s => s.AddSingleton<IDeviceListener>(collector));
        IMqttClient bear = await gateway.WearableAsync("bear");
        byte[] pcm = Say.Audio(3, AudioPacket.First | AudioPacket.PreRoll);
        pcm[AudioPacket.HeaderBytes] = 0x34;
        pcm[AudioPacket.HeaderBytes + 1] = 0x92; // -28108
        await bear.TellAsync(new Topics("bear").AudioUp, pcm);
        await bear.TellAsync(new Topics("bear").AudioUp, Say.Audio(4, 0, AudioCodec.ImaAdpcmAt16k));
        await bear.TellAsync(new Topics("bear").AudioUp, Say.Audio(5, AudioPacket.Last)[..AudioPacket.HeaderBytes]);
        AudioChunk[] chunks = [.. collector.Reports.Select(report => (AudioChunk)report.Message)];
        Assert.Equal([AudioFormat.PacketSamples, AudioFormat.PacketSamples, 0], chunks.Select(chunk => chunk.Samples.Length));
        Assert.Equal(-28108, chunks[0].Samples[0]);
        Assert.Equal((AudioPacket.First | AudioPacket.PreRoll, 3, 180L), (chunks[0].Flags, chunks[0].Sequence, chunks[0].TimestampMs));
    }

    [Fact]
    public async Task A_last_will_takes_the_wearable_offline()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        Viewer viewer = await gateway.ViewerAsync("wearable/#");
        IMqttClient bear = await gateway.WearableAsync("bear");
        await bear.TellAsync(new Topics("bear").Status, StatusMessage.Online, retain: true);
        Assert.True(gateway.Get<DeviceRegistry>().Find("bear")!.Online);
        Assert.Equal("online", (await viewer.NextAsync()).Text);
        bear.Dispose(); // the connection breaks without a goodbye
        Assert.Equal("offline", (await viewer.NextAsync()).Text);
        Assert.False(gateway.Get<DeviceRegistry>().Find("bear")!.Online);
    }

    [Fact]
    public async Task A_wearable_that_reconnects_over_its_dead_connection_stays_online()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        IMqttClient old = await gateway.WearableAsync("bear");
        await old.TellAsync(new Topics("bear").Status, StatusMessage.Online, retain: true);
        IMqttClient bear = await gateway.WearableAsync("bear");
        await bear.TellAsync(new Topics("bear").Status, StatusMessage.Online, retain: true);
        await bear.TellAsync(new Topics("bear").Button, Say.Bytes(Say.Button(), 1));
        Assert.True(gateway.Get<DeviceRegistry>().Find("bear")!.Online);
    }

    [Fact]
    public async Task A_slow_listener_slows_its_wearable_and_no_other()
    {
        Gate gate = new("bear");
        await using TestGateway gateway = await TestGateway.StartAsync(services: s => s.AddSingleton<IDeviceListener>(gate));
        IMqttClient bear = await gateway.WearableAsync("bear");
        IMqttClient owl = await gateway.WearableAsync("owl");
        Task<MqttClientPublishResult> held = bear.TellAsync(new Topics("bear").Button, Say.Bytes(Say.Button(), 1));
        await gate.Reached.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await owl.TellAsync(new Topics("owl").Button, Say.Bytes(Say.Button(), 1));
        Assert.False(held.IsCompleted); // not acknowledged while the listener holds it
        gate.Open.SetResult();
        await held;
        Assert.Equal(1, gateway.Get<Ingest>().CountsOf("bear").Received);
    }

    [Fact]
    public async Task One_failing_listener_keeps_nothing_from_the_next()
    {
        Collector collector = new();
        await using TestGateway gateway = await TestGateway.StartAsync(services: s => s
            .AddSingleton<IDeviceListener>(new Failing())
            .AddSingleton<IDeviceListener>(collector));
        gateway.ErrorsExpected = true;
        IMqttClient bear = await gateway.WearableAsync("bear");
        await bear.TellAsync(new Topics("bear").Button, Say.Bytes(Say.Button(), 1));
        Assert.Single(collector.Reports);
        Assert.Contains(gateway.Log.At(LogLevel.Error), line => line.Contains("Failing failed at Button of bear", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_wearable_too_many_is_refused_and_said()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(options => options with { MaxDevices = 2 });
        foreach (string id in new[] { "a", "b", "c" })
        {
            IMqttClient client = await gateway.WearableAsync(id);
            await client.TellAsync(new Topics(id).Status, StatusMessage.Online);
        }

        Assert.Equal(["a", "b"], gateway.Get<DeviceRegistry>().All().Select(device => device.Id));
        Refusal refusal = Assert.Single(gateway.Get<RefusalLog>().Recent());
        Assert.Equal(("c", "at most 2 wearables expected, got one more"), (refusal.ClientId, refusal.Why));
    }

    private sealed class Collector : IDeviceListener
    {
        public List<DeviceReport> Reports { get; } = [];

        public ValueTask OnReportAsync(DeviceReport report, CancellationToken cancellation)
        {
            Reports.Add(report);
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Failing : IDeviceListener
    {
        public ValueTask OnReportAsync(DeviceReport report, CancellationToken cancellation) => throw new InvalidOperationException("broken on purpose");
    }

    private sealed class Gate(string deviceId) : IDeviceListener
    {
        public TaskCompletionSource Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Open { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async ValueTask OnReportAsync(DeviceReport report, CancellationToken cancellation)
        {
            if (report.DeviceId == deviceId && report.Kind == TopicKind.Button)
            {
                Reached.TrySetResult();
                await Open.Task.WaitAsync(cancellation);
            }
        }
    }
}
