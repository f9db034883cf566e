namespace Wearable.Gateway.Pulse;

/// <summary>
/// Zones of effort by age: shares of the highest rate to expect, 208 - 0.7 x age (Tanaka, Monahan and Seals 2001, J Am Coll Cardiol 37:153; made
/// from adults, off by about 10 bpm for one person), bounds as of the American College of Sports Medicine (Garber et al. 2011, Med Sci Sports
/// Exerc 43:1334): light from 57 %, moderate from 64 %, vigorous from 77 %, near the most from 96 %.
/// </summary>
public static class HeartZones
{
    private static readonly (string Name, int FromPercent)[] Bounds = [("very light", 0), ("light", 57), ("moderate", 64), ("vigorous", 77), ("near the most", 96)];

    /// <summary>Highest rate to expect at an age, bpm.</summary>
    public static double MostBpm(int ageYears) => 208 - 0.7 * ageYears;

    /// <summary>The zones of an age, lowest first, without any time in them.</summary>
    public static IReadOnlyList<HeartZone> Of(int ageYears) => [.. Bounds.Select((zone, i) => new HeartZone(
        zone.Name, Math.Round(MostBpm(ageYears) * zone.FromPercent / 100, 1), i + 1 < Bounds.Length ? Math.Round(MostBpm(ageYears) * Bounds[i + 1].FromPercent / 100, 1) : null, 0))];
}

/// <summary>One zone.</summary>
/// <param name="Name">Its name.</param>
/// <param name="FromBpm">Lowest rate in it.</param>
/// <param name="ToBpm">Lowest rate above it; null for the highest zone.</param>
/// <param name="Minutes">Time measured in it.</param>
public sealed record HeartZone(string Name, double FromBpm, double? ToBpm, double Minutes);
