namespace Wearable.Gateway.Conversation;

/// <summary>Limits of a conversation. Every wait has an end.</summary>
public sealed record ConversationSettings
{
    /// <summary>Longest speech collected.</summary>
    public TimeSpan MaxSpeech { get; init; } = TimeSpan.FromSeconds(16);

    /// <summary>Speech to text may take this long.</summary>
    public TimeSpan MaxTranscription { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>When the words of a question are not there after this, the wearable says that it takes a moment.</summary>
    public TimeSpan OneMomentAfter { get; init; } = TimeSpan.FromMilliseconds(1500);

    /// <summary>The brain may take this long to its first sentence; then one honest sentence is said instead.</summary>
    public TimeSpan MaxThinking { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>The device may take this long to start playing what was sent.</summary>
    public TimeSpan MaxToPlay { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>An answer longer than this is cut at a sentence.</summary>
    public TimeSpan MaxAnswer { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>Most sound ahead of what was played; the device's buffer holds 1.2 s.</summary>
    public TimeSpan MaxAhead { get; init; } = TimeSpan.FromMilliseconds(600);

    /// <summary>Quiet between two spoken sentences.</summary>
    public TimeSpan SentenceGap { get; init; } = TimeSpan.FromMilliseconds(180);

    /// <summary>Utterances shorter than this are checked for being the wake word alone before listening ends.</summary>
    public int WakeOnlySpeechMs { get; init; } = 900;

    /// <summary>Speech that ends this soon after the moment of waking was the wake word alone, ms.</summary>
    public int WakeTailMs { get; init; } = 300;

    /// <summary>Two wearables that report the same word this close together heard one person; the louder answers.</summary>
    public TimeSpan SameWakeWithin { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>After an answer the microphone stays open for so long, and what is said then needs no wake word; zero: never.</summary>
    public TimeSpan FollowUp { get; init; } = TimeSpan.Zero;

    /// <summary>Quiet that ends a question which was asked before, ms; see <see cref="Repertoire"/>.</summary>
    public int KnownQuestionSilenceMs { get; init; } = 480;

    /// <summary>While a brain makes its next sentence the device gets a packet of silence this often, so that it does not give the answer up.</summary>
    public TimeSpan SilenceEvery { get; init; } = TimeSpan.FromMilliseconds(1500);
}
