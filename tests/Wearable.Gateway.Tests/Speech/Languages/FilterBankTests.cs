using Wearable.Gateway.Speech;

namespace Wearable.Gateway.Tests.Speech.Languages;

/// <summary>The front end against the definition it claims, worked out the slow way: a sum over sines, no fast transform, no tables.</summary>
public class FilterBankTests
{
    [Fact]
    public void Energies_are_what_the_definition_says()
    {
        short[] sound = Tones.Of((440, 300), (1900, 200), (6200, 250));
        var random = new Random(3);
        sound = Array.ConvertAll(sound, s => (short)(s + random.Next(-900, 900) + 500)); // noise, and an offset that must not count
        float[] energies = FilterBank.Extract(sound);
        Assert.Equal(1 + ((sound.Length - 400) / 160), energies.Length / FilterBank.Bands);
        foreach (int frame in new[] { 0, 17, 40 })
        {
            double[] expected = Definition(sound.AsSpan(frame * 160, 400));
            for (int band = 0; band < FilterBank.Bands; band++)
            {
                Assert.Equal(expected[band], energies[(frame * FilterBank.Bands) + band], 0.01);
            }
        }
    }

    [Fact]
    public void A_tone_is_loudest_in_its_own_band_and_silence_is_the_floor()
    {
        float[] energies = FilterBank.Extract(Tones.Of((1000, 100)));
        Assert.InRange(Array.IndexOf(energies, energies[..FilterBank.Bands].Max()), 26, 29); // 1 kHz is mel 1000, of 32 to 2840 in 81 steps
        Assert.All(FilterBank.Extract(new short[800]), e => Assert.Equal(Math.Log(1.1920929e-7), e, 0.001));
        Assert.Empty(FilterBank.Extract(new short[399]));
    }

    [Fact]
    public void Rows_hold_seven_frames_six_apart_with_copies_at_the_ends()
    {
        float[] frames = [.. Enumerable.Range(0, 14).Select(f => (float)f)]; // one band
        FrameStack stack = new(7, 6, new float[7], [.. Enumerable.Repeat(1f, 7)]);
        Assert.Equal(3, stack.RowsOf(14));
        Assert.Equal(
            [0, 0, 0, 0, 1, 2, 3, /**/ 3, 4, 5, 6, 7, 8, 9, /**/ 9, 10, 11, 12, 13, 13, 13], stack.Stack(frames));
        FrameStack scaled = new(7, 6, [.. Enumerable.Repeat(-2f, 7)], [.. Enumerable.Repeat(0.5f, 7)]);
        Assert.Equal(0.5f, scaled.Stack(frames)[6]);
    }

    [Theory]
    [InlineData(22050)]
    [InlineData(24000)]
    [InlineData(8000)]
    public void Resampled_tone_keeps_pitch_loudness_and_length(int fromHz)
    {
        float[] tone = [.. Enumerable.Range(0, fromHz).Select(i => MathF.Sin(2 * MathF.PI * 1000 * i / fromHz))];
        float[] made = Resampler.Resample(tone, fromHz, 16000);
        Assert.Equal(16000, made.Length);
        for (int i = 1000; i < 15000; i++)
        {
            Assert.Equal(MathF.Sin(2 * MathF.PI * 1000 * i / 16000), made[i], 0.005f);
        }
    }

    [Fact]
    public void What_sixteen_kilohertz_can_not_hold_is_gone_and_not_folded_back()
    {
        float[] tone = [.. Enumerable.Range(0, 22050).Select(i => MathF.Sin(2 * MathF.PI * 10000 * i / 22050))];
        Assert.All(Resampler.Resample(tone, 22050, 16000)[500..15500], s => Assert.InRange(s, -0.01f, 0.01f));
    }

    private static double[] Definition(ReadOnlySpan<short> frame)
    {
        double mean = 0;
        foreach (short s in frame)
        {
            mean += s / (double)frame.Length;
        }

        double[] x = new double[512];
        for (int i = 0; i < 400; i++)
        {
            double before = frame[Math.Max(i - 1, 0)] - mean;
            x[i] = (frame[i] - mean - (0.97 * before)) * (0.54 - (0.46 * Math.Cos(2 * Math.PI * i / 399)));
        }

        double[] power = new double[256];
        for (int k = 0; k < 256; k++)
        {
            double re = 0, im = 0;
            for (int i = 0; i < 400; i++)
            {
                re += x[i] * Math.Cos(2 * Math.PI * k * i / 512);
                im -= x[i] * Math.Sin(2 * Math.PI * k * i / 512);
            }

            power[k] = (re * re) + (im * im);
        }

        double Mel(double hz) => 1127 * Math.Log(1 + (hz / 700));
        double low = Mel(20), step = (Mel(8000) - low) / 81;
        return [.. Enumerable.Range(0, 80).Select(band => Math.Log(Math.Max(1.1920929e-7, Enumerable.Range(0, 256).Sum(k =>
            Math.Max(0, Math.Min((Mel(k * 31.25) - (low + (band * step))) / step, ((low + ((band + 2) * step)) - Mel(k * 31.25)) / step)) * power[k]))))];
    }
}
