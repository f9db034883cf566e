using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Dashboard;

/// <summary>Heart samples as the chart wants them: columns of equal length, oldest first.</summary>
/// <param name="T">Epoch seconds.</param>
/// <param name="Bpm">Beats per minute; null when there was none to believe.</param>
/// <param name="Q">Quality 0-100.</param>
/// <param name="St">State, as on the wire.</param>
public sealed record HeartColumns(double[] T, double?[] Bpm, int[] Q, string[] St)
{
    /// <summary>Turns rows into columns.</summary>
    public static HeartColumns Of(IReadOnlyList<HeartSample> samples) => new(
        [.. samples.Select(sample => sample.At.ToUnixTimeMilliseconds() / 1000.0)],
        [.. samples.Select(sample => sample.RateBpm)],
        [.. samples.Select(sample => sample.Quality)],
        [.. samples.Select(sample => sample.State)]);
}
