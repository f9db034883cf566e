using System;

namespace Wearable.Firmware.Heart
{
    /// <summary>
    /// The last beats as inter-beat intervals: which to believe, their mean over a window, how regular they are. An interval over 1.7 times or
    /// under half the median of its neighbours is a missed or invented beat (this keeps irregular hearts right).
    /// </summary>
    public sealed class BeatLog
    {
        private const int Capacity = 32;
        private const int MedianOf = 7;
        private const int ShortestMs = 250, LongestMs = 2400;

        private readonly int[] _intervalsMs = new int[Capacity];
        private readonly bool[] _accepted = new bool[Capacity];
        private readonly long[] _endsMs = new long[Capacity];
        private readonly int[] _sorted = new int[MedianOf];
        private int _next;
        private int _count;
        private int _untaken;
        private long _lastBeatMs;
        private bool _hasBeat;

        /// <summary>Accepted intervals in the last <see cref="Look"/>.</summary>
        public int Accepted { get; private set; }

        /// <summary>All intervals in the last <see cref="Look"/>.</summary>
        public int Seen { get; private set; }

        /// <summary>Rate of the accepted intervals in the last <see cref="Look"/>, beats per minute times ten; 0 when there is none.</summary>
        public int RateBpmX10 { get; private set; }

        /// <summary>Mean distance of accepted neighbours to each other in percent of the mean interval: 2-6 at rest, 20 and more for noise.</summary>
        public int SpreadPercent { get; private set; }

        /// <summary>Starts over: what was not taken yet is lost, the next beat begins a new row.</summary>
        public void Reset()
        {
            _count = 0;
            _untaken = 0;
            _hasBeat = false;
        }

        /// <summary>The stream had a gap: the interval across it is not one.</summary>
        public void Break()
        {
            _hasBeat = false;
        }

        /// <summary>Takes one beat.</summary>
        /// <param name="atMs">Uptime, ms.</param>
        public void Add(long atMs)
        {
            if (_hasBeat)
            {
                int interval = (int)(atMs - _lastBeatMs);
                _intervalsMs[_next] = interval;
                _endsMs[_next] = atMs;
                _accepted[_next] = interval >= ShortestMs && interval <= LongestMs && Fits(interval);
                _next = (_next + 1) & (Capacity - 1);
                _count = _count < Capacity ? _count + 1 : Capacity;
                _untaken = _untaken < Capacity ? _untaken + 1 : Capacity;
            }

            _hasBeat = true;
            _lastBeatMs = atMs;
        }

        /// <summary>Looks at the intervals that ended within a window.</summary>
        /// <param name="sinceMs">Uptime of its begin.</param>
        public void Look(long sinceMs)
        {
            int sum = 0;
            int spread = 0;
            int previous = 0;
            Accepted = 0;
            Seen = 0;
            for (int i = _count; i > 0; i--)
            {
                int at = (_next - i) & (Capacity - 1);
                if (_endsMs[at] < sinceMs)
                {
                    continue;
                }

                Seen++;
                if (!_accepted[at])
                {
                    previous = 0;
                    continue;
                }

                Accepted++;
                sum += _intervalsMs[at];
                if (previous > 0)
                {
                    int step = _intervalsMs[at] - previous;
                    spread += step < 0 ? -step : step;
                }

                previous = _intervalsMs[at];
            }

            RateBpmX10 = sum > 0 ? (int)((600000L * Accepted + sum / 2) / sum) : 0;
            SpreadPercent = Accepted > 1 ? spread * 100 * Accepted / (sum * (Accepted - 1)) : 100;
        }

        /// <summary>Hands over the intervals since the last call, oldest first.</summary>
        public int Take(int[] intervalsMs, int[] accepted, out long firstBeatMs)
        {
            int n = _untaken < intervalsMs.Length ? _untaken : intervalsMs.Length;
            firstBeatMs = 0;
            for (int i = 0; i < n; i++)
            {
                int at = (_next - n + i) & (Capacity - 1);
                if (i == 0)
                {
                    firstBeatMs = _endsMs[at] - _intervalsMs[at];
                }

                intervalsMs[i] = _intervalsMs[at];
                accepted[i] = _accepted[at] ? 1 : 0;
            }

            _untaken = 0;
            return n;
        }

        private bool Fits(int interval)
        {
            int n = _count < MedianOf ? _count : MedianOf;
            if (n < 3)
            {
                return true;
            }

            for (int i = 0; i < n; i++)
            {
                int value = _intervalsMs[(_next - 1 - i) & (Capacity - 1)];
                int k = i;
                while (k > 0 && _sorted[k - 1] > value)
                {
                    _sorted[k] = _sorted[k - 1];
                    k--;
                }

                _sorted[k] = value;
            }

            int median = _sorted[n / 2];
            return interval * 10 <= median * 17 && interval * 2 >= median;
        }
    }
}
