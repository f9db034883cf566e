namespace Wearable.Gateway.Conversation;

/// <summary>A finished turn as the process itself sees it; the words never leave memory unless the owner allows it.</summary>
/// <param name="DeviceId">The wearable.</param>
/// <param name="TurnId">The turn.</param>
/// <param name="Outcome">The last phase: done, rejected or failed.</param>
/// <param name="Why">Reason code of rejected and failed; else empty.</param>
/// <param name="Heard">What was understood, wake word included; empty when nothing was.</param>
/// <param name="Answer">What was spoken; empty when nothing was.</param>
/// <param name="StagesMs">Time of each reached stage since end of speech, by its name on the wire.</param>
public sealed record TurnRecord(
    string DeviceId, string TurnId, string Outcome, string Why, string Heard, string Answer, IReadOnlyDictionary<string, int> StagesMs);

/// <summary>Hears of every finished turn, words included: for the demo, the bench and tests in this process.</summary>
public interface ITurnObserver
{
    /// <summary>Takes one turn. Must return at once and must not throw.</summary>
    void OnTurnEnded(TurnRecord turn);
}
