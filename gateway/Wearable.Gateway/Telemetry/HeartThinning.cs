namespace Wearable.Gateway.Telemetry;

/// <summary>Fewer samples for a chart, without inventing any: each one returned was measured, and a stretch mostly without a rate stays without.</summary>
public static class HeartThinning
{
    /// <summary>At most <paramref name="maxSamples"/> of the samples, oldest first.</summary>
    /// <remarks>
    /// Neighbours are taken together in equal groups. A group of which at least half have a rate is stood for by its sample of
    /// median rate (robust against one wild value), another group by its first sample without a rate.
    /// </remarks>
    public static IReadOnlyList<HeartSample> Thin(IReadOnlyList<HeartSample> samples, int maxSamples)
    {
        if (samples.Count <= maxSamples)
        {
            return samples;
        }

        List<HeartSample> thinned = new(maxSamples);
        for (int group = 0; group < maxSamples; group++)
        {
            int start = (int)((long)samples.Count * group / maxSamples);
            int end = (int)((long)samples.Count * (group + 1) / maxSamples);
            thinned.Add(StandFor(samples, start, end));
        }

        return thinned;
    }

    private static HeartSample StandFor(IReadOnlyList<HeartSample> samples, int start, int end)
    {
        List<HeartSample> rated = [];
        HeartSample? unrated = null;
        for (int i = start; i < end; i++)
        {
            if (samples[i].RateBpm is null)
            {
                unrated ??= samples[i];
            }
            else
            {
                rated.Add(samples[i]);
            }
        }

        if (unrated is not null && rated.Count * 2 < end - start)
        {
            return unrated;
        }

        rated.Sort((a, b) => a.RateBpm!.Value.CompareTo(b.RateBpm!.Value));
        return rated[rated.Count / 2];
    }
}
