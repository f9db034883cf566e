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
/// <param name="speech">Makes the voice.</param>
/// <param name="voice">One of <see cref="Voices"/>.</param>
/// <param name="wearable">Who is spoken to.</param>
/// <param name="turns">The wearable's turns.</param>
public sealed class DemoPerson(ITextToSpeech speech, string voice, SimulatedWearable wearable, TurnWatch turns)
{
    /// <summary>Voices of people. Not the one that answers (slt): a person sounds different from the bear; nor awb, whose accent the small speech model mishears.</summary>
    public static IReadOnlyList<string> Voices { get; } = ["rms"];

    private static readonly TimeSpan TurnLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan QuietBefore = TimeSpan.FromMilliseconds(600);

    /// <summary>The person's voice saying something.</summary>
    /// <exception cref="InvalidOperationException">The voice cannot say it.</exception>
    public async Task<short[]> VoiceAsync(string text, CancellationToken cancellation)
    {
        SpokenText spoken = await speech.SpeakAsync(text, new SpeakingStyle(voice), cancellation).ConfigureAwait(false);
        return spoken.Outcome == SpokenOutcome.Spoken
            ? spoken.Samples
            : throw new InvalidOperationException($"demo voice: speech of \"{text}\" expected, got {spoken.Outcome} {spoken.Reason}");
    }

    /// <summary>Says one line and waits for the turn's end.</summary>
    public async Task<SpokenTurn> SayAsync(string text, CancellationToken cancellation) =>
        await SayAsync(await VoiceAsync(text, cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);

    /// <summary>Lets a sound be heard and waits for the turn's end.</summary>
    /// <param name="samples">int16 mono 16 kHz.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<SpokenTurn> SayAsync(short[] samples, CancellationToken cancellation)
    {
        await Task.Delay(QuietBefore, cancellation).ConfigureAwait(false);
        turns.Clear();
        wearable.TakePlayed();
        await wearable.SayAsync(samples).ConfigureAwait(false);
        TurnRecord? turn = await turns.NextAsync(TurnLimit, cancellation).ConfigureAwait(false);
        await wearable.ReachesAsync(() => wearable.Mode == Firmware.DeviceMode.Idle, TurnLimit, cancellation).ConfigureAwait(false);
        int played = wearable.TakePlayed().Length / SpeechFormat.SamplesPerMs;
        return new SpokenTurn(turn, played, wearable.Timeline.ResponseMs);
    }
}
