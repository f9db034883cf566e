namespace Wearable.Gateway.Tests.Brain.Llm.Graphs;

/// <summary>
/// The same decoder in plain loops, one token at a time, written from the definition (RMS norm, rotated halves, grouped heads, SwiGLU) and
/// sharing no code with the graph or the loop under test.
/// </summary>
internal sealed class ReferenceDecoder(DecoderWeights weights, bool halfCache)
{
    private readonly List<float[]>[] _keys = [.. weights.Layers.Select(_ => new List<float[]>())];
    private readonly List<float[]>[] _values = [.. weights.Layers.Select(_ => new List<float[]>())];

    /// <summary>Smallest lead of the best token over the next, over all greedy choices.</summary>
    public float SmallestLead { get; private set; } = float.MaxValue;

    public List<int> Greedy(IReadOnlyList<int> prompt, int count)
    {
        float[] logits = [];
        foreach (int token in prompt)
        {
            logits = Read(token);
        }

        List<int> made = [];
        while (made.Count < count)
        {
            float[] sorted = [.. logits.OrderDescending()];
            SmallestLead = Math.Min(SmallestLead, sorted[0] - sorted[1]);
            made.Add(Array.IndexOf(logits, sorted[0]));
            logits = Read(made[^1]);
        }

        return made;
    }

    public float[] Read(int token)
    {
        DecoderShape shape = weights.Shape;
        float[] x = weights.Embedding.AsSpan(token * shape.Width, shape.Width).ToArray();
        for (int i = 0; i < weights.Layers.Count; i++)
        {
            LayerWeights layer = weights.Layers[i];
            float[] normed = Norm(x, layer.AttentionNorm, shape.Epsilon);
            float[] query = Add(Times(layer.Query, normed), layer.QueryBias);
            float[] key = Add(Times(layer.Key, normed), layer.KeyBias);
            int position = _keys[i].Count;
            Rotate(query, position);
            Rotate(key, position);
            _keys[i].Add(Stored(key));
            _values[i].Add(Stored(Add(Times(layer.Value, normed), layer.ValueBias)));
            x = Add(x, Times(layer.Output, Attend(query, _keys[i], _values[i])));
            normed = Norm(x, layer.MlpNorm, shape.Epsilon);
            float[] gate = Times(layer.Gate, normed), up = Times(layer.Up, normed);
            for (int j = 0; j < gate.Length; j++)
            {
                gate[j] = gate[j] / (1 + MathF.Exp(-gate[j])) * up[j];
            }

            x = Add(x, Times(layer.Down, gate));
        }

        return Times(weights.Head, Norm(x, weights.FinalNorm, shape.Epsilon));
    }

    private float[] Attend(float[] query, List<float[]> keys, List<float[]> values)
    {
        DecoderShape shape = weights.Shape;
        int size = shape.HeadSize, perKey = shape.Heads / shape.KeyValueHeads;
        float[] result = new float[query.Length];
        for (int head = 0; head < shape.Heads; head++)
        {
            int own = head * size, shared = head / perKey * size;
            double[] scores = [.. keys.Select(key => Enumerable.Range(0, size).Sum(d => (double)query[own + d] * key[shared + d]) / Math.Sqrt(size))];
            double max = scores.Max(), sum = scores.Sum(s => Math.Exp(s - max));
            for (int d = 0; d < size; d++)
            {
                result[own + d] = (float)scores.Select((s, t) => Math.Exp(s - max) / sum * values[t][shared + d]).Sum();
            }
        }

        return result;
    }

    private void Rotate(float[] heads, int position)
    {
        int size = weights.Shape.HeadSize, half = size / 2;
        for (int start = 0; start < heads.Length; start += size)
        {
            for (int d = 0; d < half; d++)
            {
                double angle = position * Math.Pow(weights.Shape.RopeBase, -2.0 * d / size);
                (float a, float b) = (heads[start + d], heads[start + half + d]);
                heads[start + d] = (float)((a * Math.Cos(angle)) - (b * Math.Sin(angle)));
                heads[start + half + d] = (float)((b * Math.Cos(angle)) + (a * Math.Sin(angle)));
            }
        }
    }

    private float[] Stored(float[] row) => halfCache ? Array.ConvertAll(row, v => (float)(Half)v) : row;

    private static float[] Norm(float[] x, float[] weight, float epsilon)
    {
        double scale = 1 / Math.Sqrt((x.Sum(v => (double)v * v) / x.Length) + epsilon);
        return [.. x.Select((v, i) => (float)(v * scale * weight[i]))];
    }

    // 8-bit exports round what they multiply too: ONNX's DynamicQuantizeLinear, over one token at a time.
    private static float[] Rounded(float[] x)
    {
        float min = Math.Min(0, x.Min()), max = Math.Max(0, x.Max()), scale = (max - min) / 255;
        float zero = Math.Clamp(MathF.Round(-min / scale), 0, 255);
        return [.. x.Select(v => (Math.Clamp(MathF.Round(v / scale) + zero, 0, 255) - zero) * scale)];
    }

    private float[] Times(Matrix matrix, float[] x)
    {
        x = weights.Kind == WeightKind.Int8 ? Rounded(x) : x;
        float[] y = new float[matrix.Outputs];
        for (int row = 0; row < y.Length; row++)
        {
            double sum = 0;
            for (int i = 0; i < x.Length; i++)
            {
                sum += (double)matrix.Values[(row * x.Length) + i] * x[i];
            }

            y[row] = (float)sum;
        }

        return y;
    }

    private static float[] Add(float[] a, float[] b) => [.. a.Select((v, i) => v + b[i])];
}
