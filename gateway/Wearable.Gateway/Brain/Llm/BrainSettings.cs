namespace Wearable.Gateway.Brain.Llm;

/// <summary>Limits of the brain chain. Every wait has an end, and a person hears something within 4 s.</summary>
public sealed record BrainSettings
{
    /// <summary>What the model is told before everything else; the same in every turn, so that it is computed once.</summary>
    public string Persona { get; init; } =
        "You are a small companion that a person wears. What you write is spoken aloud. Answer in one to three short, plain sentences, " +
        "without lists, headings, emoji or markup. Answer in the language of the question. If you do not know something, say so. " +
        "You can not see, search or buy anything. You are a machine and say so when asked. You are no doctor: with worries about health, " +
        "advise to ask one. Never ask for names, addresses or secrets.";

    /// <summary>What is said where the model fails.</summary>
    public Languages.Sayings Sayings { get; init; } = Languages.Sayings.English;

    /// <summary>Without a sentence after this long a silent model is given up, and one that works is announced with "Let me think."</summary>
    public TimeSpan FirstSentence { get; init; } = TimeSpan.FromSeconds(2.5);

    /// <summary>A model that works gets this long to its first sentence.</summary>
    public TimeSpan LastFirstSentence { get; init; } = TimeSpan.FromSeconds(9);

    /// <summary>Longest wait between two sentences.</summary>
    public TimeSpan NextSentence { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>After this many failures in a row the model is left alone for <see cref="Rest"/>.</summary>
    public int FailuresToRest { get; init; } = 2;

    /// <summary>How long a failing model is not asked, so that questions are answered without waiting for it.</summary>
    public TimeSpan Rest { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Most tokens of one answer; about 150 words.</summary>
    public int MaxAnswerTokens { get; init; } = 200;

    /// <summary>Messages of a conversation that the model is reminded of; older ones are dropped.</summary>
    public int HistoryMessages { get; init; } = 8;

    /// <summary>A conversation that rested this long begins anew.</summary>
    public TimeSpan ForgetAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Most characters without an end of sentence.</summary>
    public int MaxSentenceChars { get; init; } = 1000;

    /// <summary>Whether the model may call the house's functions; families that were not trained for it are not told of them.</summary>
    public bool Tools { get; init; } = true;

    /// <summary>Rounds of calls within one answer; behind the last the model must answer with what it has.</summary>
    public int ToolRounds { get; init; } = 3;

    /// <summary>Newest facts the model is reminded of.</summary>
    public int Reminders { get; init; } = 10;

    /// <summary>A conversation that rested this long is summed up in one sentence, where remembering is on; below <see cref="ForgetAfter"/>.</summary>
    public TimeSpan SummaryAfter { get; init; } = TimeSpan.FromMinutes(4);

    /// <summary>Answers of the model that a conversation needs to be worth a summary.</summary>
    public int SummaryTurns { get; init; } = 3;

    /// <summary>Newest summaries the model is reminded of.</summary>
    public int SummaryReminders { get; init; } = 3;

    /// <summary>Skills that a model does better; they answer when it fails.</summary>
    public IReadOnlySet<string> ModelFirst { get; init; } = new HashSet<string> { "story", "joke" };
}
