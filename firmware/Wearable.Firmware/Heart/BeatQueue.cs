namespace Wearable.Firmware.Heart
{
    /// <summary>Inter-beat intervals on their way out. Holds 64; full, the oldest is dropped.</summary>
    public sealed class BeatQueue
    {
        private const int Capacity = 64;

        private readonly int[] _intervalsMs = new int[Capacity];
        private readonly int[] _accepted = new int[Capacity];
        private readonly long[] _startsMs = new long[Capacity];
        private readonly bool[] _continues = new bool[Capacity];
        private int _first;
        private int _count;
        private bool _broken = true;

        /// <summary>Intervals dropped because nobody took them.</summary>
        public int Dropped { get; private set; }

        /// <summary>The next interval does not continue the one before.</summary>
        public void Break()
        {
            _broken = true;
        }

        /// <summary>Adds an interval.</summary>
        /// <param name="startMs">Uptime of the beat that began it.</param>
        /// <param name="intervalMs">Its length.</param>
        /// <param name="accepted">1 believed, 0 doubtful.</param>
        public void Add(long startMs, int intervalMs, int accepted)
        {
            if (_count == Capacity)
            {
                _first = (_first + 1) % Capacity;
                _count--;
                Dropped++;
            }

            int at = (_first + _count) % Capacity;
            _startsMs[at] = startMs;
            _intervalsMs[at] = intervalMs;
            _accepted[at] = accepted;
            _continues[at] = !_broken;
            _broken = false;
            _count++;
        }

        /// <summary>Takes intervals that follow each other without a break.</summary>
        /// <returns>How many; what comes after a break stays for the next call.</returns>
        public int Take(int[] intervalsMs, int[] accepted, out long firstBeatMs)
        {
            firstBeatMs = _count == 0 ? 0 : _startsMs[_first];
            int taken = 0;
            while (_count > 0 && taken < intervalsMs.Length && taken < accepted.Length && (taken == 0 || _continues[_first]))
            {
                intervalsMs[taken] = _intervalsMs[_first];
                accepted[taken] = _accepted[_first];
                taken++;
                _first = (_first + 1) % Capacity;
                _count--;
            }

            return taken;
        }
    }
}
