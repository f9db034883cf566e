namespace Wearable.Training;

/// <summary>
/// Another way to say the same: parts of a window drawn out, others hurried over, pitch and sound of each row unchanged.
/// Words of a slow speaker are not a stretched copy of a quick one's: the closures in "com-pu-ter" grow more than its vowels.
/// </summary>
internal static class TempoWarp
{
    // Spread of the tempo (natural log) from part to part, and how many rows a part lasts.
    private const double Spread = 0.3;
    private const int ShortestPart = 4, LongestPart = 14;

    /// <summary>Which row of the segment stands at each place of the window.</summary>
    /// <param name="random">Chance.</param>
    /// <param name="from">Row of the segment at the window's start, without warp.</param>
    /// <param name="anchor">Place in the window that keeps its row.</param>
    /// <param name="source">Receives one row number per place; may lie outside the segment.</param>
    public static void Fill(Random random, int from, int anchor, Span<int> source)
    {
        double overall = Sound.LogUniform(random, 0.85, 1.2);
        source[anchor] = from + anchor;
        Walk(random, overall, 1, anchor, source);
        Walk(random, overall, -1, anchor, source);
    }

    private static void Walk(Random random, double overall, int direction, int anchor, Span<int> source)
    {
        double at = source[anchor], rate = overall;
        int left = 0;
        for (int r = anchor + direction; r >= 0 && r < source.Length; r += direction)
        {
            if (left-- == 0)
            {
                rate = overall * Math.Exp(Sound.Gauss(random) * Spread);
                left = random.Next(ShortestPart, LongestPart + 1);
            }

            at += direction * rate;

            // Either neighbour by chance, so that a drawn-out sound is not the same row again and again.
            source[r] = (int)Math.Floor(at + random.NextDouble());
        }
    }
}
