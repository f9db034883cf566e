namespace Wearable.Gateway.Telemetry;

/// <summary>One believed or refused heart rate.</summary>
/// <param name="At">When the gateway received it (UTC).</param>
/// <param name="RateBpm">Beats per minute; null when the device refused to give one.</param>
/// <param name="Quality">0-100.</param>
/// <param name="State">As in the contract: no_contact, settling, ok, motion, saturated, lost, sensor_error.</param>
public sealed record HeartSample(DateTimeOffset At, double? RateBpm, int Quality, string State);

/// <summary>What the brain and the page may ask about a wearer's pulse.</summary>
public interface IHeartHistory
{
    /// <summary>The newest sample, or null when none came in the last 30 s.</summary>
    HeartSample? Latest(string deviceId);

    /// <summary>Samples with from &lt;= At &lt; to, oldest first, thinned to at most <paramref name="maxSamples"/>.</summary>
    Task<IReadOnlyList<HeartSample>> RangeAsync(string deviceId, DateTimeOffset from, DateTimeOffset to, int maxSamples, CancellationToken cancellation = default);
}
