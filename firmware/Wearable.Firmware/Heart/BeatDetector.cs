using System;

namespace Wearable.Firmware.Heart
{
    /// <summary>
    /// Finds beats in the pulse wave with two moving averages of its squared positive part (Elgendi et al., PLoS ONE 8(10), 2013: 111 ms and
    /// 667 ms, offset 2 %), the peak placed between samples by a parabola. Sums in 64 bit, so that no gain control is needed from the weakest
    /// to the strongest pulse. About 90 IL a sample.
    /// </summary>
    public sealed class BeatDetector
    {
        /// <summary>Positions are in sixteenths of a sample.</summary>
        public const int Fraction = 16;

        private const int PeakWindow = 5;   // 111 ms
        private const int BeatWindow = 33;  // 667 ms
        private const int MeanShift = 7;    // the offset's mean runs over about 2.6 s
        private const int OffsetShift = 6;  // 1/64: 1.6 %
        private const int MinBlock = 5;     // a block shorter than 100 ms is no systole
        private const int RefractorySamples = 13; // 260 ms: 230 beats a minute
        private const int Lag = BeatWindow / 2;

        private readonly long[] _squares = new long[BeatWindow];
        private readonly int[] _wave = new int[BeatWindow];
        private long _peakSum;
        private long _beatSum;
        private long _mean;
        private int _at;
        private int _block;
        private int _best;
        private int _bestBefore;
        private int _bestAfter;
        private int _bestIndex;
        private int _lastWave;
        private bool _wantAfter;
        private int _lastBeatIndex;
        private int _index;

        /// <summary>Position of the last beat in sixteenths of a sample since <see cref="Reset"/>.</summary>
        public int BeatPosition { get; private set; }

        /// <summary>Height of the last beat, in the wave's units.</summary>
        public int BeatHeight { get; private set; }

        /// <summary>Samples since <see cref="Reset"/>.</summary>
        public int Index
        {
            get { return _index; }
        }

        /// <summary>Starts over.</summary>
        public void Reset()
        {
            Array.Clear(_squares, 0, BeatWindow);
            Array.Clear(_wave, 0, BeatWindow);
            _peakSum = 0;
            _beatSum = 0;
            _mean = 0;
            _at = 0;
            _block = 0;
            _index = 0;
            _lastWave = 0;
            _wantAfter = false;
            _lastBeatIndex = -RefractorySamples;
        }

        /// <summary>Takes one sample of the wave. True when a beat just became certain: see <see cref="BeatPosition"/>.</summary>
        public bool Push(int wave)
        {
            long square = wave > 0 ? (long)wave * wave : 0;
            int at = _at;
            _beatSum += square - _squares[at];
            _squares[at] = square;
            _wave[at] = wave;
            _mean += (square - _mean) >> MeanShift;

            // Both averages are centred on the sample Lag ago.
            int enters = at - Lag + PeakWindow / 2;
            int leaves = enters - PeakWindow;
            _peakSum += _squares[enters < 0 ? enters + BeatWindow : enters] - _squares[leaves < 0 ? leaves + BeatWindow : leaves];
            int centre = at - Lag;
            int now = _wave[centre < 0 ? centre + BeatWindow : centre];
            _at = at + 1 == BeatWindow ? 0 : at + 1;
            _index++;
            return Judge(now, _peakSum * BeatWindow > (_beatSum + (_mean >> OffsetShift) * BeatWindow) * PeakWindow);
        }

        private bool Judge(int now, bool inBlock)
        {
            bool beat = false;
            if (_wantAfter)
            {
                _bestAfter = now;
                _wantAfter = false;
            }

            if (inBlock)
            {
                if (_block == 0 || now > _best)
                {
                    _best = now;
                    _bestBefore = _lastWave;
                    _bestAfter = now;
                    _bestIndex = _index - Lag - 1;
                    _wantAfter = true;
                }

                _block++;
            }
            else
            {
                beat = _block >= MinBlock && _best > 0 && _bestIndex - _lastBeatIndex >= RefractorySamples;
                if (beat)
                {
                    _lastBeatIndex = _bestIndex;
                    BeatHeight = _best;
                    BeatPosition = _bestIndex * Fraction + Vertex(_bestBefore, _best, _bestAfter);
                }

                _block = 0;
            }

            _lastWave = now;
            return beat;
        }

        // Top of the parabola through three samples, in sixteenths of a sample from the middle one: -8 to 8.
        private static int Vertex(int before, int top, int after)
        {
            int curve = before - 2 * top + after;
            if (curve >= 0)
            {
                return 0;
            }

            int offset = (before - after) * (Fraction / 2) / curve;
            return offset > 8 ? 8 : offset < -8 ? -8 : offset;
        }
    }
}
