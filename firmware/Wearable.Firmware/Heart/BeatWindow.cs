namespace Wearable.Firmware.Heart
{
    /// <summary>The beats of the last 8 s of light and the rate they make. Times are in 1/256 of a wave sample (40 ms).</summary>
    public sealed class BeatWindow
    {
        /// <summary>Shortest interval: 280 ms, 214 bpm. A beat sooner after another is not counted.</summary>
        public const int LeastInterval = 7 << BeatDetector.TimeShift;

        // 6.6 s of wave and the filter's delay of 0.7 s: of the beats of 8 s before now those that the light has already shown.
        private const int WindowTime = 164 << BeatDetector.TimeShift;

        // An interval of two or three medians holds beats too weak to be found; beyond that nothing is known.
        private const int MostBeats = 3;
        private const int EvenParts = 8;
        private const int Capacity = 32;

        private readonly int[] _times = new int[Capacity];
        private readonly int[] _intervals = new int[Capacity];
        private readonly int[] _sorted = new int[Capacity];
        private readonly int[] _pairs = new int[Capacity];
        private int _usual;
        private int _newest;
        private int _count;

        /// <summary>Intervals in the window.</summary>
        public int Intervals { get; private set; }

        /// <summary>How many of them are between half and 1.5 times the median; the others hold missed or extra beats.</summary>
        public int Accepted { get; private set; }

        /// <summary>Mean interval, missed beats counted and extra ones joined; 0 with fewer than 3 accepted.</summary>
        public int MeanInterval { get; private set; }

        /// <summary>Median interval; 0 without intervals.</summary>
        public int MedianInterval { get; private set; }

        /// <summary>Mean distance of the intervals from the median, thousandths of it.</summary>
        public int SpreadMilli { get; private set; }

        /// <summary>Time from the first to the last beat in the window.</summary>
        public int Covered { get; private set; }

        /// <summary>Forgets everything.</summary>
        public void Reset()
        {
            _count = 0;
            Intervals = 0;
            Accepted = 0;
            MeanInterval = 0;
            MedianInterval = 0;
            SpreadMilli = 0;
            Covered = 0;
        }

        /// <summary>Takes a beat.</summary>
        /// <returns>The interval since the beat before; 0 for the first one, -1 when it came too soon and is ignored.</returns>
        public int Add(int time)
        {
            int interval = 0;
            if (_count > 0)
            {
                interval = time - _times[_newest];
                if (interval < LeastInterval)
                {
                    return -1;
                }
            }

            _newest = (_newest + 1) % Capacity;
            _times[_newest] = time;
            if (_count < Capacity)
            {
                _count++;
            }

            return interval;
        }

        /// <summary>Measures the window.</summary>
        /// <param name="now">Time of the newest wave sample.</param>
        /// <param name="late">Beats after the newest one added; only read.</param>
        public void Evaluate(int now, LateBeats late)
        {
            int[] times = late.Times;
            int lates = late.Count;
            int intervals = 0;
            int at = lates > 0 ? _newest + 1 : _newest;
            int last = lates > 0 ? times[lates - 1] : _times[at];
            int first = last;
            for (int n = 1; n < _count + lates; n++)
            {
                int time;
                if (n < lates)
                {
                    time = times[lates - 1 - n];
                }
                else
                {
                    at = (at + Capacity - 1) % Capacity;
                    time = _times[at];
                }

                if (now - time > WindowTime)
                {
                    break;
                }

                int interval = first - time;
                _intervals[intervals] = interval;
                Insert(_sorted, intervals, interval);
                intervals++;
                first = time;
            }

            Intervals = intervals;
            Covered = last - first;
            MedianInterval = intervals == 0 ? 0 : (_sorted[(intervals - 1) / 2] + _sorted[intervals / 2]) / 2;
            _usual = Usual(intervals);
            Accept();
        }

        // The middle of pairs of intervals, for hearts that beat long and short in turn; of an even heart they need not be made.
        private int Usual(int intervals)
        {
            int median = MedianInterval;
            if (intervals < 2 || (_sorted[intervals - 1] - _sorted[0]) * EvenParts <= median)
            {
                return median;
            }

            for (int i = 1; i < intervals; i++)
            {
                Insert(_pairs, i - 1, (_intervals[i] + _intervals[i - 1]) / 2);
            }

            return (_pairs[(intervals - 2) / 2] + _pairs[(intervals - 1) / 2]) / 2;
        }

        /// <summary>True when an interval is neither a missed nor an extra beat by the last window's median.</summary>
        public bool IsPlausible(int interval)
        {
            int median = _usual;
            return median > 0 && interval * 2 <= median * 3 && interval * 2 >= median;
        }

        private static void Insert(int[] sorted, int count, int interval)
        {
            int i = count;
            while (i > 0 && sorted[i - 1] > interval)
            {
                sorted[i] = sorted[i - 1];
                i--;
            }

            sorted[i] = interval;
        }

        private void Accept()
        {
            int accepted = 0;
            int sum = 0;
            int spread = 0;
            int beats = 0;
            int split = 0;
            int median = _usual;
            for (int i = 0; i < Intervals; i++)
            {
                int interval = _intervals[i];
                int off = interval - MedianInterval;
                spread += off < 0 ? -off : off;
                if (IsPlausible(interval))
                {
                    sum += interval;
                    accepted++;
                    beats++;
                }
                else if (interval > median)
                {
                    int held = (2 * interval + median) / (2 * median);
                    if (held <= MostBeats)
                    {
                        sum += interval;
                        beats += held;
                    }
                }
                else
                {
                    // Pieces of an interval cut by an extra beat make one interval again.
                    sum += interval;
                    split += interval;
                    if (split * 10 > median * 7)
                    {
                        beats++;
                        split = 0;
                    }
                }
            }

            Accepted = accepted;
            MeanInterval = accepted >= 3 ? sum / beats : 0;
            SpreadMilli = Intervals == 0 ? 0 : (int)((long)spread * 1000 / Intervals / MedianInterval);
        }
    }
}
