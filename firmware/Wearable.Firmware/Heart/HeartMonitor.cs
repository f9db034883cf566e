using Wearable.Firmware.Board;

namespace Wearable.Firmware.Heart
{
    /// <summary>
    /// Feels the pulse: sensor, filter, beats, spectrum, gate. A rate is told only where beats and spectrum agree; nobody there means
    /// no number. At rest 25 k instructions per second, driver included (counted over 60 s). Not a medical device.
    /// </summary>
    public sealed class HeartMonitor : IHeartMonitor, IRawPulse, IMotionPulse
    {
        private const int RepeatMs = 4000;
        private const int SilentMs = 3000;
        private const int IdlePassesToLook = 8;

        // 80 samples are one and a half seconds of the filter's memory: beats beside a gap are told as doubtful.
        private const int DoubtSamples = 80;

        // Sixteen instants of the tracker; the filter speaks with the next. The first stands for itself and for three before it, so that
        // the tracker's windows, which take a fifth of a second to judge, are told 8, 10, 12 s after the light began.
        private const int PrimeSamples = 64;
        private const int FirstInstants = 4;
        private const int WindowsToProbe = 3;
        private const int KnocksToMove = 3;
        private const int SwollenHalves = 3;
        private const int VastTimes = 4;
        private const int JumpQuarters = 4;
        private const int StrengthToExpect = 650;
        private const int SpreadToExpect = 200;

        // Below 54 bpm.
        private const int SlowInterval = 28 << BeatDetector.TimeShift;

        private readonly IClock _clock;
        private readonly Max30102 _sensor;
        private readonly PulseFilter _filter = new PulseFilter();
        private readonly BeatDetector _detector = new BeatDetector();
        private readonly PulseSpectrum _spectrum = new PulseSpectrum();
        private readonly BeatWindow _window = new BeatWindow();
        private readonly LateBeats _late = new LateBeats();
        private readonly HeartGate _gate = new HeartGate();
        private readonly BeatQueue _queue = new BeatQueue();
        private readonly HeartReading _reading = new HeartReading();
        private readonly MotionFollower _motion;
        private long _toldMs;
        private long _heardMs;
        private long _anchorMs;
        private int _samples;
        private int _doubtful;
        private int _settle;
        private int _knocksBefore;
        private bool _moving;
        private bool _follows;
        private bool _half;
        private bool _primes = true;
        private int _primed;
        private int _idlePasses = IdlePassesToLook;
        private int _quietPerfusion;
        private int _meanBefore;
        private int _ledBefore;
        private bool _vast;
        private int _saturated;
        private int _taken;
        private int _dark;
        private int _led;
        private int _rawCount;
        private int _rawLed;

        /// <summary>Feels the pulse through a sensor with the usual settings.</summary>
        /// <param name="bus">Bus of the MAX30102.</param>
        /// <param name="clock">Time.</param>
        public HeartMonitor(II2cBus bus, IClock clock)
            : this(new Max30102(bus, clock, new Max30102Settings()), new Lis3dh(bus), clock)
        {
        }

        /// <summary>Feels the pulse through these sensors.</summary>
        /// <param name="sensor">The sensor of light; polled by this object only.</param>
        /// <param name="accelerometer">The motion sensor, which may be absent; polled by this object only.</param>
        /// <param name="clock">Time.</param>
        public HeartMonitor(Max30102 sensor, Lis3dh accelerometer, IClock clock)
        {
            _sensor = sensor;
            _motion = new MotionFollower(accelerometer);
            _clock = clock;
            _reading.State = HeartState.Settling;
            _gate.Reset(HeartState.Settling);
        }

        /// <inheritdoc/>
        public int Version { get; private set; }

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

        /// <summary>The sensor and its counters: overflow, bus errors, brown-outs, LED current, sample rate.</summary>
        public Max30102 Sensor
        {
            get { return _sensor; }
        }

        /// <inheritdoc/>
        public MotionFollower Motion
        {
            get { return _motion; }
        }

        /// <inheritdoc/>
        public int RawCount
        {
            get { return _rawCount; }
        }

        /// <inheritdoc/>
        public int RawLed
        {
            get { return _rawLed; }
        }

        /// <summary>Windows judged since boot, one every 2 s while light is measured.</summary>
        public int Windows { get; private set; }

        /// <summary>Beats found since boot, believed or not: for scoring, never for people.</summary>
        public int BeatsFound { get; private set; }

        /// <summary>Uptime of the newest of them, ms.</summary>
        public long LastBeatMs { get; private set; }

