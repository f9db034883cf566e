namespace Wearable.Gateway.Tests.Brain.Llm.Graphs;

/// <summary>One layer of a Qwen2 decoder.</summary>
internal sealed record LayerWeights(float[] AttentionNorm, Matrix Query, Matrix Key, Matrix Value, float[] QueryBias, float[] KeyBias, float[] ValueBias, Matrix Output, float[] MlpNorm, Matrix Gate, Matrix Up, Matrix Down);

/// <summary>A whole decoder in memory, for graph and reference alike.</summary>
internal sealed record DecoderWeights(DecoderShape Shape, WeightKind Kind, float[] Embedding, IReadOnlyList<LayerWeights> Layers, float[] FinalNorm, Matrix Head)
{
    /// <summary>Random weights, scaled so that values neither vanish nor explode through the layers.</summary>
    public static DecoderWeights Random(DecoderShape shape, WeightKind kind, int seed)
    {
        Random random = new(seed);
        float[] Normal(int count, float scale, float mean = 0)
        {
            float[] values = new float[count];
            for (int i = 0; i < count; i++)
            {
                values[i] = mean + (scale * MathF.Sqrt(-2 * MathF.Log(1 - random.NextSingle())) * MathF.Cos(2 * MathF.PI * random.NextSingle()));
            }

            return kind == WeightKind.Float16 ? Array.ConvertAll(values, v => (float)(Half)v) : values;
        }

        Matrix Linear(int outputs, int inputs) => Matrix.Of(outputs, inputs, Normal(outputs * inputs, 1.5f / MathF.Sqrt(inputs)), kind);
        int queries = shape.Heads * shape.HeadSize, keys = shape.KeyValueHeads * shape.HeadSize;
        float[] embedding = Normal(shape.Vocabulary * shape.Width, 1);
        List<LayerWeights> layers = [];
        for (int i = 0; i < shape.Layers; i++)
        {
            layers.Add(new LayerWeights(
                Normal(shape.Width, 0.1f, 1), Linear(queries, shape.Width), Linear(keys, shape.Width), Linear(keys, shape.Width),
                Normal(queries, 0.3f), Normal(keys, 0.3f), Normal(keys, 0.3f), Linear(shape.Width, queries),
                Normal(shape.Width, 0.1f, 1), Linear(shape.Hidden, shape.Width), Linear(shape.Hidden, shape.Width), Linear(shape.Width, shape.Hidden)));
        }

        return new DecoderWeights(shape, kind, embedding, layers, Normal(shape.Width, 0.1f, 1), Linear(shape.Vocabulary, shape.Width));
    }
}
