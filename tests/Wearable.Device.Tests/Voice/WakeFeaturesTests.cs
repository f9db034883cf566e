using nanoFramework.TestFramework;
using Wearable.Firmware.Board;
using Wearable.Firmware.Voice;

namespace Wearable.DeviceTests
{
    /// <summary>Two seconds of sound become the same features on the chip as where the network was trained.</summary>
    [TestClass]
    public class WakeFeaturesTests
    {
        [TestMethod]
        public static void Hiss_with_a_buzz_gives_the_expected_features()
        {
            SyntheticSound sound = new SyntheticSound(7);
            WakeFeatures features = new WakeFeatures();
            int[] row = new int[WakeFeatures.Bands];
            Checksum sum = new Checksum();
            for (int n = 0; n < 100; n++)
            {
                bool buzz = n >= 40 && n < 70;
                features.Extract(sound.Hop(200, buzz ? 6000 : 0), WakeWordDetector.RowOffset, 1, row);
                sum.Add(row, WakeFeatures.Bands);
                if (n == 45)
                {
                    Check.Same(Expected.BuzzRow, row, WakeFeatures.Bands, "band");
                }
            }

            Check.Equal(Expected.Features, sum.Value, "checksum of 100 rows");
        }

        [TestMethod]
        public static void Silence_full_scale_and_an_offset_divide_by_nothing()
        {
            WakeFeatures features = new WakeFeatures();
            int[] row = new int[WakeFeatures.Bands];
            byte[] hop = new byte[RawSound.HopBytes];
            for (int n = 0; n < 10; n++)
            {
                features.Extract(hop, 0, 1, row);
            }

            for (int b = 0; b < WakeFeatures.Bands; b++)
            {
                Check.Between(WakeFeatures.Smallest, 0, row[b], "silence, band " + b.ToString());
            }

            for (int i = 0; i < hop.Length; i += 8)
            {
                hop[i + RawSound.VoiceOffset] = 0xFF;
                hop[i + RawSound.VoiceOffset + 1] = 0x7F;
                hop[i + 4 + RawSound.VoiceOffset] = 0x00;
                hop[i + 4 + RawSound.VoiceOffset + 1] = 0x80;
            }

            features.Extract(hop, 0, 1000, row);
            for (int b = 0; b < WakeFeatures.Bands; b++)
            {
                Check.Between(WakeFeatures.Smallest, WakeFeatures.Largest, row[b], "full scale, band " + b.ToString());
            }
        }
    }
}
