namespace Wearable.Firmware.Heart
{
    /// <summary>
    /// Decides window by window (2 s) whether the motion tracker's rate may be told. To begin, it must have been told by the beats just before,
    /// or, with a motion sensor in motion, stand alone in its spectrum for five windows; to go on, it must stay the highest and not jump.
    /// Where movement was not taken out of the light it may pass for a pulse, but seldom for long: after a pause it must last.
    /// </summary>
    public sealed class MotionGate
    {
        private const int LeastPeak = 900;
        private const int MostSwing = 700;
        private const int PurityToEnter = 550;
        private const int JumpToEnter = 50;
        private const int WindowsToEnter = 5;
        private const int PurityToStay = 250;
        private const int JumpToStay = 60;
        private const int WindowsToStay = 2;

        // Movement not taken out: how alone the rate stands says nothing. With two windows 20 of 80 random movements of ten minutes were told as a
        // pulse now and then, with four after a pause of more than 20 s none.
        private const int UncleanedJump = 65;
        private const int UncleanedWindows = 4;
        private const int ShortPause = 10;

        // 40 s without one good window.
        private const int WindowsToLose = 20;

        private int _lastBpmX10;
        private int _pure;
        private int _good;
        private int _bad;
        private bool _holds;

        /// <summary>True while what is followed is held to be the pulse.</summary>
        public bool Sure { get; private set; }

        /// <summary>True when the newest window's rate may be told.</summary>
        public bool Tells
        {
            get { return Sure && _holds; }
        }

        /// <summary>Starts over.</summary>
        public void Reset()
        {
            Sure = false;
            _lastBpmX10 = 0;
            _pure = 0;
            _good = 0;
            _bad = 0;
            _holds = false;
        }

        /// <summary>The beats have just told this rate: what is followed from here is the pulse.</summary>
        public void Trust(int rateBpmX10)
        {
            Reset();
            Sure = true;
            _lastBpmX10 = rateBpmX10;
        }

        /// <summary>Judges one window.</summary>
        /// <param name="rateBpmX10">Followed rate, beats per minute times ten.</param>
        /// <param name="peakMilli">Its height in the cleaned spectrum, 1000 the highest.</param>
        /// <param name="purityMilli">Its share of the cleaned spectrum, with its first overtone.</param>
        /// <param name="swingMilli">How much of the strongest movement happens at that rate, thousandths: a rate that may be the swing's is not told.</param>
        /// <param name="cleaned">True when the body moves and its acceleration was taken out: only then may a rate begin by its purity. Slow noise is pure as well.</param>
        public void Judge(int rateBpmX10, int peakMilli, int purityMilli, int swingMilli, bool cleaned)
        {
            int jump = rateBpmX10 - _lastBpmX10;
            jump = _lastBpmX10 == 0 ? int.MaxValue : jump < 0 ? -jump : jump;
            _lastBpmX10 = rateBpmX10;
            bool high = peakMilli >= LeastPeak && swingMilli <= MostSwing;
            _pure = cleaned && high && jump <= JumpToEnter && purityMilli >= PurityToEnter ? _pure + 1 : 0;
            bool follows = cleaned ? jump <= JumpToStay && purityMilli >= PurityToStay : jump <= UncleanedJump;
            _good = high && follows ? _good + 1 : 0;
            if (_pure >= WindowsToEnter)
            {
                Sure = true;
                _bad = 0;
            }

            _holds = _good >= (cleaned || _bad <= ShortPause ? WindowsToStay : UncleanedWindows);
            if (_holds)
            {
                _bad = 0;
                return;
            }

            _bad++;
            if (_bad >= WindowsToLose)
            {
                Sure = false;
            }
        }
    }
}
