namespace Wearable.Gateway.Speech;

/// <summary>
/// Brings sound to another sample rate through a low pass (windowed sinc, 32 zero crossings on each side, Hann), so that nothing folds back: 22.05 kHz of a
/// voice become the 16 kHz of a wearable.
/// </summary>
public static class Resampler
{
    private const int Crossings = 32;
    private const double Rolloff = 0.95; // of the lower of the two limits; the rest is the slope of the filter

    /// <summary>Resamples.</summary>
    /// <param name="sound">Samples, any scale.</param>
    /// <param name="fromHz">Their rate.</param>
    /// <param name="toHz">The wanted rate.</param>
    /// <returns>The same length in seconds.</returns>
    public static float[] Resample(ReadOnlySpan<float> sound, int fromHz, int toHz)
    {
        if (fromHz == toHz)
        {
            return sound.ToArray();
        }

        double cutoff = Rolloff * Math.Min(1, (double)toHz / fromHz), reach = Crossings / cutoff;
        float[] resampled = new float[(int)((long)sound.Length * toHz / fromHz)];
        // The same distances come back every toHz / gcd samples: 320 tables for 22.05 to 16 kHz.
        int gcd = Gcd(fromHz, toHz), phases = toHz / gcd, step = fromHz / gcd;
        float[]?[] tables = new float[phases][];
        for (int i = 0; i < resampled.Length; i++)
        {
            long at = (long)i * step;
            int phase = (int)(at % phases), whole = (int)(at / phases);
            float[] table = tables[phase] ??= Table(phase / (double)phases, cutoff, reach);
            int first = whole - (table.Length / 2) + 1;
            double sum = 0;
            for (int k = Math.Max(0, -first); k < table.Length && first + k < sound.Length; k++)
            {
                sum += table[k] * sound[first + k];
            }

            resampled[i] = (float)sum;
        }

        return resampled;
    }

    private static float[] Table(double phase, double cutoff, double reach)
    {
        int half = (int)Math.Ceiling(reach);
        float[] table = new float[2 * half];
        for (int k = 0; k < table.Length; k++)
        {
            double distance = k - half + 1 - phase, x = Math.PI * distance * cutoff;
            double window = Math.Abs(distance) >= reach ? 0 : 0.5 + (0.5 * Math.Cos(Math.PI * distance / reach));
            table[k] = (float)(cutoff * window * (Math.Abs(x) < 1e-9 ? 1 : Math.Sin(x) / x));
        }

        return table;
    }

    private static int Gcd(int a, int b) => b == 0 ? a : Gcd(b, a % b);
}
