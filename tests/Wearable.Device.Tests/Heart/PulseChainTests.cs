using nanoFramework.TestFramework;
using Wearable.Firmware.Heart;

namespace Wearable.DeviceTests
{
    /// <summary>Light to wave to beats to a rate: the same numbers everywhere, and nothing divides by zero in the dark.</summary>
    [TestClass]
    public class PulseChainTests
    {
        [TestMethod]
        public static void A_synthetic_pulse_makes_the_expected_wave_and_beats()
        {
            PulseFilter filter = new PulseFilter();
            BeatDetector detector = new BeatDetector();
            SyntheticPulse pulse = new SyntheticPulse(110000, 900, 40);
            Checksum wave = new Checksum();
            Checksum beats = new Checksum();
            int count = 0;
            for (int n = 0; n < 1000; n++)
            {
                if (!filter.Push(pulse.Next()))
                {
                    continue;
                }

                wave.Add(filter.Wave);
                if (detector.Push(filter.Wave))
                {
                    count++;
                    beats.Add(detector.BeatTime);
                }
            }

            Check.Between(20, 25, count, "beats in 20 s of 75 a minute");
            Check.Equal(Expected.PulseWave, wave.Value, "checksum of the wave");
            Check.Equal(Expected.BeatTimes, beats.Value, "checksum of the beats");
        }

        [TestMethod]
        public static void Beats_and_spectrum_agree_and_the_gate_opens()
        {
            PulseFilter filter = new PulseFilter();
            BeatDetector detector = new BeatDetector();
            BeatWindow window = new BeatWindow();
            LateBeats late = new LateBeats();
            PulseSpectrum spectrum = new PulseSpectrum();
            HeartGate gate = new HeartGate();
            SyntheticPulse pulse = new SyntheticPulse(110000, 900, 50);
            for (int n = 0; n < 1200; n++)
            {
                if (!filter.Push(pulse.Next()))
                {
                    continue;
                }

                if (detector.Push(filter.Wave))
                {
                    window.Add(detector.BeatTime);
                }

                if (spectrum.Push(filter.Wave))
                {
                    spectrum.Evaluate();
                    window.Evaluate((detector.Index - 1) << BeatDetector.TimeShift, late);
                    gate.Judge(window, spectrum, 800, false);
                }
            }

            // 50 samples of light are 25 of the wave.
            Check.Between(25 * 256 - 30, 25 * 256 + 30, window.MeanInterval, "mean interval");
            Check.Between(25 * 256 - 90, 25 * 256 + 90, spectrum.Period, "period");
            Check.Equal((int)HeartState.Ok, (int)gate.State, "gate");
            Check.Equal(Expected.GateNumbers[0], window.MeanInterval, "mean interval, exactly");
            Check.Equal(Expected.GateNumbers[1], spectrum.Period, "period, exactly");
            Check.Equal(Expected.GateNumbers[2], spectrum.StrengthMilli, "strength, exactly");
            Check.Equal(Expected.GateNumbers[3], gate.Quality, "quality, exactly");
        }

        [TestMethod]
        public static void Darkness_full_light_and_a_standstill_divide_by_nothing()
        {
            int[] lights = { 0, Max30102Registers.FullScale, 1 };
            for (int l = 0; l < lights.Length; l++)
            {
                PulseFilter filter = new PulseFilter();
                BeatDetector detector = new BeatDetector();
                BeatWindow window = new BeatWindow();
                LateBeats late = new LateBeats();
                PulseSpectrum spectrum = new PulseSpectrum();
                HeartGate gate = new HeartGate();
                for (int n = 0; n < 500; n++)
                {
                    if (filter.Push(lights[l]))
                    {
                        Check.Equal(0, filter.Wave, "wave of constant light");
                        detector.Push(filter.Wave);
                        if (spectrum.Push(filter.Wave))
                        {
                            spectrum.Evaluate();
                            window.Evaluate((detector.Index - 1) << BeatDetector.TimeShift, late);
                            gate.Judge(window, spectrum, 100, false);
                        }
                    }
                }

                Check.Equal(0, window.MeanInterval, "mean interval");
                Check.Equal(0, spectrum.Period, "period");
                Check.Equal(0, gate.Quality, "quality");
            }
        }

