namespace Wearable.Bench;

/// <summary>The middle of what was measured several times.</summary>
internal static class Median
{
    /// <summary>The middle value; of an even number the upper of the two in the middle.</summary>
    public static double Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