        /// <summary>Uptime of the one before, ms: a weak beat is found together with the one behind it.</summary>
        public long BeatBeforeMs { get; private set; }

        /// <summary>Best guess of the last window whether believed or not, beats per minute times ten, 0 none: for scoring, never for people.</summary>
        public int GuessBpmX10 { get; private set; }

        /// <inheritdoc/>
        public void Step()
        {
            if (_follows && _motion.Step())
            {
                _motion.Decide(_gate.Open ? BpmX10(_window.MeanInterval) : 0, _moving);
                Conclude(_clock.UptimeMs, _motion.Tells || _reading.HasRate);
            }

            int count = _sensor.Poll();
            _rawCount = count;
            if (count > 0)
            {
                _rawLed = _sensor.Led;
                Take(count);
                return;
            }

            int idle = _idlePasses - 1;
            _idlePasses = idle;
            if (idle > 0)
            {
                return; // asking the clock in every pass would cost a twentieth of the pulse
            }

            _idlePasses = IdlePassesToLook;
            long nowMs = _clock.UptimeMs;
            if (nowMs - _toldMs >= RepeatMs)
            {
                Watch(nowMs);
                Tell(State(), nowMs);
            }
            else if (nowMs - _heardMs >= SilentMs && _reading.State != HeartState.SensorError)
            {
                Watch(nowMs);
            }
        }

        /// <inheritdoc/>
        public int TakeBeats(int[] intervalsMs, int[] accepted, out long firstBeatMs)
        {
            return _queue.Take(intervalsMs, accepted, out firstBeatMs);
        }

        private void Take(int count)
        {
            long nowMs = _clock.UptimeMs;
            _heardMs = nowMs;
            _motion.Poll(nowMs);
            int[] samples = _sensor.Samples;
            int at = 0;
            if (_sensor.Restarted)
            {
                Restart(nowMs, count);
            }
            else
            {
                Fill(samples[0], _sensor.LostBefore);
                at = Join(samples, count);
            }

            _saturated += _sensor.SaturatedSamples;
            _taken += count;
            PulseFilter filter = _filter;
            int before = _samples - at;
            if (_primes)
            {
                at = Prime(samples, at, count);
            }

            for (; at < count; at++)
            {
                if (filter.Push(samples[at]))
                {
                    _samples = before + at + 1;
                    Feel(nowMs);
                }
            }

            _samples = before + count;
        }

        // The filter is silent for its first 1.3 s; the tracker needs no filter and takes the light from the first instant on.
        private int Prime(int[] samples, int at, int count)
        {
            while (at < count && _primed < PrimeSamples)
            {
                _filter.Push(samples[at]);
                at++;
                _primed++;
                if ((_primed & 3) == 0)
                {
                    int times = _primed == 4 ? FirstInstants : 1;
                    for (int i = 0; i < times; i++)
                    {
                        _motion.Push(_filter.Four);
                    }
                }
            }

            _primes = _primed < PrimeSamples;
            return at;
        }

        private void Restart(long nowMs, int count)
        {
            StartOver();
            _anchorMs = nowMs - count * 1000000L / _sensor.SampleRateMilliHz;
            _samples = 0;
            _led = _sensor.Led;
            _gate.Interrupt();
            if (_gate.State != _reading.State)
            {
                Tell(_gate.State, nowMs);
            }
        }

        private void StartOver()
        {
            _filter.Reset();
            _primes = true;
            _primed = 0;
            _half = false;
            _motion.Reset();
            _detector.Reset();
            _spectrum.Reset();
            _window.Reset();
            _queue.Break();
            _doubtful = DoubtSamples;
            _settle = 0;
            _saturated = 0;
            _taken = 0;
            _filter.TakeCuts();
            _knocksBefore = 0;
            _quietPerfusion = 0;
            _meanBefore = 0;
            _vast = false;
        }

        // A gap of known length: time must not shrink, so the next sample stands in for the lost ones.
        private void Fill(int counts, int lost)
        {
            for (int i = 0; i < lost; i++)
            {
                _doubtful = DoubtSamples;
                _samples++;
                if (_filter.Push(counts))
                {
                    Feel(_heardMs);
                }
            }
        }

        // After a change of the LED the first two samples may be of either current; the third continues the old level.
        private int Join(int[] samples, int count)
        {
            if (_sensor.Stepped)
            {
                _settle = 2;
            }

            int at = 0;
            for (; _settle > 0 && at < count; at++)
            {
                _settle--;
                _samples++;
                _doubtful = DoubtSamples;
                if (_filter.Hold())
                {
                    Feel(_heardMs);
                }
            }

            if (at < count && _settle == 0 && _led != _sensor.Led)
            {
                _filter.Step(samples[at], _led, _sensor.Led);
                _led = _sensor.Led;
            }

            return at;
        }

