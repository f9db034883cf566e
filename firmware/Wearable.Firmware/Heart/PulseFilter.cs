namespace Wearable.Firmware.Heart
{
    /// <summary>
    /// Light at 50 Hz in, pulse wave at 25 Hz out: pairs averaged, a centred boxcar of 1.32 s taken off (no drift of phase), smoothed
    /// by boxcars of 2 and 3 samples, turned over so that a beat points up, and divided by its own mean height, which follows in 2.6 s.
    /// </summary>
    public sealed class PulseFilter
    {
        /// <summary>Pulse wave samples per second.</summary>
        public const int RateHz = 25;

        /// <summary>Output samples between light and the pulse wave made from it, times 2.</summary>
        public const int DelayHalfSamples = Half * 2 + 3;

        /// <summary>Mean height of the normalised wave.</summary>
        public const int Unit = 256;

        /// <summary>The normalised wave is cut at this: four times the mean height.</summary>
        public const int Peak = 1023;

        private const int Half = 16;
        private const int Span = Half * 2 + 1;

        // 5 s: the newest sure beat of a slow heart, its rise and all light since.
        private const int Mask = 127;

        // One count of light in the wave: pair x span x 6 smoothing taps, / 16.
        private const int Gain = 2 * Span * 6;
        private const int GainShift = 4;
        private const int HeightShift = 6;

        private readonly int[] _ring = new int[Mask + 1];
        private int _at;
        private int _sum;
        private int _filled;
        private int _pairFirst;
        private int _pairBefore;
        private bool _pairOpen;
        private int _rebase;
        private int _second;
        private int _d1;
        private int _s1;
        private int _s2;
        private int _heightQ6;
        private int _wave;
        private int _four;
        private int _cuts; // fields: a property's setter is a call for each sample
        private int _heightSamples;

        /// <summary>The newest normalised sample, -1023 to 1023.</summary>
        public int Wave
        {
            get { return _wave; }
        }

        /// <summary>Ring of the light in pairs, steps of the LED taken out; a power of two long.</summary>
        public int[] Pairs
        {
            get { return _ring; }
        }

        /// <summary>Where the newest pair is in <see cref="Pairs"/>, before it is wrapped.</summary>
        public int NewestPair
        {
            get { return _at - 1; }
        }

        /// <summary>The four newest samples of light together, counts, steps of the LED taken out.</summary>
        public int Four
        {
            get { return _four; }
        }

        /// <summary>How many values were cut to the largest since last asked: knocks.</summary>
        public int TakeCuts()
        {
            int cuts = _cuts;
            _cuts = 0;
            return cuts;
        }

        /// <summary>Mean light of the last 1.32 s in counts, steps of the LED taken out.</summary>
        public int MeanCounts
        {
            get { return _sum / (2 * Span); }
        }

        /// <summary>Offset that steps of the LED have added to the light, counts.</summary>
        public int RebaseCounts
        {
            get { return _rebase; }
        }

        /// <summary>Mean absolute height of the pulse wave, hundredths of a count.</summary>
        public int HeightCentiCounts
        {
            get { return (int)((long)(_heightQ6 >> HeightShift) * (100 << GainShift) / Gain); }
        }

        /// <summary>Forgets everything.</summary>
        public void Reset()
        {
            _at = 0;
            _sum = 0;
            _filled = 0;
            _pairOpen = false;
            _rebase = 0;
            _d1 = 0;
            _s1 = 0;
            _s2 = 0;
            _heightQ6 = 0;
            _heightSamples = 0;
            _wave = 0;
        }

        /// <summary>The LED changed: the first sample after it continues the one before, and the height scales along.</summary>
        /// <param name="counts">First clean sample at the new current.</param>
        /// <param name="fromLed">Old current.</param>
        /// <param name="toLed">New current.</param>
        public void Step(int counts, int fromLed, int toLed)
        {
            _rebase = Last() - counts;
            _heightQ6 = (int)((long)_heightQ6 * toLed / fromLed);
        }

        /// <summary>A sample that cannot be used: the last one stands in.</summary>
        /// <returns>As <see cref="Push"/>.</returns>
        public bool Hold()
        {
            return Push(Last() - _rebase);
        }

        private int Last()
        {
            return _pairOpen ? _pairFirst : _second;
        }

        /// <summary>Takes one sample of light.</summary>
        /// <param name="counts">18-bit counts.</param>
        /// <returns>True when <see cref="Wave"/> is new: every second call, once 1.32 s are in.</returns>
        public bool Push(int counts)
        {
            int light = counts + _rebase;
            if (!_pairOpen)
            {
                _pairOpen = true;
                _pairFirst = light;
                return false;
            }

            _pairOpen = false;
            _second = light;
            light += _pairFirst;
            _four = light + _pairBefore;
            _pairBefore = light;
            int[] ring = _ring;
            int at = _at;
            int sum = _sum + light;
            ring[at] = light;
            if (_filled < Span)
            {
                _filled++;
                _at = (at + 1) & Mask;
                _sum = sum;
                return false;
            }

            sum -= ring[(at - Span) & Mask];
            _sum = sum;

            // Mean minus middle: less light is more blood.
            int d = sum - Span * ring[(at - Half) & Mask];
            _at = (at + 1) & Mask;
            int s = d + _d1;
            _d1 = d;
            int y = (s + _s1 + _s2) >> GainShift;
            _s2 = _s1;
            _s1 = s;
            Normalise(y);
            return true;
        }

        private void Normalise(int y)
        {
            int size = y < 0 ? -y : y;
            int height = _heightQ6 >> HeightShift;

            // The first second is a plain mean; later one knock counts as four mean heights at most.
            if (_heightSamples < RateHz)
            {
                _heightSamples++;
                _heightQ6 += ((size << HeightShift) - _heightQ6) / _heightSamples;
            }
            else
            {
                int most = height * 4 + 4;
                _heightQ6 += (size > most ? most : size) - height;
            }

            int cap = height * 4;
            if (size < cap)
            {
                _wave = y * Unit / height;
                return;
            }

            _cuts += size > cap ? 1 : 0;
            _wave = height == 0 ? 0 : y < 0 ? -Peak : Peak;
        }
    }
}
