using nanoFramework.TestFramework;
using Wearable.Firmware.Board;
using Wearable.Firmware.Voice;

namespace Wearable.DeviceTests
{
    /// <summary>The whole way from raw bytes to a score.</summary>
    [TestClass]
    public class WakeWordDetectorTests
    {
        [TestMethod]
        public static void Silence_keeps_the_gate_shut_and_scores_nothing()
        {
            WakeWordDetector detector = new WakeWordDetector(SyntheticModel.Create(1));
            byte[] hop = new byte[RawSound.HopBytes];
            HopRing ring = new HopRing(WakeWordDetector.PastHops + 1);
            for (int n = 0; n < 100; n++)
            {
                ring.Push(hop);
                Check.True(!detector.Hear(ring), "heard a word in silence");
            }

            Check.True(!detector.GateOpen, "gate shut");
            Check.Equal(0, detector.ScoreCount, "scores");
        }

        [TestMethod]
        public static void A_buzz_opens_the_gate_and_gives_the_expected_scores()
        {
            Check.Equal(Expected.GeneratedScores, Scores(new WakeWordDetector(SyntheticModel.Create(2)), 2), "checksum of the scores");
        }

        [TestMethod]
        public static void The_shipped_model_gives_the_expected_scores()
        {
            Check.Equal(Expected.ShippedScores, Scores(new WakeWordDetector(WakeModelShipped.Create()), 1), "checksum of the scores");
        }

        [TestMethod]
        public static void A_score_over_the_threshold_is_reported_once()
        {
            WakeWordDetector detector = new WakeWordDetector(SyntheticModel.Create(1));
            Check.True(detector.SetThreshold("word-0", 0), "known word");
            Check.True(!detector.SetThreshold("word-9", 0), "unknown word");
            SyntheticSound sound = new SyntheticSound(9);
            HopRing ring = new HopRing(WakeWordDetector.PastHops + 1);
            int heard = 0;
            for (int n = 0; n < 80; n++)
            {
                ring.Push(sound.Hop(100, n >= 40 ? 8000 : 0));
                if (detector.Hear(ring))
                {
                    heard++;
                    Check.Text("word-0", detector.Detection.Word, "word");
                    Check.Between(-40, 0, detector.Detection.LevelDb, "level");
                    Check.Between(20, 1500, detector.Detection.BeganMsAgo, "began");
                }
            }

            Check.Equal(1, heard, "reports within " + WakeWordDetector.QuietMs.ToString() + " ms");
        }

        [TestMethod]
        public static void While_more_is_needed_a_score_must_lie_that_far_above_the_threshold()
        {
            WakeWordDetector detector = new WakeWordDetector(SyntheticModel.Create(1));
            SyntheticSound sound = new SyntheticSound(9);
            HopRing ring = new HopRing(WakeWordDetector.PastHops + 1);
            int heardAbove = 0;
            int heardAtAll = 0;
            detector.SetThreshold("word-0", 0);
            for (int n = 0; n < 160; n++)
            {
                detector.NeedMore(n < 80 ? 101 : 0);
                ring.Push(sound.Hop(100, n >= 40 ? 8000 : 0));
                if (detector.Hear(ring))
                {
                    heardAtAll++;
                    heardAbove += n < 80 ? 1 : 0;
                }
            }

            Check.Equal(0, heardAbove, "reports while no score is enough");
            Check.True(heardAtAll > 0, "reports afterwards");
        }

        private static int Scores(WakeWordDetector detector, int words)
        {
            SyntheticSound sound = new SyntheticSound(8);
            HopRing ring = new HopRing(WakeWordDetector.PastHops + 1);
            Checksum sum = new Checksum();
            int count = 0;
            for (int n = 0; n < 150; n++)
            {
                ring.Push(sound.Hop(150, n >= 50 && n < 90 ? 5000 : 0));
                bool heard = detector.Hear(ring);
                if (detector.ScoreCount != count)
                {
                    count = detector.ScoreCount;
                    sum.Add(detector.Scores, words);
                    sum.Add(heard ? 1 : 0);
                }
            }

            Check.True(count > 10, "more than ten scores while the gate is open, got " + count.ToString());
            return sum.Value;
        }
    }
}
