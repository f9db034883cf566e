using System.Runtime.InteropServices;

namespace Wearable.Gateway.Tests.Brain.Llm.Graphs;

/// <summary>Choices of an export beside its shape.</summary>
internal sealed record GraphOptions
{
    public Attention Attention { get; init; } = Attention.Grouped;

    /// <summary>fp16 cache, computed in fp32 around it.</summary>
    public bool HalfCache { get; init; }

    /// <summary>4-bit weights: 0 computes in float32, 4 with 8-bit activations (faster).</summary>
    public int AccuracyLevel { get; init; }

    /// <summary>4-bit weights: inputs that share a scale.</summary>
    public int Block { get; init; } = Matrix.Block;

    /// <summary>input_ids and attention_mask as int32, as some exports have them.</summary>
    public bool Int32Inputs { get; init; }

    /// <summary>Weights above this size go into a file beside the graph.</summary>
    public int InsideBytes { get; init; } = int.MaxValue;

    /// <summary>Names the cache past_key_values.0.key (Hugging Face) or past_0.key (others).</summary>
    public string PastName { get; init; } = "past_key_values.";
}

/// <summary>Writes a Qwen2 decoder as an ONNX graph, operator by operator as the exporters do.</summary>
internal sealed class DecoderGraph
{
    private readonly DecoderShape _shape;
    private readonly GraphOptions _options;
    private readonly OnnxWriter _onnx;
    private readonly int _headSize; // as stored: GroupQueryAttention on a CPU wants a multiple of 16, so smaller heads get zeros behind them

    private DecoderGraph(DecoderShape shape, GraphOptions options, OnnxWriter onnx)
    {
        _shape = shape;
        _options = options;
        _onnx = onnx;
        _headSize = options.Attention != Attention.Plain ? (shape.HeadSize + 15) / 16 * 16 : shape.HeadSize;
    }

    private OnnxType CacheType => _options.HalfCache ? OnnxType.Half : OnnxType.Float;

    /// <summary>Writes a graph with real weights.</summary>
    public static void Write(string path, DecoderWeights weights, GraphOptions options)
    {
        using OnnxWriter onnx = new(path, options.InsideBytes);
        DecoderGraph graph = new(weights.Shape, options, onnx);
        graph.Build(
            () => graph.Embedding(weights),
            (layer, part, x) => graph.Linear(weights, layer, part, x),
            (layer, part) => graph.Vector(weights, layer, part));
        onnx.Save();
    }

    /// <summary>Writes a 4-bit graph of a large shape with random bytes as weights, for speed only.</summary>
    /// <param name="path">File to write.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="seed">Of the bytes.</param>
    /// <param name="block">Inputs that share a scale: 32 as onnxruntime-genai rounds by itself, 128 as GPTQ and AWQ releases of Qwen have it.</param>
    public static void WriteRandom(string path, DecoderShape shape, int seed, int block = Matrix.Block)
    {
        GraphOptions options = new() { Attention = Attention.Packed, AccuracyLevel = 4, InsideBytes = 1 << 12, Block = block };
        using OnnxWriter onnx = new(path, options.InsideBytes);
        DecoderGraph graph = new(shape, options, onnx);
        Random random = new(seed);
        graph.Build(
            () => onnx.Node("Cast", [onnx.Node("Gather", [graph.RandomHalves("embed", shape.Vocabulary, shape.Width, random), "input_ids"])], [("to", 1)]),
            (layer, part, x) => graph.RandomLinear(layer, part, x, random),
            (layer, part) => onnx.Floats($"layer{layer}.{part}", [graph.VectorLength(part)], [.. Enumerable.Repeat(part.EndsWith("norm") ? 1f : 0f, graph.VectorLength(part))]));
        onnx.Save();
    }

