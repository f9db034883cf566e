namespace Wearable.Firmware.Heart
{
    /// <summary>
    /// Finds beats in the pulse wave by two moving averages (Elgendi 2013): where the squared upper half, averaged over 120 ms,
    /// exceeds its average over 680 ms, there is a beat; its time is the vertex of the parabola through the highest sample.
    /// </summary>
    public sealed class BeatDetector
    {
        /// <summary>Times are in 1/256 of a wave sample (40 ms).</summary>
        public const int TimeShift = 8;

        private const int PeakSpan = 3;
        private const int BeatSpan = 17;
        private const int BeatHalf = BeatSpan / 2;
        private const int LeastWidth = 3;
        private const int Mask = 31;

        // 2 % of the mean squared upper half, about Unit squared.
        private const int Floor = PulseFilter.Unit * PulseFilter.Unit / 50;

        private readonly int[] _wave = new int[Mask + 1];
        private readonly int[] _square = new int[Mask + 1];
        private int _index;
        private int _beatSum;
        private int _peakSum;
        private int _width;
        private int _top;
        private int _topIndex;

        /// <summary>When the newest beat was: wave sample x 256; wraps, so only differences count.</summary>
        public int BeatTime { get; private set; }

        /// <summary>Height of the newest beat in normalised units.</summary>
        public int BeatHeight { get; private set; }

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
                _square[i] = 0;
            }

            _beatSum = 0;
            _peakSum = 0;
            _width = 0;
        }

        /// <summary>Takes one sample of the normalised wave.</summary>
        /// <returns>True when <see cref="BeatTime"/> is a new beat; 0.5 to 1 s after it happened.</returns>
        public bool Push(int wave)
        {
            int[] square = _square;
            int index = _index;
            int now = index & Mask;
            int sq = wave > 0 ? wave * wave : 0;
            _wave[now] = wave;
            _beatSum += sq - square[(index - BeatSpan) & Mask];
            square[now] = sq;
            int centre = index - BeatHalf;
            _peakSum += square[(centre + 1) & Mask] - square[(centre + 1 - PeakSpan) & Mask];
            _index = index + 1;
            if (_peakSum * BeatSpan > (_beatSum + Floor * BeatSpan) * PeakSpan)
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
            _width = 0;
            if (width < LeastWidth || centre - _topIndex >= Mask - BeatHalf)
            {
                return false;
            }

            BeatTime = (_topIndex << TimeShift) + Vertex(_topIndex);
            BeatHeight = _top;
            return true;
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
