using System;

namespace Wearable.Firmware.Heart
{
    /// <summary>
    /// The second opinion: the period of the last 8 s by autocorrelation at 12.5 Hz, kept up to date with every sample (two products a lag),
    /// exact because the sums are integers. About 750 IL a sample at 12.5 Hz, no burst of work.
    /// </summary>
    public sealed class PeriodFinder
    {
        /// <summary>Samples a second.</summary>
        public const int RateMilliHz = 12500;

        private const int Window = 100;    // 8 s
        private const int LongestLag = 28; // 26.8 beats a minute
        private const int ShortestLag = 3; // 250
        private const int Ring = 128;

        private readonly int[] _x = new int[Ring];
        private readonly long[] _sums = new long[LongestLag + 2];
        private int _at;
        private int _count;

        /// <summary>Samples taken, at most the window.</summary>
        public int Count
        {
            get { return _count < Window ? _count : Window; }
        }

        /// <summary>Rate found by the last <see cref="Find"/>, beats per minute times ten; 0 when there is no period.</summary>
        public int RateBpmX10 { get; private set; }

        /// <summary>How periodic the window is: 0-100.</summary>
        public int Strength { get; private set; }

        /// <summary>Starts over.</summary>
        public void Reset()
        {
            Array.Clear(_x, 0, Ring);
            Array.Clear(_sums, 0, _sums.Length);
            _at = 0;
            _count = 0;
        }

        /// <summary>Takes one sample of the wave, already thinned to 12.5 Hz.</summary>
        public void Push(int wave)
        {
            int[] x = _x;
            long[] sums = _sums;
            int at = _at;
            int old = (at - Window) & (Ring - 1);
            x[at] = wave;
            long leaving = x[old];
            long entering = wave;
            for (int lag = 0; lag <= LongestLag + 1; lag++)
            {
                // Pairs whose newer half is the entering sample come, pairs whose older half is the leaving one go.
                sums[lag] += entering * x[(at - lag) & (Ring - 1)] - leaving * x[(old + lag) & (Ring - 1)];
            }

            x[old] = 0;
            _at = (at + 1) & (Ring - 1);
            _count++;
        }

        /// <summary>Looks for the period.</summary>
        public void Find()
        {
            RateBpmX10 = 0;
            Strength = 0;
            long energy = _sums[0];
            if (energy <= 0)
            {
                return;
            }

            int best = 0;
            int n = Count;
            long bestValue = 0;
            for (int lag = ShortestLag; lag <= LongestLag; lag++)
            {
                long value = At(lag, n);
                if (value > bestValue && value >= At(lag - 1, n) && value >= At(lag + 1, n))
                {
                    // A double period scores like the true one: a later peak must be clearly higher.
                    if (best == 0 || value * 100 > bestValue * 118)
                    {
                        best = lag;
                        bestValue = value;
                    }
                }
            }

            if (best == 0)
            {
                return;
            }

            int strength = (int)(bestValue * 100 / energy);
            Strength = strength > 100 ? 100 : strength;
            long before = At(best - 1, n);
            long after = At(best + 1, n);
            long curve = before - 2 * bestValue + after;
            int offset = curve < 0 ? (int)((before - after) * 50 / curve) : 0;
            RateBpmX10 = (int)((long)RateMilliHz * 600 / 10 / (best * 100 + offset));
        }

        // Fewer pairs overlap at longer lags; scaled to the full window so that lags compare.
        private long At(int lag, int n)
        {
            return lag >= n ? 0 : _sums[lag] * n / (n - lag);
        }
    }
}
