using Wearable.Firmware.Board;

namespace Wearable.Firmware.Heart
{
    /// <summary>
    /// The pulse: sensor, filter, beats and period, and the judgement whether to believe them. A number is given only when beats and
    /// autocorrelation agree within 10 % in three windows running (one to stay), on a pulse above the perfusion floor. Everything else is a
    /// state without a number: the worst fault of such sensors is a number with nobody there.
    /// </summary>
    public sealed class HeartMonitor : IHeartMonitor
    {
        private const int WindowMs = 2000;          // a judgement every 2 s
        private const int LookBackMs = 8000;
        private const int FirstLookMs = 5500;       // sound judgements need so much pulse
        private const int EnterWindows = 3;
        private const int HoldWindows = 2;          // 4 s without agreement: the number goes
        private const int ContactCounts = 20000;    // a finger reflects 100,000 and more at the current used, a desk under 10,000
        private const int FloorPerfusion = 20;      // 0.02 %: an unattached ear clip has 0.007 %, the weakest ears measured 0.03 %
        private const int EnterQuality = 70, StayQuality = 45;
        private const int AgreePercent = 10;
        private const int Decimation = 4;
        private const int MotionRatio = 5;          // the wave suddenly this much higher than before: moving, not beating
        private const int LostWindows = 5;

        private readonly Max30102 _sensor;
        private readonly IClock _clock;
        private readonly PulseFilter _filter = new PulseFilter();
        private readonly BeatDetector _beats = new BeatDetector();
        private readonly PeriodFinder _period = new PeriodFinder();
        private readonly BeatLog _log = new BeatLog();
        private readonly HeartReading _reading = new HeartReading();
        private long _startedMs;
        private long _sampleUs;
        private int _thin;
        private int _thinSum;
        private int _skip;
        private long _windowEndMs;
        private long _waveSum;
        private int _waveCount;
        private int _usualWave;
        private int _saturated;
        private int _agreed;
        private int _disagreed;
        private bool _trusted;
        private int _version;
        private HeartState _state;

        /// <summary>Makes a monitor for a genuine part (red LED first).</summary>
        public HeartMonitor(II2cBus bus, IClock clock)
            : this(bus, clock, true)
        {
        }

        /// <summary>Makes a monitor.</summary>
        /// <param name="bus">Bus with a MAX30102 at 0x57.</param>
        /// <param name="clock">The chip's clock.</param>
        /// <param name="redFirst">False for clones with swapped LEDs.</param>
        public HeartMonitor(II2cBus bus, IClock clock, bool redFirst)
        {
            _clock = clock;
            _sensor = new Max30102(bus, clock, redFirst);
            _state = HeartState.SensorError;
        }

        /// <inheritdoc/>
        public int Version
        {
            get { return _version; }
        }

        /// <inheritdoc/>
        public HeartReading Reading
        {
            get { return _reading; }
        }

        /// <inheritdoc/>
        public int BusErrors
        {
            get { return _sensor.BusErrors; }
        }

        /// <summary>The driver, for its counters.</summary>
        public Max30102 Sensor
        {
            get { return _sensor; }
        }

        /// <inheritdoc/>
        public int TakeBeats(int[] intervalsMs, int[] accepted, out long firstBeatMs)
        {
            return _log.Take(intervalsMs, accepted, out firstBeatMs);
        }

        /// <inheritdoc/>
        public void Step()
        {
            if (_sensor.IsDue)
            {
                Read();
            }
            else if (_windowEndMs > 0 && _clock.UptimeMs >= _windowEndMs)
            {
                Judge(); // a pass of its own: reading and judging never fall together
            }
        }

        private void Read()
        {
            SensorStatus status = _sensor.Poll();
            if (status == SensorStatus.Absent)
            {
                if (_state != HeartState.SensorError || _version == 0)
                {
                    Distrust(HeartState.SensorError);
                }

                _windowEndMs = 0;
                return;
            }

            if (status == SensorStatus.Restarted)
            {
                StartStream();
                return;
            }

            int[] counts = _sensor.Infrared;
            for (int i = 0; i < _sensor.Count; i++)
            {
                Take(counts[i]);
            }
        }

        private void StartStream()
        {
            _windowEndMs = _clock.UptimeMs + WindowMs;
            StartOver();
        }

        // Contact, LED step or gap: filters and opinions start fresh.
        private void StartOver()
        {
            _filter.Reset();
            _beats.Reset();
            _period.Reset();
            _log.Break();
            _sampleUs = _clock.UptimeMs * 1000;
            _thin = 0;
            _thinSum = 0;
            _skip = PulseFilter.SettleSamples;
            _waveSum = 0;
            _waveCount = 0;
            _agreed = 0;
            _startedMs = _clock.UptimeMs;
        }

