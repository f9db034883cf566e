namespace Wearable.Gateway.Speech;

public enum SpokenOutcome
{
    /// <summary>The samples hold the words.</summary>
    Spoken,

    /// <summary>The text holds nothing that can be said (empty, only signs or a script this voice cannot read).</summary>
    NothingToSay,

    /// <summary>The synthesis broke; the reason says how.</summary>
    Failed,
}

/// <summary>Spoken words.</summary>
/// <param name="Outcome">Which of the other fields count.</param>
/// <param name="Samples">int16, mono, 16 kHz; empty unless <see cref="SpokenOutcome.Spoken"/>.</param>
/// <param name="Reason">What went wrong with <see cref="SpokenOutcome.Failed"/>, otherwise empty.</param>
/// <param name="Took">Time the engine worked.</param>
public sealed record SpokenText(SpokenOutcome Outcome, short[] Samples, string Reason, TimeSpan Took)
{
    /// <summary>How long the sound lasts.</summary>
    public int DurationMs => Samples.Length / (SpeechFormat.SampleRateHz / 1000);
}

/// <summary>How to speak.</summary>
/// <param name="Voice">One of <see cref="ITextToSpeech.Voices"/>; null: the engine's default.</param>
/// <param name="SpeedPercent">100 is the voice's own pace; 50 to 200.</param>
public sealed record SpeakingStyle(string? Voice = null, int SpeedPercent = 100)
{
    public static readonly SpeakingStyle Default = new();
}

/// <summary>Speaks text. Safe to call from several threads. Give it one sentence at a time: the first sound is there sooner.</summary>
public interface ITextToSpeech
{
    IReadOnlyList<string> Voices { get; }

    /// <param name="text">Plain English, up to 1000 characters; the rest is not spoken.</param>
    /// <param name="style">Null: the default voice at its own pace.</param>
    /// <exception cref="ArgumentException">Unknown voice or a speed out of range.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; returns at once, what is being computed is dropped.</exception>
    Task<SpokenText> SpeakAsync(string text, SpeakingStyle? style = null, CancellationToken cancellation = default);
}
