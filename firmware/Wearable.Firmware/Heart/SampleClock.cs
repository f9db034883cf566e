namespace Wearable.Firmware.Heart
{
    /// <summary>
    /// The sensor's true sample rate, found by counting its samples against the board's clock for 60 s and longer. The part's own
    /// clock may be off by 1.5 %, which is 2 bpm at 140. A poll sees a sample up to 20 ms late: 0.03 % of a minute.
    /// </summary>
    public sealed class SampleClock
    {
        private const int LeastMs = 60000;
        private const int MostMs = 600000;

        private readonly int _nominalMilliHz;
        private long _beginMs;
        private int _samples;
        private bool _begun;

        /// <summary>A clock that believes the nominal rate until it knows better.</summary>
        public SampleClock(int nominalMilliHz)
        {
            _nominalMilliHz = nominalMilliHz;
            RateMilliHz = nominalMilliHz;
        }

        /// <summary>Samples per 1000 s.</summary>
        public int RateMilliHz { get; private set; }

        /// <summary>Samples were lost uncounted: measures from the next on. What was learnt stays.</summary>
        public void Restart()
        {
            _begun = false;
        }

        /// <summary>Counts samples.</summary>
        /// <param name="samples">New ones, lost ones included.</param>
        /// <param name="nowMs">Uptime.</param>
        public void Count(int samples, long nowMs)
        {
            if (!_begun)
            {
                _begun = true;
                _beginMs = nowMs;
                _samples = 0;
                return;
            }

            _samples += samples;
            int spanMs = (int)(nowMs - _beginMs);
            if (spanMs < LeastMs)
            {
                return;
            }

            // Beyond 3 % it is not the part's clock but samples that went missing: not believed.
            int rate = (int)((long)_samples * 1000000 / spanMs);
            int off = rate - _nominalMilliHz;
            if (off < 0)
            {
                off = -off;
            }

            if (off > _nominalMilliHz / 100 * 3)
            {
                _begun = false;
                return;
            }

            RateMilliHz = rate;
            if (spanMs >= MostMs)
            {
                _begun = false;
            }
        }
    }
}