        private void Take(int counts)
        {
            if (counts >= Max30102.Saturation)
            {
                _saturated++;
            }

            _sampleUs += _sensor.PeriodUs;
            int wave = _filter.Push(counts);
            if (_skip > 0)
            {
                _skip--;
                wave = 0; // the filter has not settled: nothing there yet
            }

            _waveSum += wave < 0 ? -wave : wave;
            _waveCount++;
            if (_beats.Push(wave))
            {
                // By counting samples, not by the time of reading: reads come in bursts.
                int agoSixteenths = _beats.Index * BeatDetector.Fraction - _beats.BeatPosition;
                long delayUs = (long)(agoSixteenths + PulseFilter.DelayHalfSamples * BeatDetector.Fraction / 2) * _sensor.PeriodUs / BeatDetector.Fraction;
                _log.Add((_sampleUs - delayUs) / 1000);
            }

            _thinSum += wave;
            if (++_thin == Decimation)
            {
                _period.Push(_thinSum / Decimation);
                _thin = 0;
                _thinSum = 0;
            }
        }

        private void Judge()
        {
            long now = _clock.UptimeMs;
            _windowEndMs = now + WindowMs;
            int mean = _filter.Mean;
            int wave = _waveCount > 0 ? (int)(_waveSum / _waveCount) : 0;
            bool saturated = _saturated > 5;
            _waveSum = 0;
            _waveCount = 0;
            _saturated = 0;
            _reading.Perfusion = Perfusion(wave, mean);
            if (saturated)
            {
                Refuse(now, mean, HeartState.Saturated);
            }
            else if (mean < ContactCounts * _sensor.LedCurrent / Max30102.StartCurrent)
            {
                Refuse(now, mean, HeartState.NoContact);
            }
            else if (_skip > 0 || now - _startedMs < FirstLookMs)
            {
                Distrust(HeartState.Settling);
                Adjust(mean);
            }
            else if (_reading.Perfusion < FloorPerfusion)
            {
                Refuse(now, mean, HeartState.NoContact);
            }
            else
            {
                Weigh(now, wave);
                Adjust(mean);
            }
        }

        private void Refuse(long now, int mean, HeartState state)
        {
            Distrust(state);
            if (state == HeartState.Saturated)
            {
                Adjust(mean);
            }

            if (_state == state && now - _startedMs > FirstLookMs)
            {
                StartOver(); // whoever comes next starts clean
            }
        }

        private void Weigh(long now, int wave)
        {
            _log.Look(now - LookBackMs);
            _period.Find();
            int beats = _log.RateBpmX10;
            int period = _period.RateBpmX10;
            int difference = beats > period ? beats - period : period - beats;
            bool agree = beats > 0 && period > 0 && difference * 100 <= AgreePercent * beats;
            int quality = agree ? Quality(difference * 100 / beats) : 0;
            bool moving = _usualWave > 0 && wave > _usualWave * MotionRatio;
            if (!moving)
            {
                _usualWave = _usualWave == 0 ? wave : _usualWave + (wave - _usualWave) / 4;
            }

            if (agree && !moving && quality >= (_trusted ? StayQuality : EnterQuality))
            {
                _agreed++;
                _disagreed = 0;
                _trusted = _trusted || _agreed >= EnterWindows;
                if (_trusted)
                {
                    Believe(beats, quality);
                }
                else
                {
                    Doubt(HeartState.Settling);
                }

                return;
            }

            _agreed = 0;
            _disagreed++;
            if (_trusted && _disagreed <= HoldWindows && !moving)
            {
                _reading.Quality /= 2; // held: the last number, with less behind it
                _version++;
                return;
            }

            bool wasTrusted = _trusted || _state == HeartState.Lost;
            Distrust(moving ? HeartState.Motion : wasTrusted && _disagreed < HoldWindows + LostWindows ? HeartState.Lost : HeartState.Settling);
        }

        // Agreement 50, regular intervals 30, periodic wave 10, share of accepted intervals 10.
        private int Quality(int differencePercent)
        {
            int spread = _log.SpreadPercent > 30 ? 30 : _log.SpreadPercent;
            int accepted = _log.Seen > 0 ? _log.Accepted * 10 / _log.Seen : 0;
            return 50 - differencePercent * 3 + (30 - spread) + _period.Strength / 10 + accepted;
        }

        private void Believe(int rateBpmX10, int quality)
        {
            _reading.HasRate = true;
            _reading.RateBpmX10 = rateBpmX10;
            _reading.Quality = quality > 100 ? 100 : quality;
            _reading.Source = 1;
            Say(HeartState.Ok);
        }

        private void Distrust(HeartState state)
        {
            _trusted = false;
            _agreed = 0;
            Doubt(state);
        }

        private void Doubt(HeartState state)
        {
            _reading.HasRate = false;
            _reading.Quality = 0;
            _reading.Source = 0;
            Say(state);
        }

        private void Say(HeartState state)
        {
            _state = state;
            _reading.State = state;
            _version++;
        }

        private void Adjust(int mean)
        {
            int next = LightControl.Next(_sensor.LedCurrent, mean);
            if (next != _sensor.LedCurrent)
            {
                _sensor.SetLedCurrent(next);
                StartOver();
            }
        }

        // Mean height of the wave over mean light, in thousandths of a percent. A sine of amplitude A has a mean height of 0.64 A: 3 for peak to peak.
        private static int Perfusion(int wave, int mean)
        {
            if (mean <= 0)
            {
                return 0;
            }

            long perfusion = (long)wave * 3 * 100000 / PulseFilter.Gain / mean;
            return perfusion > 100000 ? 100000 : (int)perfusion;
        }
    }
}
