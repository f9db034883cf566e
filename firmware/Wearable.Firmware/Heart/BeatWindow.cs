namespace Wearable.Firmware.Heart
{
    /// <summary>The beats of the last 8 s of light and the rate they make. Times are in 1/256 of a wave sample (40 ms).</summary>
    public sealed class BeatWindow
    {
        /// <summary>Shortest interval: 280 ms, 214 bpm. A beat sooner after another is not counted.</summary>
        public const int LeastInterval = 7 << BeatDetector.TimeShift;

        // 7.3 s of wave: with the filter's delay of 0.7 s the last 8 s of light.
        private const int WindowTime = 162 << BeatDetector.TimeShift;

        // An interval of two or three medians holds beats too weak to be found; beyond that nothing is known.
        private const int MostBeats = 3;
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
        public void Evaluate(int now)
        {
            int intervals = 0;
            int newer = 0;
            int at = _newest;
            int last = _times[at];
            int first = last;
            for (int n = 1; n < _count; n++)
            {
                at = (at + Capacity - 1) % Capacity;
                int time = _times[at];
                if (now - time > WindowTime)
                {
                    break;
                }

                int interval = first - time;
                _intervals[intervals] = interval;
                Insert(_sorted, intervals, interval);
                if (intervals > 0)
                {
                    Insert(_pairs, intervals - 1, (interval + newer) / 2);
                }

                newer = interval;
                intervals++;
                first = time;
            }

            Intervals = intervals;
            Covered = last - first;
            MedianInterval = intervals == 0 ? 0 : (_sorted[(intervals - 1) / 2] + _sorted[intervals / 2]) / 2;
            _usual = intervals < 2 ? newer : (_pairs[(intervals - 2) / 2] + _pairs[(intervals - 1) / 2]) / 2;
            Accept();
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
