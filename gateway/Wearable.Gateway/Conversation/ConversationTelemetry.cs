using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Wearable.Gateway.Conversation;

/// <summary>
/// What OpenTelemetry sees of conversations: one activity and a few instruments per turn, never a word of what was said. Seconds and names as
/// its conventions ask; the brain's own spans and token counts carry the names of its GenAI conventions, from the same <see cref="Name"/>.
/// </summary>
public static class ConversationTelemetry
{
    /// <summary>Name of the activity source and of the meter.</summary>
    public const string Name = "Wearable.Gateway.Conversation";

    /// <summary>Activities: <c>turn</c>, with one event per published phase.</summary>
    public static readonly ActivitySource Source = new(Name);

    private static readonly System.Diagnostics.Metrics.Meter Instruments = new(Name);

    private static readonly Counter<long> Turns = Instruments.CreateCounter<long>("wearable.turns", "{turn}", "Turns that ended, by outcome and reason.");

    private static readonly Histogram<double> Stages = Instruments.CreateHistogram(
        "wearable.turn.stage.duration",
        "s",
        "From the true end of speech to a stage of the turn.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.2, 1.5, 2, 3, 4, 6, 10, 20, 60] });

    private static readonly Histogram<int> WakeScores = Instruments.CreateHistogram(
        "wearable.wake.score",
        "1",
        "Score the device gave a wake word, 0 to 100, by what the gateway made of it: for choosing thresholds.",
        advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [10, 20, 30, 40, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95, 100] });

    /// <summary>Counts an ended turn and its stages.</summary>
    internal static void Count(TurnRecord turn)
    {
        Turns.Add(1, new("wearable.turn.outcome", turn.Outcome), new("wearable.turn.reason", turn.Why));
        foreach ((string stage, int ms) in turn.StagesMs)
        {
            Stages.Record(ms / 1000.0, new KeyValuePair<string, object?>("wearable.turn.stage", stage[..^"_ms".Length]));
        }
    }

    /// <summary>Counts what became of a wake.</summary>
    /// <param name="claim">The wake.</param>
    /// <param name="verdict"><c>confirmed</c>, <c>rejected</c> or <c>louder-elsewhere</c>.</param>
    internal static void Count(WakeClaim claim, string verdict) =>
        WakeScores.Record(claim.Score, new("wearable.wake.word", claim.Word), new("wearable.wake.verdict", verdict));
}
