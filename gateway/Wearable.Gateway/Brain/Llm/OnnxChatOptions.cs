namespace Wearable.Gateway.Brain.Llm;

/// <summary>What happens to a model's thoughts; they are never spoken.</summary>
public enum Thinking
{
    /// <summary>An empty thought is written for the model, so that it answers at once.</summary>
    Skipped,

    /// <summary>The model thinks, up to a limit, and nobody hears it.</summary>
    Hidden,
}

/// <summary>Choices for a model in this process.</summary>
public sealed record OnnxChatOptions
{
    /// <summary>Most tokens of prompt and answer together; older turns are left out when they do not fit.</summary>
    public int MaxTokens { get; init; } = 2048;

    /// <summary>Most tokens of one answer, unless the question's options say otherwise.</summary>
    public int MaxAnswerTokens { get; init; } = 200;

    /// <summary>Threads of the runtime; 0 takes <see cref="DecoderModel.DefaultThreads"/>.</summary>
    public int Threads { get; init; }

    /// <summary>Tokens read at once.</summary>
    public int ChunkTokens { get; init; } = 64;

    /// <summary>What happens to thoughts.</summary>
    public Thinking Thinking { get; init; } = Thinking.Skipped;

    /// <summary>A longer thought is closed; at 10 tokens a second the person waits 13 s for this many.</summary>
    public int MaxThinkTokens { get; init; } = 128;

    /// <summary>How tokens are chosen; null takes what the model's <c>generation_config.json</c> says.</summary>
    public SamplerSettings? Sampling { get; init; }

    /// <summary>Where computed prefixes are kept; null keeps them in memory only.</summary>
    public string? PrefixFolder { get; init; }

    /// <summary>The graph's file name when a folder holds several; null takes the best for a CPU.</summary>
    public string? GraphFile { get; init; }
}