    private void Build(Func<string> embed, Func<int, string, string, string> linear, Func<int, string, string> vector)
    {
        OnnxType number = _options.Int32Inputs ? OnnxType.Int32 : OnnxType.Int64;
        _onnx.Input("input_ids", number, "batch", "sequence");
        _onnx.Input("attention_mask", number, "batch", "total");
        bool plain = _options.Attention == Attention.Plain;
        if (plain)
        {
            _onnx.Input("position_ids", OnnxType.Int64, "batch", "sequence");
        }

        Tables();
        string total = _onnx.Node("Gather", [_onnx.Node("Shape", ["attention_mask"]), _onnx.Longs("one", [], 1)]);
        string lengths = plain ? Mask(total) : _onnx.Node("Cast", [_onnx.Node("Sub", [_onnx.Node("ReduceSum", [_onnx.Node("Cast", ["attention_mask"], [("to", 7)]), _onnx.Longs("axis1", [1], 1)], [("keepdims", 0)]), "one"])], [("to", 6)]);
        string totalInt = plain ? "" : _onnx.Node("Cast", [total], [("to", 6)]);
        string x = embed();
        string normed = Norm(x, vector(0, "attention_norm"));
        for (int i = 0; i < _shape.Layers; i++)
        {
            foreach (string half in new[] { "key", "value" })
            {
                _onnx.Input($"{_options.PastName}{i}.{half}", CacheType, "batch", _shape.KeyValueHeads, "past", _headSize);
                _onnx.Output($"present.{i}.{half}", CacheType, "batch", _shape.KeyValueHeads, "total", _headSize);
            }

            string Of(string part) => _onnx.Node("Add", [linear(i, part, normed), vector(i, part + "_bias")]);
            string attended = _options.Attention switch
            {
                Attention.Packed => GroupedAttention(i, Of("qkv"), "", "", lengths, totalInt),
                Attention.Grouped => GroupedAttention(i, Of("query"), Of("key"), Of("value"), lengths, totalInt),
                _ => PlainAttention(i, Of("query"), Of("key"), Of("value"), lengths),
            };
            (x, normed) = AddNorm(x, linear(i, "output", attended), vector(i, "mlp_norm"));
            string gate = linear(i, "gate", normed);
            string mlp = _onnx.Node("Mul", [_onnx.Node("Mul", [gate, _onnx.Node("Sigmoid", [gate])]), linear(i, "up", normed)]);
            (x, normed) = AddNorm(x, linear(i, "down", mlp), i + 1 < _shape.Layers ? vector(i + 1, "attention_norm") : vector(-1, "final_norm"));
        }

        if (!plain)
        {
            normed = _onnx.Node("Slice", [normed, _onnx.Longs("last", [1], -1), _onnx.Longs("end", [1], long.MaxValue), "axis1"]);
        }

        string logits = linear(-1, "head", normed);
        _onnx.Node("Cast", [logits], [("to", 1)], outputs: ["logits"]);
        _onnx.Output("logits", OnnxType.Float, "batch", plain ? "sequence" : 1, _shape.Vocabulary);
    }

    private string Norm(string x, string weight) =>
        _onnx.Node("SimplifiedLayerNormalization", [x, weight], [("axis", -1), ("epsilon", _shape.Epsilon), ("stash_type", 1)]);

    private (string Sum, string Normed) AddNorm(string x, string y, string weight)
    {
        if (_options.Attention != Attention.Packed)
        {
            string sum = _onnx.Node("Add", [x, y]);
            return (sum, Norm(sum, weight));
        }

        string name = "of_" + weight;
        string normed = _onnx.Node("SkipSimplifiedLayerNormalization", [x, y, weight], [("epsilon", _shape.Epsilon)], "com.microsoft", [name, "", "", name + "_sum"]);
        return (name + "_sum", normed);
    }

    private string GroupedAttention(int layer, string q, string k, string v, string lengths, string total)
    {
        bool half = _options.HalfCache;
        string Typed(string value) => half && value.Length > 0 ? _onnx.Node("Cast", [value], [("to", 10)]) : value;
        string past = $"{_options.PastName}{layer}", present = $"present.{layer}";
        string y = _onnx.Node(
            "GroupQueryAttention",
            [Typed(q), Typed(k), Typed(v), $"{past}.key", $"{past}.value", lengths, total, "cos", "sin"],
            [("num_heads", _shape.Heads), ("kv_num_heads", _shape.KeyValueHeads), ("scale", 1 / MathF.Sqrt(_shape.HeadSize)), ("do_rotary", 1), ("rotary_interleaved", 0)],
            "com.microsoft",
            [$"attention_{layer}", $"{present}.key", $"{present}.value"]);
        return half ? _onnx.Node("Cast", [y], [("to", 1)]) : y;
    }

    private string PlainAttention(int layer, string q, string k, string v, string allowed)
    {
        string query = Rotated(Split(q, _shape.Heads)), key = Rotated(Split(k, _shape.KeyValueHeads)), value = Split(v, _shape.KeyValueHeads);
        string keys = Grown(layer, "key", key), values = Grown(layer, "value", value);
        string scores = _onnx.Node("MatMul", [query, _onnx.Node("Transpose", [keys], [("perm", new[] { 0, 1, 3, 2 })])]);
        scores = _onnx.Node("Where", [allowed, _onnx.Node("Mul", [scores, "scale"]), "never"]);
        string y = _onnx.Node("MatMul", [_onnx.Node("Softmax", [scores], [("axis", -1)]), values]);
        return _onnx.Node("Reshape", [_onnx.Node("Transpose", [y], [("perm", new[] { 0, 2, 1, 3 })]), "joined"]);
    }

