using nanoFramework.TestFramework;
using Wearable.Firmware.Voice;

namespace Wearable.DeviceTests
{
    /// <summary>A juror that looks at kept rows says what it would have said, had it heard them one by one.</summary>
    [TestClass]
    public class WakeJuryTests
    {
        private const int Words = 2;

        [TestMethod]
        public static void A_look_gives_the_scores_of_a_network_that_heard_every_row()
        {
            WakeJury jury = new WakeJury(new WakeJuror[] { new Juror(SyntheticModel.Create(Words)) }, Words);
            WakeNet net = new WakeNet(SyntheticModel.Create(Words));
            SyntheticSound noise = new SyntheticSound(3);
            int[] row = new int[WakeFeatures.Bands];
            int[] heard = new int[(WakeJury.MostBack + 2) * Words];
            for (int w = 0; w < heard.Length; w++)
            {
                heard[w] = -WakeModel.Ceiling;
            }

            for (int n = 0; n < 200; n++)
            {
                for (int b = 0; b < WakeFeatures.Bands; b++)
                {
                    row[b] = noise.Next() % (WakeFeatures.Largest - WakeFeatures.Smallest + 1) + WakeFeatures.Smallest;
                }

                jury.Keep(row);
                if (!net.Push(row))
                {
                    continue;
                }

                System.Array.Copy(heard, 0, heard, Words, heard.Length - Words);
                System.Array.Copy(net.Logits, 0, heard, 0, Words);
                int most = n % 3; // looks of every length, from the first score on
                for (int part = 1; part < WakeJury.Parts; part++)
                {
                    Check.True(!jury.Look(0, most), "part of a look");
                }

                Check.True(jury.Look(0, most), "a whole one");
                for (int back = 0; back <= most; back++)
                {
                    for (int w = 0; w < Words; w++)
                    {
                        int i = (back * Words) + w;
                        Check.Equal(heard[i] + heard[i + Words], jury.Scores[i], "score, row " + n.ToString() + ", back " + back.ToString());
                    }
                }
            }
        }

        [TestMethod]
        public static void A_juror_that_hears_nothing_keeps_the_device_from_waking()
        {
            WakeWordDetector alone = new WakeWordDetector(SyntheticModel.Create(1));
            WakeWordDetector judged = new WakeWordDetector(SyntheticModel.Create(1), new WakeJury(new WakeJuror[] { new Juror(Deaf()) }, 1));
            WakeWordDetector agreed = new WakeWordDetector(SyntheticModel.Create(1), new WakeJury(new WakeJuror[] { new Juror(SyntheticModel.Create(1)), new Juror(SyntheticModel.Create(1)) }, 1));
            int threshold = Highest(alone);
            alone.SetThreshold("word-0", threshold);
            judged.SetThreshold("word-0", threshold);
            agreed.SetThreshold("word-0", threshold);
            Check.True(Wakes(alone) > 0, "the network alone wakes");
            Check.Equal(0, Wakes(judged), "wakes with a deaf juror");
            Check.True(Wakes(agreed) > 0, "wakes when all agree");
        }

        private static WakeModel Deaf()
        {
            WakeModel model = SyntheticModel.Create(1);
            model.HeadWeights = new sbyte[WakeModel.Channels];
            model.HeadBias = new int[] { (-8 * WakeModel.Ceiling) << model.HeadShift[0] };
            return model;
        }

        private static int Highest(WakeWordDetector detector)
        {
            detector.SetThreshold("word-0", 100);
            int highest = 1;
            HopRing ring = new HopRing(WakeWordDetector.RingHops);
            SyntheticSound sound = new SyntheticSound(9);
            for (int n = 0; n < 120; n++)
            {
                ring.Push(sound.Hop(100, n >= 40 ? 8000 : 0));
                detector.Hear(ring);
                if (detector.Scores[0] > highest)
                {
                    highest = detector.Scores[0];
                }
            }

            detector.Reset();
            return highest;
        }

        private static int Wakes(WakeWordDetector detector)
        {
            int wakes = 0;
            HopRing ring = new HopRing(WakeWordDetector.RingHops);
            SyntheticSound sound = new SyntheticSound(9);
            for (int n = 0; n < 120; n++)
            {
                ring.Push(sound.Hop(100, n >= 40 ? 8000 : 0));
                if (detector.Hear(ring))
                {
                    wakes++;
                }
            }

            return wakes;
        }

        private sealed class Juror : WakeJuror
        {
            private readonly WakeModel _model;

            public Juror(WakeModel model)
            {
                _model = model;
            }

            public override WakeModel Parts()
            {
                return _model;
            }

            public override sbyte[] Matrix(int number)
            {
                return number < 2 ? _model.FrontWeights[number] : _model.MixWeights[number - 2];
            }
        }
    }
}
