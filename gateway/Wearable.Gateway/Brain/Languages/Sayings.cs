namespace Wearable.Gateway.Brain.Languages;

/// <summary>
/// The sentences that the gateway itself says, in one language. Every one passes the safety gate like any answer. The names are those of
/// <c>gateway/languages/*.json</c>.
/// </summary>
public sealed record Sayings
{
    /// <summary>Nothing was said after the wake word.</summary>
    public required string AskMe { get; init; }

    /// <summary>Words were not understood.</summary>
    public required string NotCaught { get; init; }

    /// <summary>Many others speak: the answer takes a moment.</summary>
    public required string OneMoment { get; init; }

    /// <summary>Too many others speak: this question was not heard.</summary>
    public required string Busy { get; init; }

    /// <summary>The gateway that was listening is gone.</summary>
    public required string LostThread { get; init; }

    /// <summary>The gateway failed.</summary>
    public required string Fault { get; init; }

    /// <summary>The brain failed before its first sentence.</summary>
    public required string CannotThink { get; init; }

    /// <summary>The brain failed in the middle of its answer.</summary>
    public required string LostThought { get; init; }

    /// <summary>No skill knows the question, and there is no model.</summary>
    public required string DontKnow { get; init; }

    /// <summary>What one may ask instead.</summary>
    public required string Hint { get; init; }

    /// <summary>A model works but is not there yet.</summary>
    public required string LetMeThink { get; init; }

    /// <summary>A model broke off.</summary>
    public required string LostRest { get; init; }

    /// <summary>The larger model was too slow, is not loaded, or failed: begin of a sentence.</summary>
    public required string ModelSlow { get; init; }

    /// <inheritdoc cref="ModelSlow"/>
    public required string ModelNotReady { get; init; }

    /// <inheritdoc cref="ModelSlow"/>
    public required string ModelBroken { get; init; }

    /// <summary>End of that sentence where a skill knows an answer.</summary>
    public required string ButIKnow { get; init; }

    /// <summary>End of that sentence where none does.</summary>
    public required string NorDoI { get; init; }

    /// <summary>English.</summary>
    public static Sayings English { get; } = new()
    {
        AskMe = "I am here. Ask me anything after my name.",
        NotCaught = "I did not catch that.",
        OneMoment = "One moment.",
        Busy = "Sorry, I am busy right now. Please ask me again in a moment.",
        LostThread = "Sorry, I lost the thread. Please ask me again.",
        Fault = "Sorry, something went wrong at my end.",
        CannotThink = "Sorry, I can not think right now. Please try again.",
        LostThought = "Sorry, I lost my train of thought.",
        DontKnow = "I can not answer that yet.",
        Hint = "I know the time, your heart rate, timers, jokes and stories. Say help to hear more.",
        LetMeThink = "Let me think.",
        LostRest = "Sorry, I lost the rest of my answer.",
        ModelSlow = "My language model is too slow right now",
        ModelNotReady = "My language model is not ready",
        ModelBroken = "My language model does not work right now",
        ButIKnow = ", so here is what I know myself.",
        NorDoI = ", and I do not know that myself.",
    };
}
