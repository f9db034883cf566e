namespace Wearable.Simulator;

/// <summary>
/// When the things a person would notice happened, since the last <see cref="SimulatedWearable.SayAsync"/>. Ms since
/// 1970-01-01 UTC with fractions, on the wearable's clock; null: not yet. Differences are exact to a sample.
/// </summary>
/// <param name="LastVoicedSampleCapturedMs">The microphone took the last sample that was voice: the end of speech.</param>
/// <param name="FirstSamplePlayedMs">The speaker began to sound.</param>
/// <param name="PlaybackFinishedMs">The last sample so far left the speaker.</param>
public sealed record Timeline(double? LastVoicedSampleCapturedMs, double? FirstSamplePlayedMs, double? PlaybackFinishedMs)
{
    /// <summary>Nothing has happened.</summary>
    public static readonly Timeline Empty = new(null, null, null);

    /// <summary>What a conversation is judged by: first sound after end of speech, ms.</summary>
    public double? ResponseMs => FirstSamplePlayedMs - LastVoicedSampleCapturedMs;
}