    // The present cache is the past one with new rows behind it; heads of keys and values are repeated for the queries that share them.
    private string Grown(int layer, string half, string rows)
    {
        string stored = _options.HalfCache ? _onnx.Node("Cast", [rows], [("to", 10)]) : rows;
        string present = _onnx.Node("Concat", [$"{_options.PastName}{layer}.{half}", stored], [("axis", 2)], outputs: [$"present.{layer}.{half}"]);
        string computed = _options.HalfCache ? _onnx.Node("Cast", [present], [("to", 1)]) : present;
        return _onnx.Node("Gather", [computed, "repeat"], [("axis", 1)]);
    }

    private string Split(string x, int heads) =>
        _onnx.Node("Transpose", [_onnx.Node("Reshape", [x, heads == _shape.Heads ? "heads" : "kv_heads"])], [("perm", new[] { 0, 2, 1, 3 })]);

    private string Rotated(string x)
    {
        string low = _onnx.Node("Slice", [x, "zero1", "half1", "axis3"]), high = _onnx.Node("Slice", [x, "half1", "size1", "axis3"]);
        string turned = _onnx.Node("Concat", [_onnx.Node("Neg", [high]), low], [("axis", -1)]);
        return _onnx.Node("Add", [_onnx.Node("Mul", [x, "cos_now"]), _onnx.Node("Mul", [turned, "sin_now"])]);
    }

    // A token sees the tokens up to its own position.
    private string Mask(string total)
    {
        string keys = _onnx.Node("Range", [_onnx.Longs("zero", [], 0), total, "one"]);
        string own = _onnx.Node("Unsqueeze", ["position_ids", _onnx.Longs("axes13", [2], 1, 3)]);
        _onnx.Floats("never", [], [-1e9f]);
        _onnx.Floats("scale", [], [1 / MathF.Sqrt(_shape.HeadSize)]);
        _onnx.Longs("heads", [4], 0, 0, _shape.Heads, _shape.HeadSize);
        _onnx.Longs("kv_heads", [4], 0, 0, _shape.KeyValueHeads, _shape.HeadSize);
        _onnx.Longs("joined", [3], 0, 0, _shape.Heads * _shape.HeadSize);
        _onnx.Longs("repeat", [_shape.Heads], [.. Enumerable.Range(0, _shape.Heads).Select(h => (long)(h / (_shape.Heads / _shape.KeyValueHeads)))]);
        _onnx.Longs("zero1", [1], 0);
        _onnx.Longs("half1", [1], _shape.HeadSize / 2);
        _onnx.Longs("size1", [1], _shape.HeadSize);
        _onnx.Longs("axis3", [1], 3);
        _onnx.Node("Unsqueeze", [_onnx.Node("Gather", ["cos", "position_ids"]), _onnx.Longs("axes1", [1], 1)], outputs: ["cos_now"]);
        _onnx.Node("Unsqueeze", [_onnx.Node("Gather", ["sin", "position_ids"]), "axes1"], outputs: ["sin_now"]);
        return _onnx.Node("LessOrEqual", [keys, own]);
    }

    // Grouped attention takes half a head's angles, the plain one the same half twice.
    private void Tables()
    {
        bool plain = _options.Attention == Attention.Plain;
        int columns = plain ? _shape.HeadSize : _headSize / 2, half = _shape.HeadSize / 2;
        float[] cos = new float[_shape.MaxPositions * columns], sin = new float[_shape.MaxPositions * columns];
        for (int position = 0; position < _shape.MaxPositions; position++)
        {
            for (int c = 0; c < columns; c++)
            {
                double angle = plain || c < half ? position * Math.Pow(_shape.RopeBase, -2.0 * (c % half) / _shape.HeadSize) : 0;
                cos[(position * columns) + c] = (float)Math.Cos(angle);
                sin[(position * columns) + c] = (float)Math.Sin(angle);
            }
        }

        bool halves = !plain && _options.HalfCache;
        foreach ((string name, float[] table) in new[] { ("cos", cos), ("sin", sin) })
        {
            _ = halves ? _onnx.Halves(name, [_shape.MaxPositions, columns], table) : _onnx.Floats(name, [_shape.MaxPositions, columns], table);
        }
    }

    private string Embedding(DecoderWeights weights)
    {
        long[] shape = [_shape.Vocabulary, _shape.Width];
        return weights.Kind == WeightKind.Float16
            ? _onnx.Node("Cast", [_onnx.Node("Gather", [_onnx.Halves("embed", shape, weights.Embedding), "input_ids"])], [("to", 1)])
            : _onnx.Node("Gather", [_onnx.Floats("embed", shape, weights.Embedding), "input_ids"]);
    }

