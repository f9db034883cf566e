namespace Wearable.Gateway.Brain.Llm;

/// <summary>How the next token is chosen.</summary>
public sealed record SamplerSettings
{
    /// <summary>0: always the most probable token; 1: as the model was trained.</summary>
    public float Temperature { get; init; } = 0.7f;

    /// <summary>Only the most probable tokens that together reach this probability, 0 to 1.</summary>
    public float TopP { get; init; } = 0.8f;

    /// <summary>Only this many most probable tokens; 0 takes <see cref="Sampler.MaxCandidates"/>.</summary>
    public int TopK { get; init; } = 20;

    /// <summary>Above 1 makes tokens of prompt and answer less likely to come again.</summary>
    public float RepetitionPenalty { get; init; } = 1.05f;

    /// <summary>Same seed, same answer; null takes a new one each time.</summary>
    public long? Seed { get; init; }
}
