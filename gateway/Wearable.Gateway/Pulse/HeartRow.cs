namespace Wearable.Gateway.Pulse;

/// <summary>One stored reading of a pulse.</summary>
/// <param name="At">When the gateway received it (UTC); of a re-estimated one the end of its 8 s window.</param>
/// <param name="RateBpm">Beats per minute; null when there was none to believe.</param>
/// <param name="Quality">0-100.</param>
/// <param name="State">As in the contract.</param>
/// <param name="Source">As in the contract: none, beats, spectrum.</param>
/// <param name="Perfusion">Pulse height over mean light, thousandths of a percent; 0 when re-estimated.</param>
/// <param name="MotionMilliG">Motion above rest, milli-g.</param>
/// <param name="ReEstimated">True when the gateway found the rate anew, with samples of the 10 s after it.</param>
public sealed record HeartRow(DateTimeOffset At, double? RateBpm, int Quality, string State, string Source, int Perfusion, int MotionMilliG, bool ReEstimated)
{
    /// <summary>Said wherever a number is shown or exported.</summary>
    public const string Notice = "Not a medical device";

    /// <summary><c>live</c> or <c>re-estimated</c>, as exports and the page say it.</summary>
    public string Kind => ReEstimated ? "re-estimated" : "live";
}

/// <summary>One stored batch of inter-beat intervals.</summary>
/// <param name="At">When the gateway received it (UTC).</param>
/// <param name="FirstBeatMs">The wearable's uptime at the beat that began the first interval.</param>
/// <param name="IntervalsMs">Oldest first.</param>
/// <param name="Accepted">True for believed intervals; as many.</param>
public sealed record BeatRow(DateTimeOffset At, long FirstBeatMs, int[] IntervalsMs, bool[] Accepted);