        private void Feel(long nowMs)
        {
            int wave = _filter.Wave;
            _half = !_half;
            if (_half)
            {
                _motion.Push(_filter.Four);
            }

            if (_doubtful > 0)
            {
                _doubtful -= 2;
            }

            if (_detector.Push(wave))
            {
                if (_detector.WeakBefore)
                {
                    Beat(_detector.WeakTime, false);
                }

                Beat(_detector.BeatTime, !_detector.WeakBefore);
            }

            if (_spectrum.Push(wave))
            {
                Judge(nowMs);
            }
        }

        private void Beat(int beatTime, bool certain)
        {
            int interval = _window.Add(beatTime);
            if (interval < 0)
            {
                return;
            }

            // From the newest sample back to the beat: behind the detector, then behind the filter.
            int rate = _sensor.SampleRateMilliHz;
            int behind = ((_detector.Index - 1) << BeatDetector.TimeShift) - beatTime;
            long sample = ((long)_samples << BeatDetector.TimeShift) - 2 * behind - (PulseFilter.DelayHalfSamples << BeatDetector.TimeShift);
            BeatBeforeMs = LastBeatMs;
            LastBeatMs = _anchorMs + ((sample * 1000000 / rate) >> BeatDetector.TimeShift);
            BeatsFound++;
            if (!_gate.Open || interval == 0)
            {
                _queue.Break();
                return;
            }

            int intervalMs = (int)(((long)interval * 2000000 / rate + 128) >> BeatDetector.TimeShift);
            _queue.Add(LastBeatMs - intervalMs, intervalMs, certain && _doubtful <= 0 && _window.IsPlausible(interval) ? 1 : 0);
        }

        private void Judge(long nowMs)
        {
            _spectrum.Evaluate();
            LookForLate();
            _window.Evaluate((_detector.Index - 1) << BeatDetector.TimeShift, _late);
            // A slow heart, long and short intervals in turn while the wave repeats: second waves were counted as beats, if nothing was sure before.
            bool seconds = !_gate.Open && _spectrum.Period > SlowInterval && _spectrum.StrengthMilli >= StrengthToExpect && _window.SpreadMilli > SpreadToExpect;
            _detector.Expect(seconds ? _spectrum.Period : 0);
            Windows++;
            FollowClock(nowMs);
            int mean = _filter.MeanCounts - _filter.RebaseCounts;
            int perfusion = Perfusion(mean);
            bool bright = _saturated * 4 > _taken;
            _saturated = 0;
            _taken = 0;
            bool swollen = Swollen(perfusion);
            int knocks = _filter.TakeCuts();
            _moving = _motion.HasSensor ? _motion.Moving : swollen || knocks + _knocksBefore >= KnocksToMove;
            _vast = _vast && !_motion.HasSensor;
            _knocksBefore = knocks;
            if (bright)
            {
                _gate.Reset(HeartState.Saturated);
                _motion.Lose();
            }
            else if (!_sensor.IsContact(mean))
            {
                _gate.Reset(HeartState.NoContact);
                _motion.Lose();
                _dark++;
                if (_dark >= WindowsToProbe)
                {
                    _sensor.WatchForContact();
                }
            }
            else if (Jumped(mean) && _gate.Sure)
            {
                _dark = 0;
                StartOver();
                _gate.Interrupt();
            }
            else
            {
                _dark = 0;
                _gate.Judge(_window, _spectrum, perfusion, _moving);
                if (_gate.State == HeartState.NoContact)
                {
                    _motion.Lose();
                }
                else
                {
                    _motion.Decide(_gate.Open ? BpmX10(_window.MeanInterval) : 0, _moving);
                }
            }

            _reading.Perfusion = perfusion;

            Conclude(nowMs, State() == HeartState.Ok || (_reading.HasRate && !_motion.Tells)); // what the tracker found, it has told itself
            if (_dark == 0)
            {
                _sensor.AdjustLed(mean);
            }
        }

        // Under movement a rise is as likely the body's, and before the pulse is sure as likely a second wave's.
        private void LookForLate()
        {
            int interval = !_gate.Sure || (_motion.HasSensor && _moving) ? 0 : _window.MedianInterval;
            int sure = _detector.BeatTime;
            int behind = ((_detector.Index - 1) << BeatDetector.TimeShift) - sure + (PulseFilter.DelayHalfSamples << (BeatDetector.TimeShift - 1));
            _late.Find(_filter.Pairs, _filter.NewestPair, behind, sure, interval);
        }

