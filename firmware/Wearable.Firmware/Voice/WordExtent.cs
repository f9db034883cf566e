namespace Wearable.Firmware.Voice
{
    /// <summary>Finds where a heard word began, from the levels of the last hops. Runs once per hit.</summary>
    public static class WordExtent
    {
        // A spoken "computer" lasts 400 to 900 ms and is recognised near its end or up to 160 ms later.
        private const int ShortestHops = 20, LongestHops = 55;

        // Three hops well below the loudest (15 dB), or near the background (3 dB), are the pause before the word.
        private const int PauseHops = 3, BelowPeak = 40, AboveFloor = 8;

        // The word's first sounds may be as soft as a pause.
        private const int MarginHops = 4;

        /// <summary>Hops back from now to the word's beginning, with a margin; the longest word when no pause is found.</summary>
        /// <param name="levels">Ring of levels, a power of two long.</param>
        /// <param name="next">Count of hops so far; the newest is at next - 1.</param>
        /// <param name="backlog">Hops that the score has not seen yet.</param>
        /// <param name="floorLevel">Level of the background.</param>
        public static int BeganBack(short[] levels, int next, int backlog, int floorLevel)
        {
            int mask = levels.Length - 1;
            int last = backlog + LongestHops;
            if (last > next)
            {
                last = next;
            }

            int peak = Peak(levels, next, backlog + 1, backlog + ShortestHops);
            int quiet = 0;
            for (int back = backlog + ShortestHops; back <= last; back++)
            {
                int level = levels[(next - back) & mask];
                quiet = level < peak - BelowPeak || level < floorLevel + AboveFloor ? quiet + 1 : 0;
                if (quiet == PauseHops)
                {
                    int began = back - PauseHops + MarginHops;
                    return began < last ? began : last;
                }
            }

            return last;
        }

        /// <summary>Loudest level between two distances back, both included.</summary>
        public static int Peak(short[] levels, int next, int fromBack, int toBack)
        {
            int mask = levels.Length - 1;
            int peak = 0;
            for (int back = fromBack; back <= toBack; back++)
            {
                int level = levels[(next - back) & mask];
                if (level > peak)
                {
                    peak = level;
                }
            }

            return peak;
        }
    }
}
