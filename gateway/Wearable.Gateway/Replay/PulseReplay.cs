using Wearable.Contract;
using Wearable.Firmware.Heart;
using Wearable.Simulator.Pulse;
using Wearable.Simulator.Time;

namespace Wearable.Gateway.Replay;

/// <summary>What became of one stretch when the firmware felt it again.</summary>
/// <param name="Stretch">What was recorded.</param>
/// <param name="Hearts">What the firmware says now, with the same clock.</param>
/// <param name="Compared">Heart messages that both have.</param>
/// <param name="Equal">Of these, how many are the same in rate, quality, state, source and perfusion.</param>
/// <param name="LargestBpm">Largest difference of two rates.</param>
/// <param name="Missing">Messages that only one of them has.</param>
public sealed record PulseResult(PulseStretch Stretch, IReadOnlyList<(long AtMs, HeartMessage Heart)> Hearts, int Compared, int Equal, double LargestBpm, int Missing)
{
    /// <summary>Whether the firmware had to come to the same result: it began where the recording begins, and nothing was lost.</summary>
    public bool Binding => Stretch.FromStart && Stretch.Lost == 0;

    /// <summary>Whether it did.</summary>
    public bool Same => Compared == Equal && Missing == 0;
}

/// <summary>
/// Recorded light, felt once more by the chip's own code: driver, filter, beats, spectrum, gate, on a simulated MAX30102, in virtual time, stepped every 20 ms as the device's
/// loop does. Same recording, same result.
/// </summary>
public static class PulseReplay
{
    /// <summary>Messages further apart than this are not the same one, ms; they come every 2 to 4 s.</summary>
    public const int SameWithinMs = 900;

    /// <summary>Feels one stretch again.</summary>
    public static PulseResult Run(PulseStretch stretch)
    {
        VirtualClock clock = new();
        Max30102Settings settings = new();
        RecordedLight light = new(stretch.Counts, stretch.Leds, settings);
        FakeMax30102 sensor = new(clock, light);
        light.Sensor = sensor;
        HeartMonitor monitor = new(sensor, clock);
        List<(long AtMs, HeartMessage Heart)> said = [];
        long? began = null;
        int version = 0;
        // Nobody there, until the driver sleeps; then the finger comes.
        for (long passes = 0; !light.Ended; passes++)
        {
            clock.Sleep(AudioFormat.HopMs);
            monitor.Step();
            light.Shown |= monitor.Sensor.State == Max30102State.OffBody;
            if (light.Shown && began is null && monitor.RawCount > 0 && monitor.Sensor.State == Max30102State.Running)
            {
                began = clock.UptimeMs - monitor.RawCount * 1_000_000L / monitor.Sensor.SampleRateMilliHz;
            }

            if (monitor.Version != version)
            {
                version = monitor.Version;
                if (began is long start)
                {
                    said.Add((stretch.BeginMs + clock.UptimeMs - start, Message(monitor.Reading)));
                }
            }

            if (began is null && passes > 60_000 / AudioFormat.HopMs)
            {
                break; // the light of this stretch is nobody's: the driver never woke
            }
        }

        return Compare(stretch, said);
    }

    private static IEnumerable<(long AtMs, HeartMessage Heart)> OfLight(IEnumerable<(long AtMs, HeartMessage Heart)> hearts, long endMs) =>
        hearts.Where(heart => heart.AtMs <= endMs).SkipWhile(heart => heart.Heart.State == (int)HeartState.NoContact);

    private static HeartMessage Message(HeartReading reading) => new()
    {
        HasRate = reading.HasRate,
        RateBpmX10 = reading.RateBpmX10,
        Quality = reading.Quality,
        State = (int)reading.State,
        Source = reading.Source,
        Perfusion = reading.Perfusion,
        MotionMilliG = reading.MotionMilliG,
    };

    private static PulseResult Compare(PulseStretch stretch, List<(long AtMs, HeartMessage Heart)> said)
    {
        // What came after the light ended has no light to be made from; "nobody there" is said every 4 s until the first window, by a clock that began before the light.
        long endMs = stretch.BeginMs + stretch.Counts.Count * 1_000_000L / stretch.RateMilliHz;
        (long AtMs, HeartMessage Heart)[] recorded = [.. OfLight(stretch.Hearts, endMs)];
        said = [.. OfLight(said, endMs)];
        int compared = 0, equal = 0, next = 0;
        double largest = 0;
        foreach ((long atMs, HeartMessage then) in recorded)
        {
            while (next < said.Count && said[next].AtMs < atMs - SameWithinMs)
            {
                next++;
            }

            if (next == said.Count || said[next].AtMs > atMs + SameWithinMs)
            {
                continue;
            }

            HeartMessage now = said[next++].Heart;
            compared++;
            equal += (then.HasRate, then.HasRate ? then.RateBpmX10 : 0, then.Quality, then.State, then.Source, then.Perfusion)
                == (now.HasRate, now.HasRate ? now.RateBpmX10 : 0, now.Quality, now.State, now.Source, now.Perfusion) ? 1 : 0;
            largest = then.HasRate && now.HasRate ? Math.Max(largest, Math.Abs(then.RateBpmX10 - now.RateBpmX10) / 10.0) : largest;
        }

        return new PulseResult(stretch, said, compared, equal, largest, recorded.Length + said.Count - 2 * compared);
    }
}
