using Wearable.Firmware.Voice;

namespace Wearable.Firmware.Tests.Voice;

public class SpectrumTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(16)]
    [InlineData(21)]
    [InlineData(31)]
    public void A_tone_has_the_power_an_exact_transform_gives(int bin)
    {
        double[] x = [.. Enumerable.Range(0, Spectrum.Samples).Select(i => Math.Round(1000 * Math.Sin(2 * Math.PI * bin * i / Spectrum.Samples + 0.7) + 300 * Math.Cos(2 * Math.PI * 9 * i / Spectrum.Samples)))];
        Spectrum spectrum = new();
        for (int n = 0; n < Spectrum.Points; n++)
        {
            spectrum.Re[Spectrum.Place[n]] = (int)x[2 * n];
            spectrum.Im[Spectrum.Place[n]] = (int)x[2 * n + 1];
        }

        int[] power = new int[Spectrum.Points];
        spectrum.Transform(power);
        for (int k = 1; k < Spectrum.Points; k++)
        {
            double re = 0, im = 0;
            for (int i = 0; i < Spectrum.Samples; i++)
            {
                re += x[i] * Math.Cos(2 * Math.PI * k * i / Spectrum.Samples);
                im -= x[i] * Math.Sin(2 * Math.PI * k * i / Spectrum.Samples);
            }

            // Twice the amplitude, shifted down by 4: a 64th of the power. Rounding leaves two units of amplitude at most.
            double wanted = Math.Sqrt(re * re + im * im) / 8;
            Assert.InRange(Math.Sqrt(power[k]), wanted - 4, wanted + 4);
        }
    }
}
