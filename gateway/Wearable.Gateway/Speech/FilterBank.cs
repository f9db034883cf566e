namespace Wearable.Gateway.Speech;

/// <summary>
/// Logarithmic energies of 80 mel bands every 10 ms, in Kaldi's conventions, which most open speech models of Chinese learned from: 25 ms frames cut
/// inside the sound, mean removed, pre-emphasis 0.97, Hamming window, power spectrum of 512 points, bands from 20 Hz to 8 kHz.
/// </summary>
public static class FilterBank
{
    /// <summary>Bands of one frame.</summary>
    public const int Bands = 80;

    private const int FrameSamples = 25 * SpeechFormat.SamplesPerMs, HopSamples = 10 * SpeechFormat.SamplesPerMs;
    private const int Points = 512, Bins = Points / 2;
    private const double PreEmphasis = 0.97, LowHz = 20, HighHz = SpeechFormat.SampleRateHz / 2.0;
    private const float Floor = 1.1920929e-7f; // Kaldi's: the smallest step of a float at 1

    private static readonly double[] Window = [.. Enumerable.Range(0, FrameSamples).Select(i => 0.54 - (0.46 * Math.Cos(2 * Math.PI * i / (FrameSamples - 1))))];
    private static readonly (int First, float[] Weights)[] Filters = [.. Enumerable.Range(0, Bands).Select(Filter)];

    /// <summary>Frames of a sound: 0 below 25 ms.</summary>
    public static int FramesOf(int samples) => samples < FrameSamples ? 0 : 1 + ((samples - FrameSamples) / HopSamples);

    /// <summary>Makes the energies.</summary>
    /// <param name="samples">int16, mono, 16 kHz, as loud as they came: these models learned from whole numbers, not from -1 to 1.</param>
    /// <returns><see cref="FramesOf"/> times <see cref="Bands"/> natural logarithms, frame by frame, low to high.</returns>
    public static float[] Extract(ReadOnlySpan<short> samples)
    {
        int frames = FramesOf(samples.Length);
        float[] energies = new float[frames * Bands];
        double[] real = new double[Points], imaginary = new double[Points], power = new double[Bins];
        for (int frame = 0; frame < frames; frame++)
        {
            Prepare(samples.Slice(frame * HopSamples, FrameSamples), real);
            Array.Clear(imaginary);
            Fourier(real, imaginary);
            for (int bin = 0; bin < Bins; bin++)
            {
                power[bin] = (real[bin] * real[bin]) + (imaginary[bin] * imaginary[bin]);
            }

            for (int band = 0; band < Bands; band++)
            {
                (int first, float[] weights) = Filters[band];
                double sum = 0;
                for (int i = 0; i < weights.Length; i++)
                {
                    sum += weights[i] * power[first + i];
                }

                energies[(frame * Bands) + band] = MathF.Log(MathF.Max((float)sum, Floor));
            }
        }

        return energies;
    }

    private static void Prepare(ReadOnlySpan<short> frame, double[] real)
    {
        double mean = 0;
        foreach (short sample in frame)
        {
            mean += sample;
        }

        mean /= frame.Length;
        double before = frame[0] - mean; // the first sample is its own predecessor
        for (int i = 0; i < frame.Length; i++)
        {
            double sample = frame[i] - mean;
            real[i] = (sample - (PreEmphasis * before)) * Window[i];
            before = sample;
        }

        Array.Clear(real, frame.Length, Points - frame.Length);
    }

    private static (int First, float[] Weights) Filter(int band)
    {
        double low = Mel(LowHz), step = (Mel(HighHz) - low) / (Bands + 1);
        double left = low + (band * step), centre = left + step, right = centre + step;
        List<float> weights = [];
        int first = 0;
        for (int bin = 0; bin < Bins; bin++)
        {
            double mel = Mel((double)bin * SpeechFormat.SampleRateHz / Points);
            if (mel > left && mel < right)
            {
                first = weights.Count == 0 ? bin : first;
                weights.Add((float)(mel <= centre ? (mel - left) / step : (right - mel) / step));
            }
        }

        return (first, [.. weights]);
    }

    private static double Mel(double hz) => 1127 * Math.Log(1 + (hz / 700));

    // Radix two, in place.
    private static void Fourier(double[] real, double[] imaginary)
    {
        for (int i = 1, j = 0; i < Points; i++)
        {
            int bit = Points >> 1;
            for (; (j & bit) != 0; bit >>= 1)
            {
                j ^= bit;
            }

            j ^= bit;
            if (i < j)
            {
                (real[i], real[j]) = (real[j], real[i]);
                (imaginary[i], imaginary[j]) = (imaginary[j], imaginary[i]);
            }
        }

        for (int length = 2; length <= Points; length <<= 1)
        {
            (double stepSin, double stepCos) = Math.SinCos(-2 * Math.PI / length);
            for (int start = 0; start < Points; start += length)
            {
                double cos = 1, sin = 0;
                for (int k = 0; k < length / 2; k++)
                {
                    int a = start + k, b = a + (length / 2);
                    double re = (real[b] * cos) - (imaginary[b] * sin), im = (real[b] * sin) + (imaginary[b] * cos);
                    (real[b], imaginary[b]) = (real[a] - re, imaginary[a] - im);
                    (real[a], imaginary[a]) = (real[a] + re, imaginary[a] + im);
                    (cos, sin) = ((cos * stepCos) - (sin * stepSin), (cos * stepSin) + (sin * stepCos));
                }
            }
        }
    }
}