        [TestMethod]
        public static void What_the_newest_light_shows_is_later_found_to_be_a_beat()
        {
            PulseFilter filter = new PulseFilter();
            BeatDetector detector = new BeatDetector();
            LateBeats late = new LateBeats();
            SyntheticPulse pulse = new SyntheticPulse(110000, 900, 40);
            int[] seen = new int[32];
            int seenCount = 0;
            int confirmed = 0;
            bool found = false;
            for (int n = 0; n < 1500; n++)
            {
                if (!filter.Push(pulse.Next()))
                {
                    continue;
                }

                int newest = detector.Index;
                if (detector.Push(filter.Wave))
                {
                    found = true;
                    for (int i = 0; i < seenCount; i++)
                    {
                        int off = seen[i] - detector.BeatTime;
                        confirmed += off > -128 && off < 128 ? 1 : 0; // half a wave sample: 20 ms
                    }
                }

                if (found && n % 100 < 2)
                {
                    int behind = (newest << BeatDetector.TimeShift) - detector.BeatTime + (PulseFilter.DelayHalfSamples << (BeatDetector.TimeShift - 1));
                    late.Find(filter.Pairs, filter.NewestPair, behind, detector.BeatTime, 20 << BeatDetector.TimeShift);
                    for (int i = 0; i < late.Count && seenCount < seen.Length; i++)
                    {
                        seen[seenCount] = late.Times[i];
                        seenCount++;
                    }
                }
            }

            Check.Between(12, 28, seenCount, "beats seen early, looked for once in 2 s");
            Check.Between(seenCount - 2, seenCount, confirmed, "of them found again by the detector");
        }

        [TestMethod]
        public static void No_beat_is_late_in_even_light_or_without_a_known_interval()
        {
            PulseFilter filter = new PulseFilter();
            SyntheticPulse pulse = new SyntheticPulse(110000, 900, 40);
            for (int n = 0; n < 300; n++)
            {
                filter.Push(pulse.Next());
            }

            LateBeats late = new LateBeats();
            late.Find(filter.Pairs, filter.NewestPair, 30 << BeatDetector.TimeShift, 0, 0);
            Check.Equal(0, late.Count, "interval unknown");
            late.Find(filter.Pairs, filter.NewestPair, 120 << BeatDetector.TimeShift, 0, 20 << BeatDetector.TimeShift);
            Check.Equal(0, late.Count, "the sure beat is older than the light kept");
            for (int n = 0; n < 300; n++)
            {
                filter.Push(110000);
            }

            late.Find(filter.Pairs, filter.NewestPair, 30 << BeatDetector.TimeShift, 0, 20 << BeatDetector.TimeShift);
            Check.Equal(0, late.Count, "even light");
        }

        [TestMethod]
        public static void The_filter_passes_a_step_of_the_led()
        {
            PulseFilter filter = new PulseFilter();
            SyntheticPulse pulse = new SyntheticPulse(110000, 900, 40);
            Checksum wave = new Checksum();
            for (int n = 0; n < 600; n++)
            {
                int light = pulse.Next();
                if (n == 300)
                {
                    filter.Step(light * 2, 0x1F, 0x3E);
                }

                if (filter.Push(n >= 300 ? light * 2 : light))
                {
                    wave.Add(filter.Wave);
                }
            }

            Check.Between(-120000, -105000, filter.RebaseCounts, "offset of the step");
            Check.Equal(Expected.SteppedWave, wave.Value, "checksum of the wave");
        }

        [TestMethod]
        public static void Beats_too_close_are_ignored_and_the_queue_keeps_breaks()
        {
            BeatWindow window = new BeatWindow();
            Check.Equal(0, window.Add(1000), "first beat");
            Check.Equal(-1, window.Add(1000 + BeatWindow.LeastInterval - 1), "too soon");
            Check.Equal(6400, window.Add(7400), "one second");
            BeatQueue queue = new BeatQueue();
            queue.Add(1000, 800, 1);
            queue.Add(1800, 820, 1);
            queue.Break();
            queue.Add(9000, 700, 0);
            int[] intervals = new int[8];
            int[] accepted = new int[8];
            long first;
            Check.Equal(2, queue.Take(intervals, accepted, out first), "until the break");
            Check.Equal(1000, first, "first beat");
            Check.Equal(1, queue.Take(intervals, accepted, out first), "after the break");
            Check.Equal(9000, first, "beat after the break");
        }

        [TestMethod]
        public static void The_sample_clock_finds_the_true_rate()
        {
            SampleClock clock = new SampleClock(50000);
            long now = 5000000000;
            clock.Count(0, now);
            for (int n = 0; n < 700; n++)
            {
                now += 100;
                clock.Count(n % 10 == 0 ? 6 : 5, now);
            }

            Check.Between(50990, 51010, clock.RateMilliHz, "51 samples a second");
        }
    }
}
