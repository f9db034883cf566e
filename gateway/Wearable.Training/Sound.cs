using System.Numerics;

namespace Wearable.Training;

/// <summary>What may happen to sound between a mouth and the microphone's bytes. All sound is float, 16 kHz, -1..1.</summary>
public static class Sound
{
    /// <summary>Reads the input <paramref name="step"/> samples at a time (above 1: faster and higher), straight between samples.</summary>
    public static float[] Resample(float[] x, double step)
    {
        if (step > 1.2)
        {
            // A short average keeps what would fold back out.
            x = Average(x, (int)Math.Round(step));
        }

        int n = (int)((x.Length - 1) / step);
        float[] y = new float[Math.Max(n, 0)];
        for (int i = 0; i < y.Length; i++)
        {
            double p = i * step;
            int k = (int)p;
            float f = (float)(p - k);
            y[i] = x[k] + (x[k + 1] - x[k]) * f;
        }

        return y;
    }

    private static float[] Average(float[] x, int width)
    {
        float[] y = new float[x.Length];
        float sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            sum += x[i] - (i >= width ? x[i - width] : 0);
            y[i] = sum / width;
        }

        return y;
    }

    /// <summary>A room: direct sound, then exponentially dying noise.</summary>
    /// <param name="x">Sound.</param>
    /// <param name="random">Chance.</param>
    /// <param name="decayMs">Time to fall by 60 dB.</param>
    /// <param name="directDb">Direct sound above the tail.</param>
    public static float[] Room(float[] x, Random random, double decayMs, double directDb)
    {
        int taps = Math.Min((int)(decayMs * 16 * 0.7), 2400);
        float[] h = new float[taps];
        double energy = 0;
        int gap = random.Next(20, 120);
        for (int i = gap; i < taps; i++)
        {
            h[i] = (float)(Gauss(random) * Math.Exp(-6.9 * i / (decayMs * 16)));
            energy += h[i] * h[i];
        }

        float scale = (float)(Math.Pow(10, -directDb / 20) / Math.Sqrt(energy + 1e-9));
        for (int i = 0; i < taps; i++)
        {
            h[i] *= scale;
        }

        h[0] = 1;
        return Convolve(x, h);
    }

    private static float[] Convolve(float[] x, float[] h)
    {
        // y[n] = sum h[k] x[n - k]: with h reversed it is a dot product of two runs.
        int taps = h.Length, width = Vector<float>.Count;
        float[] reversed = new float[(taps + width - 1) / width * width];
        for (int i = 0; i < taps; i++)
        {
            reversed[i] = h[taps - 1 - i];
        }

        float[] padded = new float[x.Length + reversed.Length + 4];
        x.CopyTo(padded, taps - 1);
        float[] y = new float[(x.Length + 3) / 4 * 4];
        for (int n = 0; n < y.Length; n += 4)
        {
            // Four neighbours at once share the loads of h. The run is padded, so that the last three may look past the end.
            Vector<float> a = Vector<float>.Zero, b = a, c = a, d = a;
            for (int k = 0; k < taps; k += width)
            {
                Vector<float> v = new(reversed, k);
                a += v * new Vector<float>(padded, n + k);
                b += v * new Vector<float>(padded, n + k + 1);
                c += v * new Vector<float>(padded, n + k + 2);
                d += v * new Vector<float>(padded, n + k + 3);
            }

            y[n] = Vector.Sum(a);
            y[n + 1] = Vector.Sum(b);
            y[n + 2] = Vector.Sum(c);
            y[n + 3] = Vector.Sum(d);
        }

        Array.Resize(ref y, x.Length);
        return y;
    }

    /// <summary>Colour of a microphone and its case: a high-pass, a low-pass, a tilt; in place.</summary>
    public static void Colour(float[] x, Random random)
    {
        float high = Pole(random.NextDouble() < 0.5 ? 40 : LogUniform(random, 60, 400));
        float low = Pole(random.NextDouble() < 0.5 ? 7500 : LogUniform(random, 2500, 7500));
        float tilt = (float)(random.NextDouble() * 1.4 - 0.7);
        float slow = 0, smooth = 0, before = 0;
        float lowGain = 1 - low;
        for (int i = 0; i < x.Length; i++)
        {
            slow += (1 - high) * (x[i] - slow);
            float v = x[i] - slow;
            smooth += lowGain * (v - smooth);
            float t = smooth - tilt * before;
            before = smooth;
            x[i] = t;
        }
    }

    private static float[] WithoutHum(float[] x)
    {
        float keep = 1 - Pole(200), slow = 0;
        float[] y = new float[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            slow += keep * (x[i] - slow);
            y[i] = x[i] - slow;
        }

        return y;
    }

    private static float Pole(double hz) => (float)Math.Exp(-2 * Math.PI * hz / 16000);

    /// <summary>Chance between two values, even in ratio.</summary>
    public static double LogUniform(Random random, double low, double high) => low * Math.Pow(high / low, random.NextDouble());

    /// <summary>Chance with mean 0 and spread 1.</summary>
    public static double Gauss(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <summary>Root mean square of the louder half of the 20 ms stretches: the level of the speech, not of its pauses.</summary>
    public static float SpeechLevel(float[] x, int from, int to)
    {
        List<float> powers = [];
        for (int i = from; i + 320 <= to; i += 320)
        {
            float p = 0;
            for (int k = i; k < i + 320; k++)
            {
                p += x[k] * x[k];
            }

            powers.Add(p / 320);
        }

        if (powers.Count == 0)
        {
            return 1e-6f;
        }

        powers.Sort();
        return MathF.Sqrt(powers.Skip(powers.Count / 2).Average()) + 1e-6f;
    }

    /// <summary>
    /// Where the voice begins and ends: 10 ms stretches above the clip's own background and within 32 dB of its peak, without what lies
    /// below 200 Hz. Mains hum in 28 of 372 recordings of "computer" made them twice to four times as long before that was left out.
    /// </summary>
    public static (int From, int To) Extent(float[] sound)
    {
        int n = sound.Length / 160;
        if (n < 5)
        {
            return (0, sound.Length);
        }

        float[] x = WithoutHum(WithoutHum(sound));

        float[] p = new float[n];
        for (int i = 0; i < n; i++)
        {
            for (int k = 0; k < 160; k++)
            {
                p[i] += x[i * 160 + k] * x[i * 160 + k];
            }
        }

        float[] sorted = [.. p.Order()];
        float threshold = Math.Max(sorted[n / 10] * 5, sorted[n - 2] * 6e-4f);
        int first = 0, last = n - 1;
        while (first < n - 2 && (p[first] < threshold || p[first + 1] < threshold))
        {
            first++;
        }

        while (last > first + 2 && (p[last] < threshold || p[last - 1] < threshold))
        {
            last--;
        }

        return (first * 160, Math.Min(sound.Length, (last + 1) * 160));
    }
}
