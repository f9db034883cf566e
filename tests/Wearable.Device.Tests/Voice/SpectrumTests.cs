using nanoFramework.TestFramework;
using Wearable.Firmware.Voice;

namespace Wearable.DeviceTests
{
    /// <summary>The integer transform and logarithm give the same bits everywhere.</summary>
    [TestClass]
    public class SpectrumTests
    {
        [TestMethod]
        public static void Logs_are_sixteenths_of_an_octave()
        {
            int[] values = { 0, 1, 2, 3, 15, 16, 255, 256, 65535, 65536, 1 << 26, int.MaxValue };
            int[] wanted = { 0, 0, 16, 24, 62, 64, 127, 128, 255, 256, 416, 495 };
            for (int i = 0; i < values.Length; i++)
            {
                Check.Equal(wanted[i], IntegerLog.Sixteenths(values[i]), "log of " + values[i].ToString());
            }
        }

        [TestMethod]
        public static void A_pulse_has_the_same_power_everywhere()
        {
            Spectrum spectrum = new Spectrum();
            int[] power = new int[Spectrum.Points];
            spectrum.Re[Spectrum.Place[0]] = 2047;
            spectrum.Transform(power);
            for (int k = 1; k < Spectrum.Points; k++)
            {
                Check.Between(255 * 255 - 600, 255 * 255 + 600, power[k], "power of frequency " + k.ToString());
            }
        }

        [TestMethod]
        public static void Noise_and_largest_samples_give_the_expected_bits()
        {
            SyntheticSound noise = new SyntheticSound(5);
            Spectrum spectrum = new Spectrum();
            int[] power = new int[Spectrum.Points];
            Checksum sum = new Checksum();
            for (int n = 0; n < 20; n++)
            {
                for (int i = 0; i < Spectrum.Points; i++)
                {
                    int p = Spectrum.Place[i];
                    spectrum.Re[p] = n == 19 ? 2047 : noise.Around(2047);
                    spectrum.Im[p] = n == 19 ? -2047 : noise.Around(2047);
                }

                spectrum.Transform(power);
                sum.Add(power, Spectrum.Points);
            }

            Check.Equal(Expected.SpectrumPower, sum.Value, "checksum of 20 spectra");
        }
    }
}
