namespace Wearable.Gateway.Speech;

public enum TranscriptOutcome
{
    /// <summary>Words were heard.</summary>
    Text,

    /// <summary>The sound held no words; not an error.</summary>
    NothingHeard,

    /// <summary>The sound could not be transcribed; the reason says why.</summary>
    Failed,

    /// <summary>Too many others were before it: not heard, or not in time.</summary>
    Busy,
}

/// <summary>What was heard.</summary>
/// <param name="Outcome">Which of the other fields count.</param>
/// <param name="Text">The words with <see cref="TranscriptOutcome.Text"/>, otherwise empty. Untrusted: anyone may have said them.</param>
/// <param name="Reason">What went wrong with <see cref="TranscriptOutcome.Failed"/>, otherwise empty.</param>
/// <param name="Took">Time the engine worked.</param>
public sealed record Transcript(TranscriptOutcome Outcome, string Text, string Reason, TimeSpan Took)
{
    /// <summary>How sure the engine is of its words, 0 to 1: the geometric mean of its tokens' probabilities.</summary>
    public float Confidence { get; init; } = 1;
}

/// <summary>Turns a piece of speech into words. Safe to call from several threads.</summary>
public interface ISpeechToText
{
    /// <summary>The language it hears, as in <c>en</c> or <c>zh</c>. English wake words can be read only in an English transcript.</summary>
    string Language => "en";

    /// <param name="samples">int16, mono, 16 kHz; up to 30 s, best cut to the speech with a little silence around it.</param>
    /// <param name="cancellation">Stops the work within one decoder step (a few ms).</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    Task<Transcript> TranscribeAsync(ReadOnlyMemory<short> samples, CancellationToken cancellation = default);
}
