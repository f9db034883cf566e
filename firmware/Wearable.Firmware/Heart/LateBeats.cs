namespace Wearable.Firmware.Heart
{
    /// <summary>
    /// The beats that the newest light shows already and the detector cannot be sure of yet: filter and averages look 1.2 s ahead. A beat's
    /// steepest rise is sharp and early, so a late beat is as long after the last sure one as its rise is after that one's. They bring
    /// the window's rate up to now and are never told as beats.
    /// </summary>
    public sealed class LateBeats
    {
        // At 214 bpm the last 1.9 s hold seven.
        private const int Most = 8;

        // The steepest rise lies up to 0.3 s before the top.
        private const int RisePairs = 7;

        // A slope takes four pairs; its vertex one more on either side.
        private const int SlopePairs = 4;

        // Percent of an interval before the next beat may rise, and for which no steeper rise may follow; and of the last rise's steepness.
        private const int WaitPercent = 70;
        private const int QuietPercent = 25;
        private const int LeastPercent = 55;

        private readonly int[] _times = new int[Most];

        /// <summary>How many were found.</summary>
        public int Count { get; private set; }

        /// <summary>Their times, oldest first, as <see cref="BeatDetector.BeatTime"/>; kept until the next search.</summary>
        public int[] Times
        {
            get { return _times; }
        }

        /// <summary>Looks for them.</summary>
        /// <param name="pairs">The filter's ring of light in pairs; a power of two long. Not kept.</param>
        /// <param name="newest">Where the newest pair is.</param>
        /// <param name="behind">How far the top of the newest sure beat lies behind it, 1/256 of a pair.</param>
        /// <param name="time">That beat's time, as <see cref="BeatDetector.BeatTime"/>.</param>
        /// <param name="interval">Usual interval, 1/256 of a pair; 0: not known, nothing is looked for.</param>
        public void Find(int[] pairs, int newest, int behind, int time, int interval)
        {
            Count = 0;
            int back = behind >> BeatDetector.TimeShift;
            if (interval <= 0 || back < 0 || back + RisePairs + SlopePairs > pairs.Length)
            {
                return;
            }

            int top = newest - back;
            int last = newest - 2; // the vertex needs two pairs more
            int rise = Steepest(pairs, top - RisePairs, top < last ? top : last, out int at);
            if (rise <= 0)
            {
                return;
            }

            int wait = interval * WaitPercent / 100 >> BeatDetector.TimeShift;
            int quiet = interval * QuietPercent / 100 >> BeatDetector.TimeShift;
            int least = rise * LeastPercent / 100;
            int from = (at << BeatDetector.TimeShift) + Vertex(pairs, at);
            while (Count < Most && Next(pairs, at + wait, last, quiet, least, out at))
            {
                int to = (at << BeatDetector.TimeShift) + Vertex(pairs, at);
                time += to - from;
                _times[Count] = time;
                Count++;
                from = to;
            }
        }

        // Less light is more blood: a rise is light that falls over four pairs. Three of them stay in hand: a look costs half as much.
        private static int Steepest(int[] pairs, int from, int to, out int at)
        {
            int mask = pairs.Length - 1;
            int a = pairs[(from - 2) & mask];
            int b = pairs[(from - 1) & mask];
            int c = pairs[from & mask];
            int best = 0;
            at = from;
            for (int i = from + 1; i <= to + 1; i++)
            {
                int d = pairs[i & mask];
                int rise = a + b - c - d;
                if (rise > best)
                {
                    best = rise;
                    at = i - 1;
                }

                a = b;
                b = c;
                c = d;
            }

            return best;
        }

        // The first rise that is steep enough, has no steeper one in the quiet time behind it, and is over.
        private static bool Next(int[] pairs, int from, int to, int quiet, int least, out int at)
        {
            int mask = pairs.Length - 1;
            int a = pairs[(from - 2) & mask];
            int b = pairs[(from - 1) & mask];
            int c = pairs[from & mask];
            int best = least - 1;
            at = 0;
            bool found = false;
            int end = to + 1;
            for (int i = from + 1; i <= end; i++)
            {
                int d = pairs[i & mask];
                int rise = a + b - c - d;
                if (rise > best)
                {
                    best = rise;
                    at = i - 1;
                    end = at + quiet < to ? at + quiet + 1 : to + 1;
                    found = true;
                }

                a = b;
                b = c;
                c = d;
            }

            return found && at < to;
        }

        // Of the parabola through the steepest rise and its neighbours, 1/256 of a pair after it.
        private static int Vertex(int[] pairs, int i)
        {
            int mask = pairs.Length - 1;
            int a = pairs[(i - 3) & mask];
            int b = pairs[(i - 2) & mask];
            int c = pairs[(i - 1) & mask];
            int d = pairs[i & mask];
            int e = pairs[(i + 1) & mask];
            int before = a + b - c - d;
            int top = b + c - d - e;
            int after = c + d - e - pairs[(i + 2) & mask];
            int bend = before - 2 * top + after;
            return bend >= 0 ? 0 : ((before - after) << (BeatDetector.TimeShift - 1)) / bend;
        }
    }
}
