namespace Wearable.Firmware.Heart
{
    /// <summary>
    /// Decides every 2 s whether a rate may be told. Beats and spectrum, which err in different ways, must agree within 10 %; three times
    /// in a row to begin, each time to go on. One agreement alone is not enough: of plain noise it accepts 7 windows in 100. Where the heart
    /// is irregular the shape of the wave may stand in for the spectrum: fast up, slow down, four times in a row.
    /// </summary>
    public sealed class HeartGate
    {
        /// <summary>Least pulse height over mean light, thousandths of a percent; a bare sensor's noise is about 5.</summary>
        public const int LeastPerfusion = 30;

        private const int WindowsToEnter = 3;
        private const int StrengthToEnter = 600;
        private const int StrengthToStay = 360;
        private const int SpreadToEnter = 160;

        // Beyond it nobody knows which of an irregular heart's beats never reached the finger: of 8 s a rate is then off by 3 bpm.
        private const int SpreadToStay = 155;

        // An irregular heart has no period to agree on; its wave still has the shape of a pulse, which noise never keeps for 4 windows.
        private const int ShapeToEnter = 36;
        private const int ShapeToStay = 38;
        private const int ShapeWindows = 4;
        private const int ShapeSpread = 160;

        // Five windows are 10 s: a pulse that was sure is waited for that long before it is called lost, and may return at once.
        private const int WindowsToLose = 5;

        private int _agreements;
        private int _shapes;
        private int _misses;
        private bool _sure;
        private int _lastInterval;

        /// <summary>Where the measurement stands.</summary>
        public HeartState State { get; private set; }

        /// <summary>0-100: agreement 50, regular beats 30, pulse height 10, window filled with beats 10.</summary>
        public int Quality { get; private set; }

        /// <summary>True when the beats' rate may be told.</summary>
        public bool Open
        {
            get { return State == HeartState.Ok; }
        }

        /// <summary>True from the first told rate until the pulse is lost: a few bad windows in between are waited for.</summary>
        public bool Sure
        {
            get { return _sure; }
        }

        /// <summary>Starts over.</summary>
        public void Reset(HeartState state)
        {
            State = state;
            Quality = 0;
            _agreements = 0;
            _shapes = 0;
            _misses = 0;
            _sure = false;
        }

        /// <summary>The light was interrupted: what was sure must prove itself again.</summary>
        public void Interrupt()
        {
            _agreements = 0;
            _shapes = 0;
            if (_sure)
            {
                Reset(HeartState.Lost);
            }
            else if (State == HeartState.SensorError)
            {
                Reset(HeartState.Settling);
            }
        }

        /// <summary>Judges one window.</summary>
        /// <param name="beats">Evaluated beats of the window.</param>
        /// <param name="spectrum">Evaluated spectrum of the window.</param>
        /// <param name="perfusion">Pulse height over mean light, thousandths of a percent.</param>
        /// <param name="moving">True when knocks were seen in the window.</param>
        public void Judge(BeatWindow beats, PulseSpectrum spectrum, int perfusion, bool moving)
        {
            if (perfusion < LeastPerfusion)
            {
                Reset(HeartState.NoContact);
                return;
            }

            int offMilli = OffMilli(beats.MeanInterval, spectrum.Period);
            Quality = Rate(beats, spectrum, perfusion, offMilli);
            bool strong = spectrum.StrengthMilli >= StrengthToStay && spectrum.BlocksHeld >= 3;
            bool agree = strong && offMilli <= 100;
            bool steady = beats.MeanInterval > 0 && beats.SpreadMilli <= ShapeSpread && spectrum.BlocksHeld >= 3;
            _shapes = steady && spectrum.RisingPercent <= ShapeToEnter ? _shapes + 1 : 0;
            if (_sure)
            {
                bool borneOut = strong && OffMilli(beats.MeanInterval, spectrum.SoonerPeriod) <= 100;
                bool shaped = steady && spectrum.RisingPercent <= ShapeToStay;
                Follow((agree || borneOut || shaped) && (moving || beats.SpreadMilli <= SpreadToStay), beats.MeanInterval, moving);
                return;
            }

            agree = agree && spectrum.StrengthMilli >= StrengthToEnter && beats.SpreadMilli <= SpreadToEnter;
            agree = agree && (_agreements == 0 || OffMilli(beats.MeanInterval, _lastInterval) <= 100);
            _agreements = agree ? _agreements + 1 : 0;
            _lastInterval = beats.MeanInterval;
            if (_agreements >= WindowsToEnter || _shapes >= ShapeWindows)
            {
                _sure = true;
                _misses = 0;
                State = HeartState.Ok;
            }
            else if (moving)
            {
                State = HeartState.Motion;
            }
            else if (State != HeartState.Lost)
            {
                State = HeartState.Settling;
            }
        }

        private static int OffMilli(int interval, int other)
        {
            if (interval <= 0 || other <= 0)
            {
                return 1000;
            }

            int off = interval - other;
            return (int)((long)(off < 0 ? -off : off) * 1000 / interval);
        }

        private static int Rate(BeatWindow beats, PulseSpectrum spectrum, int perfusion, int offMilli)
        {
            if (beats.MeanInterval == 0 || spectrum.Period == 0)
            {
                return 0;
            }

            int agreement = offMilli >= 200 ? 0 : 50 - offMilli / 4;
            int regular = beats.SpreadMilli >= 300 ? 0 : 30 - beats.SpreadMilli / 10;
            int height = perfusion >= 200 ? 10 : perfusion / 20;
            int filled = (beats.Covered >> BeatDetector.TimeShift) / 12;
            return agreement + regular + height + (filled > 10 ? 10 : filled);
        }

        private void Follow(bool agree, int interval, bool moving)
        {
            if (agree)
            {
                _misses = 0;
                _lastInterval = interval;
                State = HeartState.Ok;
                return;
            }

            _misses++;
            if (_misses >= WindowsToLose)
            {
                Reset(HeartState.Lost);
            }
            else
            {
                State = moving ? HeartState.Motion : HeartState.Settling;
            }
        }
    }
}