    private string Linear(DecoderWeights weights, int layer, string part, string x)
    {
        Matrix matrix = part == "qkv"
            ? Matrix.Stack([.. new[] { "query", "key", "value" }.Select(of => Pad(MatrixOf(weights, layer, of), of, weights.Kind))])
            : Pad(MatrixOf(weights, layer, part), part, weights.Kind);
        string name = $"layer{layer}.{part}";
        switch (weights.Kind)
        {
            case WeightKind.Int4:
                byte[] packed = new byte[matrix.Codes.Length / 2];
                for (int i = 0; i < packed.Length; i++)
                {
                    packed[i] = (byte)(matrix.Codes[2 * i] | (matrix.Codes[(2 * i) + 1] << 4));
                }

                int blocks = matrix.Inputs / Matrix.Block;
                _onnx.Weights(name, OnnxType.UInt8, [matrix.Outputs, blocks, Matrix.Block / 2], packed.Length, s => s.Write(packed));
                _onnx.Floats(name + ".scales", [matrix.Outputs * blocks], matrix.Scales);
                return NBits(name, matrix.Outputs, matrix.Inputs, x);
            case WeightKind.Int8:
                sbyte[] codes = new sbyte[matrix.Codes.Length];
                for (int o = 0; o < matrix.Outputs; o++)
                {
                    for (int i = 0; i < matrix.Inputs; i++)
                    {
                        codes[(i * matrix.Outputs) + o] = (sbyte)matrix.Codes[(o * matrix.Inputs) + i];
                    }
                }

                _onnx.Weights(name, OnnxType.Int8, [matrix.Inputs, matrix.Outputs], codes.Length, s => s.Write(MemoryMarshal.AsBytes<sbyte>(codes)));
                string[] rounded = [$"{name}.x", $"{name}.x_scale", $"{name}.x_zero"];
                _onnx.Node("DynamicQuantizeLinear", [x], outputs: rounded);
                string product = _onnx.Node("Cast", [_onnx.Node("MatMulInteger", [rounded[0], name, rounded[2]])], [("to", 1)]);
                return _onnx.Node("Mul", [product, _onnx.Node("Mul", [rounded[1], _onnx.Floats(name + ".scales", [matrix.Outputs], matrix.Scales)])]);
            case WeightKind.Float16:
                // Weights, activations of the layer and its output in fp16, as an fp16 export has them.
                string half = _onnx.Node("MatMul", [_onnx.Node("Cast", [x], [("to", 10)]), _onnx.Halves(name, [matrix.Inputs, matrix.Outputs], Transposed(matrix))]);
                return _onnx.Node("Cast", [half], [("to", 1)]);
            default:
                return _onnx.Node("MatMul", [x, _onnx.Floats(name, [matrix.Inputs, matrix.Outputs], Transposed(matrix))]);
        }
    }

    private string NBits(string name, int outputs, int inputs, string x) => _onnx.Node(
        "MatMulNBits",
        [x, name, name + ".scales"],
        [("K", inputs), ("N", outputs), ("bits", 4), ("block_size", _options.Block), ("accuracy_level", _options.AccuracyLevel)],
        "com.microsoft");

    private string Vector(DecoderWeights weights, int layer, string part)
    {
        float[] values = VectorOf(weights, layer, part);
        return _onnx.Floats($"layer{layer}.{part}", [values.Length], values);
    }

    private float[] VectorOf(DecoderWeights weights, int layer, string part) => part switch
    {
        "final_norm" => weights.FinalNorm,
        "attention_norm" => weights.Layers[layer].AttentionNorm,
        "mlp_norm" => weights.Layers[layer].MlpNorm,
        "query_bias" => PadHeads(weights.Layers[layer].QueryBias, 1),
        "qkv_bias" => [.. VectorOf(weights, layer, "query_bias"), .. VectorOf(weights, layer, "key_bias"), .. VectorOf(weights, layer, "value_bias")],
        "key_bias" => PadHeads(weights.Layers[layer].KeyBias, 1),
        _ => PadHeads(weights.Layers[layer].ValueBias, 1, rotated: false),
    };

    private static Matrix MatrixOf(DecoderWeights weights, int layer, string part) => part switch
    {
        "head" => weights.Head,
        "query" => weights.Layers[layer].Query,
        "key" => weights.Layers[layer].Key,
        "value" => weights.Layers[layer].Value,
        "output" => weights.Layers[layer].Output,
        "gate" => weights.Layers[layer].Gate,
        "up" => weights.Layers[layer].Up,
        _ => weights.Layers[layer].Down,
    };

