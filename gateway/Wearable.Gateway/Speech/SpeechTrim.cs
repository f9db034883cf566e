namespace Wearable.Gateway.Speech;

/// <summary>Brings sound into the shape Moonshine reads best.</summary>
public static class SpeechTrim
{
    // 32 dB below the loudest sample; the floor keeps the last bits of a silent room from counting as sound.
    private const int PeakFraction = 40, QuietestPeak = 30;

    /// <summary>Cuts the silence before and after the sound; in a noisy room nothing is below the limit and nothing is cut.</summary>
    /// <param name="samples">int16, mono, 16 kHz.</param>
    /// <param name="leadMs">Silence left in front.</param>
    /// <param name="tailMs">Silence left behind.</param>
    /// <returns>The same sound, -1 to 1; never empty unless samples are.</returns>
    public static float[] Trim(ReadOnlySpan<short> samples, int leadMs, int tailMs)
    {
        int peak = 0;
        foreach (short sample in samples)
        {
            peak = Math.Max(peak, Math.Abs((int)sample));
        }

        int limit = Math.Max(QuietestPeak, peak / PeakFraction);
        int from = 0, to = samples.Length;
        if (peak > limit)
        {
            while (Math.Abs((int)samples[from]) <= limit)
            {
                from++;
            }

            while (Math.Abs((int)samples[to - 1]) <= limit)
            {
                to--;
            }

            from = Math.Max(0, from - leadMs * SpeechFormat.SamplesPerMs);
            to = Math.Min(samples.Length, to + tailMs * SpeechFormat.SamplesPerMs);
        }

        var sound = new float[to - from];
        for (int i = 0; i < sound.Length; i++)
        {
            sound[i] = samples[from + i] / 32768f;
        }

        return sound;
    }

    /// <summary>Plays sound at another pace, as a tape would: slower is lower.</summary>
    /// <param name="sound">Any samples.</param>
    /// <param name="length">New length as a part of the old; above 1 is slower.</param>
    public static float[] Stretch(float[] sound, double length)
    {
        var stretched = new float[(int)(sound.Length * length)];
        for (int i = 0; i < stretched.Length; i++)
        {
            double at = i / length;
            int before = Math.Min((int)at, sound.Length - 1);
            float next = sound[Math.Min(before + 1, sound.Length - 1)];
            stretched[i] = sound[before] + (next - sound[before]) * (float)(at - before);
        }

        return stretched;
    }
}
