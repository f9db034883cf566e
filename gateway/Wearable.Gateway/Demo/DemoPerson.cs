using Wearable.Gateway.Conversation;
using Wearable.Gateway.Speech;
using Wearable.Simulator;

namespace Wearable.Gateway.Demo;

/// <summary>What came of one thing said.</summary>
/// <param name="Turn">The finished turn; null when the wake word was not heard or the turn never ended.</param>
/// <param name="PlayedMs">Sound that left the wearable's speaker.</param>
/// <param name="ResponseMs">End of speech at the microphone to first sound at the speaker; null when nothing was played.</param>
public sealed record SpokenTurn(TurnRecord? Turn, int PlayedMs, double? ResponseMs);

/// <summary>Speaks to a simulated wearable with one of the gateway's voices and waits for what comes back.</summary>
public sealed class DemoPerson(ITextToSpeech voice, SimulatedWearable wearable, TurnWatch turns)
{
    // Not the voice that answers (slt): a person sounds different from the bear.
    private const string Voice = "rms";
    private static readonly TimeSpan TurnLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan QuietBefore = TimeSpan.FromMilliseconds(600);

    /// <summary>Says one line and waits for the turn's end.</summary>
    public async Task<SpokenTurn> SayAsync(string text, CancellationToken cancellation)
    {
        SpokenText spoken = await voice.SpeakAsync(text, new SpeakingStyle(Voice), cancellation).ConfigureAwait(false);
        if (spoken.Outcome != SpokenOutcome.Spoken)
        {
            throw new InvalidOperationException($"demo voice: speech of \"{text}\" expected, got {spoken.Outcome} {spoken.Reason}");
        }

        await Task.Delay(QuietBefore, cancellation).ConfigureAwait(false);
        turns.Clear();
        wearable.TakePlayed();
        await wearable.SayAsync(spoken.Samples).ConfigureAwait(false);
        TurnRecord? turn = await turns.NextAsync(TurnLimit, cancellation).ConfigureAwait(false);
        await wearable.ReachesAsync(() => wearable.Mode == Firmware.DeviceMode.Idle, TurnLimit, cancellation).ConfigureAwait(false);
        int played = wearable.TakePlayed().Length / SpeechFormat.SamplesPerMs;
        return new SpokenTurn(turn, played, wearable.Timeline.ResponseMs);
    }
}
