using System.Text.Json;

namespace Wearable.Gateway.Tests.Brain.Llm.Graphs;

/// <summary>A whole model folder with random weights and a tokenizer of single bytes.</summary>
internal static class TinyModel
{
    /// <summary>First id behind the 256 bytes and two merges.</summary>
    public const int FirstControl = 258;

    public static readonly string[] QwenControls = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];

    public static readonly string[] DeepSeekControls = ["<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>", "<｜User｜>", "<｜Assistant｜>", "<think>", "</think>"];

    public static void Write(string folder, DecoderWeights weights, GraphOptions options, string[]? controls = null)
    {
        DecoderGraph.Write(Path.Combine(folder, "model.onnx"), weights, options);
        WriteConfig(folder, weights.Shape, options.Attention);
        WriteTokenizer(Path.Combine(folder, "tokenizer.json"), controls ?? QwenControls);
    }

    public static void WriteConfig(string folder, DecoderShape shape, Attention attention = Attention.Grouped, int? endToken = null)
    {
        int head = attention == Attention.Grouped ? (shape.HeadSize + 15) / 16 * 16 : shape.HeadSize;
        Dictionary<string, object> config = new()
        {
            ["model_type"] = "qwen2",
            ["hidden_size"] = shape.Width,
            ["num_hidden_layers"] = shape.Layers,
            ["num_attention_heads"] = shape.Heads,
            ["num_key_value_heads"] = shape.KeyValueHeads,
            ["head_dim"] = head,
            ["vocab_size"] = shape.Vocabulary,
            ["max_position_embeddings"] = shape.MaxPositions,
        };
        if (endToken is int end)
        {
            config["eos_token_id"] = end;
        }

        File.WriteAllText(Path.Combine(folder, "config.json"), JsonSerializer.Serialize(config));
    }

    public static void WriteTokenizer(string path, string[] controls)
    {
        Dictionary<string, int> vocabulary = [];
        int next = 256;
        for (int b = 0; b < 256; b++)
        {
            char c = b is (>= 33 and <= 126) or (>= 161 and <= 172) or (>= 174) ? (char)b : (char)next++;
            vocabulary[c.ToString()] = b;
        }

        vocabulary["he"] = 256;
        vocabulary["Ġhe"] = 257;
        object Added(string token, int i) => new { id = FirstControl + i, content = token, special = !token.Contains("think") };
        File.WriteAllText(path, JsonSerializer.Serialize(new
        {
            added_tokens = controls.Select(Added),
            pre_tokenizer = new { type = "ByteLevel", add_prefix_space = false, use_regex = true },
            model = new { type = "BPE", vocab = vocabulary, merges = new[] { "h e", "Ġ he" } },
        }));
    }
}
