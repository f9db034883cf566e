using Wearable.Contract;
using Wearable.Firmware.Board;
using Wearable.Firmware.Voice;

namespace Wearable.Training;

/// <summary>One score of the device: when (ms of sound), how high (0-100).</summary>
public readonly record struct ScoreAt(int Ms, int Score);

/// <summary>What the device makes of one sound.</summary>
/// <param name="Scores">Every score of at least 1.</param>
/// <param name="OpenHops">Hops with an open gate.</param>
/// <param name="Hops">All hops.</param>
public sealed record DeviceHearing(List<ScoreAt> Scores, int OpenHops, int Hops)
{
    /// <summary>Highest score; 0 when the gate never opened.</summary>
    public int Best => Scores.Count == 0 ? 0 : Scores.Max(s => s.Score);

    /// <summary>Length of the sound.</summary>
    public double Hours => Hops * AudioFormat.HopMs / 3.6e6;

    /// <summary>Hits at a threshold, with the detector's quiet time.</summary>
    public int Hits(int threshold)
    {
        int hits = 0, quietUntilMs = -1;
        foreach (ScoreAt s in Scores)
        {
            if (s.Score >= threshold && s.Ms > quietUntilMs)
            {
                hits++;
                quietUntilMs = s.Ms + WakeWordDetector.QuietMs;
            }
        }

        return hits;
    }
}

/// <summary>Streams sound through the device's own detector.</summary>
public static class DeviceScorer
{
    /// <summary>Hears a whole sound with a fresh detector and notes every score of one word.</summary>
    public static DeviceHearing Hear(WakeModel model, ReadOnlySpan<float> samples, int word = 0)
    {
        WakeWordDetector detector = new(model);
        byte[] hop = new byte[RawSound.HopBytes];
        HopRing ring = new(WakeWordDetector.PastHops + 1);
        List<ScoreAt> scores = [];
        int open = 0, seen = 0, hops = samples.Length / AudioFormat.HopSamples;
        for (int i = 0; i < hops; i++)
        {
            DeviceEars.FillHop(samples.Slice(i * AudioFormat.HopSamples, AudioFormat.HopSamples), hop);
            ring.Push(hop);
            detector.Hear(ring);
            open += detector.GateOpen ? 1 : 0;
            if (detector.ScoreCount != seen)
            {
                seen = detector.ScoreCount;
                if (detector.Scores[word] > 0)
                {
                    scores.Add(new ScoreAt(i * AudioFormat.HopMs, detector.Scores[word]));
                }
            }
        }

        return new DeviceHearing(scores, open, hops);
    }

    /// <summary>A clip with a second of noise before and after, as loud as the clip's own quietest parts (at least -80 dB).</summary>
    public static float[] Padded(float[] clip, int seed)
    {
        const int pad = AudioFormat.SampleRateHz;
        Random random = new(seed);
        List<float> levels = [];
        for (int i = 0; i + 320 <= clip.Length; i += 320)
        {
            float p = 0;
            for (int k = i; k < i + 320; k++)
            {
                p += clip[k] * clip[k];
            }

            levels.Add(MathF.Sqrt(p / 320));
        }

        levels.Sort();
        float level = Math.Clamp(levels.Count == 0 ? 0 : levels[levels.Count / 10], 1e-4f, 3e-3f);
        float[] x = new float[clip.Length + 2 * pad];
        for (int i = 0; i < x.Length; i++)
        {
            bool inside = i >= pad && i < pad + clip.Length;
            x[i] = inside ? clip[i - pad] : level * (float)Sound.Gauss(random);
        }

        return x;
    }

    /// <summary>
    /// The clip as a microphone hears it from a distance: a voice of 65 dB sound pressure at 1 m in a living room (reverberation 0.4 s, 50 m3: as
    /// loud as the direct sound at 0.64 m), a microphone of -26 dBFS at 94 dB, and -84 dBFS of noise, its own and the room's.
    /// </summary>
    /// <param name="padded">Sound, see <see cref="Padded"/>.</param>
    /// <param name="metres">Distance.</param>
    /// <param name="seed">Of the room and the noise.</param>
    public static float[] Far(float[] padded, double metres, int seed)
    {
        const double reverberationMs = 400, equalAtMetres = 0.64, voiceDb = 65 - 94 - 26, noiseDb = -84;
        Random random = new(seed);
        int pad = AudioFormat.SampleRateHz;
        (int from, int to) = Sound.Extent(padded[pad..^pad]);
        double gain = Math.Pow(10, voiceDb / 20) / metres / Sound.SpeechLevel(padded, pad + from, pad + to);
        float[] x = Sound.Room([.. padded.Select(v => (float)(v * gain))], random, reverberationMs, 20 * Math.Log10(equalAtMetres / metres));
        AddNoise(x, 1, -noiseDb, random);
        return x;
    }

    /// <summary>Adds white-to-pink noise at a distance below the speech.</summary>
    public static float[] Noisy(float[] padded, double snrDb, int seed)
    {
        int pad = AudioFormat.SampleRateHz;
        (int from, int to) = Sound.Extent(padded[pad..^pad]);
        float[] x = (float[])padded.Clone();
        AddNoise(x, Sound.SpeechLevel(padded, pad + from, pad + to), snrDb, new Random(seed));
        return x;
    }

    /// <summary>The same noise under sound that never stops, 20 s by 20 s: each as far below its own louder half.</summary>
    public static float[] NoisyBackground(float[] sound, double snrDb, int seed)
    {
        const int piece = 20 * AudioFormat.SampleRateHz;
        Random random = new(seed);
        float[] x = (float[])sound.Clone();
        for (int i = 0; i < x.Length; i += piece)
        {
            int to = Math.Min(x.Length, i + piece);
            AddNoise(x.AsSpan(i..to), Sound.SpeechLevel(sound, i, to), snrDb, random);
        }

        return x;
    }

    private static void AddNoise(Span<float> x, float speechLevel, double snrDb, Random random)
    {
        double level = speechLevel * Math.Pow(10, -snrDb / 20) * Math.Sqrt(1.7 / 0.3), low = 0;
        for (int i = 0; i < x.Length; i++)
        {
            low = 0.7 * low + 0.3 * Sound.Gauss(random);
            x[i] += (float)(level * low);
        }
    }
}
