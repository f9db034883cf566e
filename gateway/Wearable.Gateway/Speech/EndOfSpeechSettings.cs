namespace Wearable.Gateway.Speech;

/// <summary>When speech counts as begun, paused and over. Times in ms of sound, rounded up to whole windows (32 ms).</summary>
public sealed record EndOfSpeechSettings
{
    /// <summary>A window this likely to be speech begins or resumes it. Silero's own value.</summary>
    public float SpeechScore { get; init; } = 0.5f;

    /// <summary>Speech goes on down to this score: the gap keeps soft word ends. Silero's own value.</summary>
    public float QuietScore { get; init; } = 0.35f;

    /// <summary>So much speech in a row begins an utterance; a click is shorter.</summary>
    public int StartMs { get; init; } = 64;

    /// <summary>Quiet after which a pause is reported, so that the words so far can be transcribed while the wait goes on.</summary>
    public int PauseMs { get; init; } = 200;

    /// <summary>Quiet that ends an utterance. People pause for up to 700 ms inside a sentence, and voice activity notices an end some 80 ms late and a
    /// beginning 30: of the bench's questions with a 700 ms pause (verb <c>pauses</c>) 672 cut 5 %, 704 1 %.</summary>
    public int SilenceMs { get; init; } = 704;

    /// <summary>Utterances shorter than this ("computer, ...") often go on after a breath; they end after
    /// <see cref="ShortSpeechSilenceMs"/>.</summary>
    public int ShortSpeechMs { get; init; } = 500;

    /// <summary>Quiet that ends a short utterance.</summary>
    public int ShortSpeechSilenceMs { get; init; } = 800;

    /// <summary>Without speech for so long, counted from the first sound that may begin an utterance, listening ends.</summary>
    public int NoSpeechMs { get; init; } = 5000;

    /// <summary>An utterance is cut off at this length.</summary>
    public int MaxSpeechMs { get; init; } = 15000;

    /// <summary>Speech before this position, in ms from the start of the stream, is the wake word, not the question: it
    /// neither begins an utterance nor is waited for. Speech that runs across it begins there.</summary>
    public int IgnoreBeforeMs { get; init; }
}