        // What beats and tracker say together; told at once when a rate is new or is no longer known.
        private void Conclude(long nowMs, bool isNew)
        {
            _follows = _motion.Follows;
            int guess = _window.MeanInterval > 0 ? _window.MeanInterval : _spectrum.Period;
            GuessBpmX10 = _motion.Follows && (_moving || _window.MeanInterval == 0) && _motion.RateBpmX10 > 0 ? _motion.RateBpmX10 : BpmX10(guess);
            _reading.MotionMilliG = _motion.MotionMilliG;
            HeartState state = State();
            _reading.Quality = _motion.Tells ? _motion.Quality : _gate.Quality;
            if (isNew || state != _reading.State || nowMs - _toldMs >= RepeatMs)
            {
                Tell(state, nowMs);
            }
        }

        // Light that changed by more than a quarter within a window, the LED's part taken out: another surface than the one the pulse was felt through.
        private bool Jumped(int mean)
        {
            long before = (long)_meanBefore * _sensor.Led;
            long now = (long)mean * _ledBefore;
            _meanBefore = mean;
            _ledBefore = _sensor.Led;
            return before > 0 && (now * JumpQuarters > before * (JumpQuarters + 1) || before * JumpQuarters > now * (JumpQuarters + 1));
        }

        // Without a motion sensor: a wave much higher than it was in the quietest minutes is rather the movement's than the heart's.
        private bool Swollen(int perfusion)
        {
            _vast = false;
            if (perfusion < HeartGate.LeastPerfusion)
            {
                return false;
            }

            if (_quietPerfusion == 0 || perfusion < _quietPerfusion)
            {
                _quietPerfusion = _quietPerfusion == 0 ? perfusion : _quietPerfusion + (perfusion - _quietPerfusion) / 4;
            }
            else
            {
                _quietPerfusion += 1 + _quietPerfusion / 200;
            }

            _vast = perfusion > VastTimes * _quietPerfusion;
            return 2 * perfusion > SwollenHalves * _quietPerfusion;
        }

        // Mean height to peak-to-peak as of a sine (x 3.14), over mean light.
        private int Perfusion(int meanCounts)
        {
            if (meanCounts <= 0)
            {
                return 0;
            }

            long perfusion = (long)_filter.HeightCentiCounts * 3142 / meanCounts;
            return perfusion > 100000 ? 100000 : (int)perfusion;
        }

        private int BpmX10(int interval)
        {
            // 60 s x 25 wave samples x 256 x 10, at the rate the sensor really has.
            return interval <= 0 ? 0 : (int)(60L * 10 * _sensor.SampleRateMilliHz * 256 / 2000 / interval);
        }

        // The newest sample is 0 to 20 ms old: pulls sample time to the board's clock by a quarter of what it is off.
        private void FollowClock(long nowMs)
        {
            long sampleMs = _anchorMs + _samples * 1000000L / _sensor.SampleRateMilliHz;
            _anchorMs += (nowMs - 10 - sampleMs) / 4;
        }

        private void Watch(long nowMs)
        {
            Max30102State sensor = _sensor.State;
            if (sensor == Max30102State.OffBody)
            {
                _dark = 0;
                _heardMs = nowMs;
                return;
            }

            if (nowMs - _heardMs >= SilentMs)
            {
                StartOver();
                _gate.Reset(HeartState.SensorError);
                _reading.Quality = 0;
                _reading.Perfusion = 0;
                if (_reading.State != HeartState.SensorError)
                {
                    Tell(HeartState.SensorError, nowMs);
                }
            }
        }

        private HeartState State()
        {
            bool unsure = _gate.Open && (_motion.DoubtsBeats || _vast);
            return _motion.Tells || unsure ? HeartState.Motion : _gate.State;
        }

        private void Tell(HeartState state, long nowMs)
        {
            _toldMs = nowMs;
            _reading.State = state;
            bool tracked = state == HeartState.Motion && _motion.Tells && !_vast;
            _reading.HasRate = tracked || state == HeartState.Ok;
            _reading.RateBpmX10 = tracked ? _motion.RateBpmX10 : _reading.HasRate ? BpmX10(_window.MeanInterval) : 0;
            _reading.Source = tracked ? 2 : _reading.HasRate ? 1 : 0;
            Version++;
        }
    }
}
