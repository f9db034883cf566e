namespace Wearable.Training;

/// <summary>Misses against false alarms at every threshold.</summary>
public sealed class Curve(IReadOnlyList<int> bestOfPositives, IReadOnlyList<DeviceHearing> negatives, double negativeHours)
{
    /// <summary>Percent of positives below a threshold.</summary>
    public double Miss(int threshold) => 100.0 * bestOfPositives.Count(b => b < threshold) / Math.Max(1, bestOfPositives.Count);

    /// <summary>False alarms per hour at a threshold.</summary>
    public double FalseAlarmsPerHour(int threshold) => negatives.Sum(n => n.Hits(threshold)) / Math.Max(1e-9, negativeHours);

    /// <summary>Lowest threshold with at most so many false alarms per hour; 101 when there is none.</summary>
    public int ThresholdFor(double falseAlarmsPerHour)
    {
        for (int t = 1; t <= 100; t++)
        {
            if (FalseAlarmsPerHour(t) <= falseAlarmsPerHour)
            {
                return t;
            }
        }

        return 101;
    }
}