    private Matrix Pad(Matrix matrix, string part, WeightKind kind)
    {
        if (_headSize == _shape.HeadSize || part is not ("query" or "key" or "value" or "output"))
        {
            return matrix;
        }

        if (part != "output")
        {
            float[] rows = PadHeads(matrix.Values, matrix.Inputs, rotated: part != "value");
            return Matrix.Of(rows.Length / matrix.Inputs, matrix.Inputs, rows, kind);
        }

        int inputs = matrix.Inputs / _shape.HeadSize * _headSize;
        float[] wide = new float[matrix.Outputs * inputs];
        for (int o = 0; o < matrix.Outputs; o++)
        {
            for (int i = 0; i < matrix.Inputs; i++)
            {
                wide[(o * inputs) + (i / _shape.HeadSize * _headSize) + (i % _shape.HeadSize)] = matrix.Values[(o * matrix.Inputs) + i];
            }
        }

        return Matrix.Of(matrix.Outputs, inputs, wide, kind);
    }

    // Rows of each head get zeros: behind each half where halves are rotated against each other, else behind the head.
    private float[] PadHeads(float[] values, int columns, bool rotated = true)
    {
        int size = _shape.HeadSize, half = size / 2, heads = values.Length / columns / size;
        float[] wide = new float[heads * _headSize * columns];
        for (int head = 0; head < heads; head++)
        {
            for (int row = 0; row < size; row++)
            {
                int to = rotated && row >= half ? (_headSize / 2) + row - half : row;
                Array.Copy(values, ((head * size) + row) * columns, wide, ((head * _headSize) + to) * columns, columns);
            }
        }

        return wide;
    }

    private static float[] Transposed(Matrix matrix)
    {
        float[] result = new float[matrix.Values.Length];
        for (int o = 0; o < matrix.Outputs; o++)
        {
            for (int i = 0; i < matrix.Inputs; i++)
            {
                result[(i * matrix.Outputs) + o] = matrix.Values[(o * matrix.Inputs) + i];
            }
        }

        return result;
    }

    private int VectorLength(string part) => part switch
    {
        "query_bias" => _shape.Heads * _headSize,
        "qkv_bias" => (_shape.Heads + (2 * _shape.KeyValueHeads)) * _headSize,
        "key_bias" or "value_bias" => _shape.KeyValueHeads * _headSize,
        _ => _shape.Width,
    };

    private string RandomHalves(string name, int rows, int columns, Random random) =>
        _onnx.Weights(name, OnnxType.Half, [rows, columns], 2L * rows * columns, stream => RandomBytes(stream, 2L * rows * columns, random, bytes =>
        {
            Span<Half> halves = MemoryMarshal.Cast<byte, Half>(bytes.AsSpan());
            for (int i = 0; i < halves.Length; i++)
            {
                halves[i] = (Half)((random.NextSingle() - 0.5f) * 2);
            }
        }));

    private string RandomLinear(int layer, string part, string x, Random random)
    {
        int queries = _shape.Heads * _headSize, keys = _shape.KeyValueHeads * _headSize;
        (int outputs, int inputs) = part switch
        {
            "head" => (_shape.Vocabulary, _shape.Width),
            "query" => (queries, _shape.Width),
            "qkv" => (queries + (2 * keys), _shape.Width),
            "key" or "value" => (keys, _shape.Width),
            "output" => (_shape.Width, queries),
            "gate" or "up" => (_shape.Hidden, _shape.Width),
            _ => (_shape.Width, _shape.Hidden),
        };
        string name = $"layer{layer}.{part}";
        long bytes = (long)outputs * inputs / 2;
        int blocks = inputs / _options.Block;
        _onnx.Weights(name, OnnxType.UInt8, [outputs, blocks, _options.Block / 2], bytes, stream => RandomBytes(stream, bytes, random, null));
        float[] scales = new float[outputs * blocks];
        Array.Fill(scales, 0.25f / MathF.Sqrt(inputs));
        _onnx.Floats(name + ".scales", [scales.Length], scales);
        return NBits(name, outputs, inputs, x);
    }

    private static void RandomBytes(Stream stream, long bytes, Random random, Action<byte[]>? fill)
    {
        byte[] block = new byte[1 << 20];
        for (long left = bytes; left > 0; left -= block.Length)
        {
            if (fill is null)
            {
                random.NextBytes(block);
            }
            else
            {
                fill(block);
            }

            stream.Write(block, 0, (int)Math.Min(left, block.Length));
        }
    }
}
