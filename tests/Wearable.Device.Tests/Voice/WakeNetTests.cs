using nanoFramework.TestFramework;
using Wearable.Firmware.Voice;

namespace Wearable.DeviceTests
{
    /// <summary>The network's integer arithmetic, on weights out of a generator: no training changes these numbers, only a change of the arithmetic does.</summary>
    [TestClass]
    public class WakeNetTests
    {
        [TestMethod]
        public static void Generated_weights_score_noise_with_the_expected_numbers()
        {
            WakeNet net = new WakeNet(SyntheticModel.Create(2));
            SyntheticSound noise = new SyntheticSound(3);
            int[] row = new int[WakeFeatures.Bands];
            Checksum sum = new Checksum();
            int scores = 0;
            for (int n = 0; n < 100; n++)
            {
                for (int b = 0; b < WakeFeatures.Bands; b++)
                {
                    row[b] = noise.Next() % (WakeFeatures.Largest - WakeFeatures.Smallest + 1) + WakeFeatures.Smallest;
                }

                if (net.Push(row))
                {
                    sum.Add(net.Logits, 2);
                    scores++;
                }
            }

            Check.Equal(100 / WakeNet.RowsPerScore, scores, "scores");
            Check.Equal(Expected.GeneratedLogits, sum.Value, "checksum of the scores");
        }

        [TestMethod]
        public static void A_reset_network_gives_the_same_again()
        {
            WakeNet net = new WakeNet(SyntheticModel.Create(1));
            int first = Score(net);
            net.Reset();
            Check.Equal(first, Score(net), "score after a reset");
        }

        [TestMethod]
        public static void A_model_with_a_wrong_length_is_refused_by_name()
        {
            WakeModel model = SyntheticModel.Create(1);
            model.FrontBias = new int[3];
            try
            {
                WakeModelCheck.Throw(model);
            }
            catch (System.ArgumentException e)
            {
                Check.Text("wake model, front bias: 24 expected, got 3", e.Message, "message");
                return;
            }

            Check.True(false, "a refusal expected");
        }

        [TestMethod]
        public static void The_shipped_model_fits_its_shape()
        {
            WakeModelCheck.Throw(WakeModelShipped.Create());
        }

        private static int Score(WakeNet net)
        {
            SyntheticSound noise = new SyntheticSound(4);
            int[] row = new int[WakeFeatures.Bands];
            Checksum sum = new Checksum();
            for (int n = 0; n < 16; n++)
            {
                for (int b = 0; b < WakeFeatures.Bands; b++)
                {
                    row[b] = noise.Around(60);
                }

                if (net.Push(row))
                {
                    sum.Add(net.Logits[0]);
                }
            }

            return sum.Value;
        }
    }
}
