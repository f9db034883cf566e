using Wearable.Contract;
using Wearable.Meter;
using Wearable.Simulator.Live;
using Wearable.Simulator.Tests.Link;

namespace Wearable.Simulator.Tests.Live;

/// <summary>The firmware, counted, with room and ears elsewhere.</summary>
public class LiveWearableTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_tap_streams_the_room_and_speaking_ends_when_the_last_sample_was_told_as_played()
    {
        await using TestBroker broker = await TestBroker.StartAsync();
        ScriptedGateway gateway = new(broker, "live-turn", Tone(1500), stopAfterPackets: 10);
        await using ILiveWearable wearable = LiveWearables.Make("live-turn", "127.0.0.1", broker.Port, "", "");
        wearable.Start();
        await UntilAsync(wearable, reading => reading.Connected);
        wearable.Tap();
        await UntilAsync(wearable, reading => reading.Mode == "streaming");
        short[] question = Tone(100);
        while (wearable.Reading.Mode == "streaming")
        {
            wearable.Hear(question);
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        Assert.Null(gateway.Failure);
        Assert.Contains(gateway.Heard, sample => Math.Abs((int)sample) > 4000);
        await UntilAsync(wearable, reading => reading.Mode == "speaking");
        long taken = 0, loudest = 0;
        while (taken < 1500 * AudioFormat.SampleRateHz / 1000)
        {
            Assert.Equal("speaking", wearable.Reading.Mode); // it cannot end before it was played
            while (wearable.TryTakeSound(out short[] samples))
            {
                taken += samples.Length;
                loudest = Math.Max(loudest, samples.Max(s => Math.Abs((int)s)));
            }

            wearable.Played(taken - 1);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Assert.Equal("speaking", wearable.Reading.Mode);
        wearable.Played(taken);
        await UntilAsync(wearable, reading => reading.Mode == "idle");
        Assert.InRange(loudest, 1000, 6000);
    }

    [Fact]
    public async Task Two_at_once_are_counted_each_for_itself()
    {
        await using TestBroker broker = await TestBroker.StartAsync();
        await using ILiveWearable quiet = LiveWearables.Make("live-1", "127.0.0.1", broker.Port, "", ""), busy = LiveWearables.Make("live-2", "127.0.0.1", broker.Port, "", "");
        quiet.Start();
        busy.Start();
        short[] voice = Tone(100), pause = new short[voice.Length]; // a tone without an end would be the room's own noise
        for (int i = 0; quiet.Reading.ElapsedMs < 6000 || busy.Reading.ElapsedMs < 6000; i++)
        {
            busy.Hear(i % 8 < 4 ? pause : voice);
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        double PerSecond(LiveReading reading) => reading.Instructions * 1000.0 / reading.ElapsedMs;
        Assert.InRange(PerSecond(quiet.Reading), 50_000, 900_000);
        Assert.True(PerSecond(busy.Reading) > 1.3 * PerSecond(quiet.Reading), $"{quiet.Reading} {busy.Reading}");
        Assert.InRange(busy.Reading.BusyMs / busy.Reading.ElapsedMs, 0.05, 1);
    }

    private static async Task UntilAsync(ILiveWearable wearable, Func<LiveReading, bool> condition)
    {
        long began = TimeProvider.System.GetTimestamp();
        while (!condition(wearable.Reading))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Soon, $"never came to it: {wearable.Reading}");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    private static short[] Tone(int ms) =>
        [.. Enumerable.Range(0, ms * AudioFormat.SampleRateHz / 1000).Select(i => (short)(6000 * Math.Sin(2 * Math.PI * 440 * i / AudioFormat.SampleRateHz)))];
}
