namespace Wearable.Firmware.Heart
{
    /// <summary>
    /// Finds beats in the pulse wave by two moving averages (after Elgendi 2013): where the upper half of the wave, averaged over 120 ms,
    /// exceeds its average over 600 ms, there is a beat; its time is the vertex of the parabola through the highest sample. The half is not
    /// squared, so that a weak beat beside a strong one is still seen. A gap of one and a half intervals is searched once more for a small rise.
    /// </summary>
    public sealed class BeatDetector
    {
        /// <summary>Times are in 1/256 of a wave sample (40 ms).</summary>
        public const int TimeShift = 8;

        private const int PeakSpan = 3;
        private const int BeatSpan = 15;
        private const int BeatHalf = BeatSpan / 2;
        private const int LeastWidth = 2;
        private const int Mask = 63;

        // 1 % of the mean height, times the samples of one average.
        private const int Floor = PulseFilter.Unit / 100;
        private const int LongestPeak = 24;

        // A beat sooner than half an interval and lower than the last is the same beat's second wave; four in a row are a new rhythm.
        private const int MostSeconds = 3;

        // Beyond 2 s a gap is a gap, below 280 ms no interval.
        private const int LongestInterval = 50 << TimeShift;
        private const int LeastRise = PulseFilter.Unit / 4;

        private readonly int[] _wave = new int[Mask + 1];
        private readonly int[] _upper = new int[Mask + 1];
        private int _index;
        private int _beatSum;
        private int _peakSum;
        private int _width;
        private int _top;
        private int _topIndex;
        private int _interval;
        private int _expected;
        private int _seconds;
        private bool _begun;

        /// <summary>When the newest beat was: wave sample x 256; wraps, so only differences count.</summary>
        public int BeatTime { get; private set; }

        /// <summary>Height of the newest beat in normalised units.</summary>
        public int BeatHeight { get; private set; }

        /// <summary>True when a weak beat was found in the gap before the newest one; it comes before it.</summary>
        public bool WeakBefore { get; private set; }

        /// <summary>When the weak beat was, as <see cref="BeatTime"/>; meaningless unless <see cref="WeakBefore"/>.</summary>
        public int WeakTime { get; private set; }

        /// <summary>Wave samples taken.</summary>
        public int Index
        {
            get { return _index; }
        }

        /// <summary>Forgets the wave; the sample index goes on.</summary>
        public void Reset()
        {
            for (int i = 0; i <= Mask; i++)
            {
                _wave[i] = 0;
                _upper[i] = 0;
            }

            _beatSum = 0;
            _peakSum = 0;
            _width = 0;
            _interval = 0;
            _expected = 0;
            _seconds = 0;
            _begun = false;
            WeakBefore = false;
        }

        /// <summary>The spectrum is sure of the period: a second wave of each beat is known by it even where it was counted from the start.</summary>
        /// <param name="interval">1/256 of a wave sample; 0: not sure any more.</param>
        public void Expect(int interval)
        {
            _expected = interval;
        }

        /// <summary>Takes one sample of the normalised wave.</summary>
        /// <returns>True when <see cref="BeatTime"/> is a new beat; 0.4 to 0.9 s after it happened.</returns>
        public bool Push(int wave)
        {
            int[] upper = _upper;
            int index = _index;
            int now = index & Mask;
            int half = wave > 0 ? wave : 0;
            _wave[now] = wave;
            int beatSum = _beatSum + half - upper[(index - BeatSpan) & Mask];
            _beatSum = beatSum;
            upper[now] = half;
            int centre = index - BeatHalf;
            int peakSum = _peakSum + upper[(centre + 1) & Mask] - upper[(centre + 1 - PeakSpan) & Mask];
            _peakSum = peakSum;
            _index = index + 1;
            if (peakSum * (BeatSpan / PeakSpan) > beatSum + Floor * BeatSpan)
            {
                int height = _wave[centre & Mask];
                if (_width == 0 || height > _top)
                {
                    _top = height;
                    _topIndex = centre;
                }

                _width++;
                return false;
            }

            int width = _width;
            if (width == 0)
            {
                return false;
            }

            _width = 0;
            return width >= LeastWidth && centre - _topIndex < LongestPeak && Accept();
        }

        private bool Accept()
        {
            int time = (_topIndex << TimeShift) + Vertex(_topIndex);
            int since = time - BeatTime;
            int interval = _interval;
            WeakBefore = false;
            if (!_begun)
            {
                _begun = true;
                BeatTime = time;
                BeatHeight = _top;
                return true;
            }

            bool second = since * 2 < interval && _top < BeatHeight;
            if ((second || (since * 5 < _expected * 2 && _top * 3 < BeatHeight * 2)) && _seconds < MostSeconds)
            {
                _seconds++;
                return false;
            }

            _seconds = 0;
            BeatHeight = _top;
            if (since <= BeatWindow.LeastInterval)
            {
                return true;
            }

            if (since < LongestInterval)
            {
                if (interval > 0 && since * 20 > interval * 29)
                {
                    SearchGap(BeatTime, time, interval);
                }

                int one = WeakBefore ? since >> 1 : since;
                int most = interval + (interval >> 1);
                _interval = interval == 0 ? one : interval + ((one > most ? most : one) - interval) / 4;
            }

            BeatTime = time;
            return true;
        }

        // The highest rise where the missing beat should be: from 0.6 intervals after the last to 0.8 before the newest.
        private void SearchGap(int last, int newest, int interval)
        {
            int[] wave = _wave;
            int from = (last + interval * 3 / 5) >> TimeShift;
            int to = (newest - interval * 4 / 5) >> TimeShift;
            int low = PulseFilter.Peak;
            int best = LeastRise - 1;
            int at = 0;
            int before = wave[((last >> TimeShift) + 1) & Mask];
            for (int i = (last >> TimeShift) + 2; i < to; i++)
            {
                int height = wave[i & Mask];
                if (height < low)
                {
                    low = height;
                }

                if (i >= from && height > before && height - low > best && height >= wave[(i + 1) & Mask])
                {
                    best = height - low;
                    at = i;
                }

                before = height;
            }

            if (at != 0)
            {
                WeakBefore = true;
                WeakTime = (at << TimeShift) + Vertex(at);
            }
        }

        private int Vertex(int index)
        {
            int before = _wave[(index - 1) & Mask];
            int top = _wave[index & Mask];
            int after = _wave[(index + 1) & Mask];
            int bend = before - 2 * top + after;
            return bend >= 0 ? 0 : ((before - after) << (TimeShift - 1)) / bend;
        }
    }
}
