using System.Text.Json;
using Wearable.Contract;
using Wearable.Firmware;
using Wearable.Firmware.Voice;
using Wearable.Firmware.Board;
using Wearable.Simulator.Microphone;
using Wearable.Simulator.Tests.Link;
using Wearable.Simulator.Time;

namespace Wearable.Simulator.Tests;

public class SimulatedWearableTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_button_turn_carries_the_speech_up_and_the_answer_down_without_a_changed_sample()
    {
        await using TestBroker broker = await TestBroker.StartAsync();
        short[] answer = Tone(1500, 700);
        ScriptedGateway gateway = new(broker, "sim-turn", answer, stopAfterPackets: 30);
        await using SimulatedWearable wearable = new(Options(broker, "sim-turn") with { UpCodec = AudioCodec.Pcm16At16k });
        List<DeviceMode> modes = [];
        wearable.Light.Changed += modes.Add;
        wearable.Start();
        Assert.True(await wearable.ReachesAsync(() => wearable.LinkState == LinkState.Up, Soon));

        wearable.Button.Press();
        await Task.Delay(200);
        wearable.Button.Release();
        Assert.True(await wearable.ReachesAsync(() => wearable.Mode == DeviceMode.Streaming, Soon));
        short[] question = Tone(600, 440);
        await wearable.SayAsync(question);
        Assert.True(await wearable.ReachesAsync(() => wearable.Mode == DeviceMode.Speaking, Soon));
        Assert.True(await wearable.ReachesAsync(() => wearable.Mode == DeviceMode.Idle, Soon));

        Assert.Null(gateway.Failure);
        Assert.True(Contains(gateway.Heard, question), "the question did not arrive sample by sample");
        int gain = Loudness.Gain(new Settings().Get(Settings.VolumePercent));
        Assert.Equal(answer.Select(sample => (short)((sample * gain) >> 8)), wearable.TakePlayed());
        Timeline times = wearable.Timeline;
        Assert.NotNull(times.LastVoicedSampleCapturedMs);
        Assert.True(times.FirstSamplePlayedMs > times.LastVoicedSampleCapturedMs);
        Assert.True(times.PlaybackFinishedMs - times.FirstSamplePlayedMs >= 1500 - 0.1);
        Assert.Equal([DeviceMode.Streaming, DeviceMode.Thinking, DeviceMode.Speaking, DeviceMode.Idle], modes.SkipWhile(mode => mode == DeviceMode.Idle));
    }

    [Fact]
    public async Task It_introduces_itself_as_a_simulator()
    {
        await using TestBroker broker = await TestBroker.StartAsync();
        ScriptedGateway gateway = new(broker, "sim-info", [1], 1000);
        await using SimulatedWearable wearable = new(Options(broker, "sim-info"));
        wearable.Start();
        Assert.True(await wearable.ReachesAsync(() => gateway.Events.Any(seen => seen.Topic.EndsWith("/info")), Soon));
        JsonElement info = gateway.Events.First(seen => seen.Topic.EndsWith("/info")).Fields;
        Assert.Equal("simulator", info.GetProperty("board").GetString());
        Assert.Contains("computer", info.GetProperty("words").GetString());
    }

    [Fact]
    public async Task Pulling_the_battery_leaves_the_last_will()
    {
        await using TestBroker broker = await TestBroker.StartAsync();
        string status = new Topics("sim-will").Status;
        SimulatedWearable wearable = new(Options(broker, "sim-will"));
        wearable.Start();
        Assert.True(await wearable.ReachesAsync(() => broker.Published.Contains(new(status, "online", 1, true)), Soon));
        await wearable.StopAsync();
        Assert.True(wearable.Completion.IsCompletedSuccessfully);
        Assert.True(await Eventually(() => broker.Published.Contains(new(status, "offline", 1, true))));
        await Assert.ThrowsAsync<InvalidOperationException>(() => wearable.SayAsync([1]));
    }

    [Fact]
    public async Task A_crash_of_the_firmware_is_never_silent()
    {
        await using TestBroker broker = await TestBroker.StartAsync();
        SimulatedWearable wearable = new(Options(broker, "sim-crash"));
        wearable.Light.Changed += _ => throw new InvalidOperationException("the light burnt out");
        wearable.Start();
        DeviceCrashException crash = await Assert.ThrowsAsync<DeviceCrashException>(() => wearable.ReachesAsync(() => false, Soon));
        Assert.Contains("wearable sim-crash crashed", crash.Message);
        Assert.Contains("the light burnt out", crash.Message);
        await Assert.ThrowsAsync<DeviceCrashException>(wearable.StopAsync);
    }

    [Fact]
    public async Task A_restart_comes_back_under_another_boot_id()
    {
        await using TestBroker broker = await TestBroker.StartAsync();
        ScriptedGateway gateway = new(broker, "sim-boot", [1], 1000);
        await using SimulatedWearable wearable = new(Options(broker, "sim-boot"));
        wearable.Start();
        int[] Boots() => gateway.Events.Where(seen => seen.Topic.EndsWith("/info")).Select(seen => seen.Fields.GetProperty("b").GetInt32()).Distinct().ToArray();
        Assert.True(await wearable.ReachesAsync(() => Boots().Length == 1, Soon));
        await broker.SendAsync(new Topics("sim-boot").Command(CommandNames.Reboot), """{"id":"c-2","ts":0,"ttl":5000}""");
        Assert.True(await wearable.ReachesAsync(() => Boots().Length == 2, Soon));
    }

    [Fact]
    public async Task A_lost_network_is_joined_again_and_the_device_comes_back()
    {
        await using TestBroker broker = await TestBroker.StartAsync();
        await using SimulatedWearable wearable = new(Options(broker, "sim-lossy"));
        wearable.Start();
        Assert.True(await wearable.ReachesAsync(() => wearable.LinkState == LinkState.Up, Soon));
        wearable.Network.Cut();
        Assert.True(await wearable.ReachesAsync(() => wearable.LinkState == LinkState.Down, Soon));
        wearable.Network.Restore();
        Assert.True(await wearable.ReachesAsync(() => wearable.LinkState == LinkState.Up, TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task A_virtual_wearable_runs_faster_than_time_and_boots_alike_from_the_same_seed()
    {
        async Task<int> BootIdAsync(int seed)
        {
            await using TestBroker broker = await TestBroker.StartAsync();
            VirtualClock clock = new();
            await using SimulatedWearable wearable = new(Options(broker, "sim-fast") with { Clock = clock, Seed = seed });
            ScriptedGateway gateway = new(broker, "sim-fast", [1], 1000);
            wearable.Start();
            Assert.True(await wearable.ReachesAsync(() => clock.NowMs > 60_000 && gateway.Events.Any(seen => seen.Topic.EndsWith("/info")), TimeSpan.FromSeconds(40)));
            return gateway.Events.First(seen => seen.Topic.EndsWith("/info")).Fields.GetProperty("b").GetInt32();
        }

        int first = await BootIdAsync(5);
        Assert.Equal(first, await BootIdAsync(5));
        Assert.NotEqual(first, await BootIdAsync(6));
    }

    [Fact]
    public void A_bad_id_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new SimulatedWearable(new SimulatedWearableOptions { Id = "No Spaces" }));
    }

    private static SimulatedWearableOptions Options(TestBroker broker, string id) =>
        new() { Id = id, BrokerPort = broker.Port, NoiseDb = double.NegativeInfinity };

    private static short[] Tone(int ms, double hz) =>
        Enumerable.Range(0, ms * AudioFormat.SampleRateHz / 1000).Select(i => (short)(6000 * Math.Sin(2 * Math.PI * hz * i / AudioFormat.SampleRateHz))).ToArray();

    private static bool Contains(short[] sound, short[] part) => sound.AsSpan().IndexOf(part) >= 0;

    private static async Task<bool> Eventually(Func<bool> condition)
    {
        for (int i = 0; i < 2000 && !condition(); i++)
        {
            await Task.Delay(10);
        }

        return condition();
    }
}
