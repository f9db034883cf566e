namespace Wearable.Gateway.Tests.Brain.Llm.Graphs;

/// <summary>How attention and cache are exported.</summary>
internal enum Attention
{
    /// <summary>One GroupQueryAttention node a layer, positions inside, last logits only (onnx-community).</summary>
    Grouped,

    /// <summary>The same with one matrix for query, key and value and sums inside the norms (onnxruntime-genai).</summary>
    Packed,

    /// <summary>Plain operators, position_ids, a longer copy of the cache, all logits (Optimum).</summary>
    Plain,
}

/// <summary>How weights are stored.</summary>
internal enum WeightKind
{
    Float32,
    Float16,
    Int8,
    Int4,
}

/// <summary>Sizes of a Qwen2 decoder.</summary>
internal sealed record DecoderShape(int Width, int Hidden, int Layers, int Heads, int KeyValueHeads, int HeadSize, int Vocabulary, int MaxPositions = 512)
{
    public float Epsilon { get; init; } = 1e-6f;

    public float RopeBase { get; init; } = 10_000;

    /// <summary>Small enough for tests, large enough for blocks of 32 and heads of 16.</summary>
    public static DecoderShape Tiny => new(Width: 64, Hidden: 96, Layers: 2, Heads: 4, KeyValueHeads: 2, HeadSize: 16, Vocabulary: 288);

    public static DecoderShape Qwen05 => new(896, 4864, 24, 14, 2, 64, 151_936, 2048) { RopeBase = 1_000_000 };

    public static DecoderShape Qwen15 => new(1536, 8960, 28, 12, 2, 128, 151_936, 2048) { RopeBase = 1_000_000 };
}
