using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Wearable.Gateway.Models;

namespace Wearable.Gateway.Brain.Llm;

/// <summary>
/// A folder in the Hugging Face ONNX layout: <c>config.json</c>, <c>tokenizer.json</c>, a decoder graph here or in <c>onnx/</c>, perhaps
/// <c>generation_config.json</c> and weights beside the graph. Opening checks everything that can be checked without loading.
/// </summary>
public sealed class ModelFolder
{
    // Best for a CPU first: 4 bits, then 8, then the full one.
    private static readonly string[] GraphNames =
        ["model_q4.onnx", "model_q4f16.onnx", "decoder_model_merged_q4.onnx", "model_quantized.onnx", "model_int8.onnx", "model.onnx", "decoder_model_merged.onnx", "model_fp16.onnx"];

    private ModelFolder(string path, string graphPath, OnnxFile graph, ModelConfig config)
    {
        FolderPath = path;
        GraphPath = graphPath;
        Graph = graph;
        Config = config;
    }

    /// <summary>The folder.</summary>
    public string FolderPath { get; }

    /// <summary>The decoder graph that will be run.</summary>
    public string GraphPath { get; }

    /// <summary>What <c>config.json</c> and <c>generation_config.json</c> say.</summary>
    public ModelConfig Config { get; }

    internal OnnxFile Graph { get; }

    /// <summary>The tokenizer's file.</summary>
    public string TokenizerPath => Path.Combine(FolderPath, "tokenizer.json");

    /// <summary>All files that make the model.</summary>
    public IReadOnlyList<string> Files =>
        [Path.Combine(FolderPath, "config.json"), TokenizerPath, GraphPath, .. Graph.External.Select(e => Path.Combine(Path.GetDirectoryName(GraphPath)!, e.File))];

    /// <summary>Looks at a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="graphFile">Name of the graph file, when there are several; null takes the best for a CPU.</param>
    /// <exception cref="ModelException">Something is missing, truncated or of another kind; names it.</exception>
    public static ModelFolder Open(string folder, string? graphFile = null)
    {
        string path = Path.GetFullPath(folder);
        if (!Directory.Exists(path))
        {
            throw new ModelException($"{path}: no such folder; a folder with config.json, tokenizer.json and a decoder as .onnx expected ('models pull' makes one).");
        }

        ModelConfig config = ModelConfig.Read(path);
        if (!File.Exists(Path.Combine(path, "tokenizer.json")))
        {
            throw new ModelException($"{Path.Combine(path, "tokenizer.json")} is missing; a model folder needs the tokenizer.json of its model.");
        }

        string graphPath = FindGraph(path, graphFile);
        OnnxFile graph = OnnxFile.Read(graphPath);
        foreach (ExternalWeights weights in graph.External)
        {
            string file = Path.Combine(Path.GetDirectoryName(graphPath)!, weights.File);
            if (!Path.GetFullPath(file).StartsWith(path, StringComparison.Ordinal))
            {
                throw new ModelException($"{graphPath}: weights inside its own folder expected, got \"{weights.File}\".");
            }

            if (!File.Exists(file))
            {
                throw new ModelException($"{file} is missing; {Path.GetFileName(graphPath)} keeps its weights there.");
            }

            if (new FileInfo(file).Length < weights.End)
            {
                throw new ModelException($"{file}: truncated: {weights.End} bytes of weights expected, got {new FileInfo(file).Length}; download it again.");
            }
        }

        return new ModelFolder(path, graphPath, graph, config);
    }

    /// <summary>
    /// Names this very model: sizes, times of writing and 64 samples of each file. Reading gigabytes in full would cost more than the cache saves.
    /// </summary>
    /// <returns>64 hexadecimal digits.</returns>
    public string Fingerprint()
    {
        const int Samples = 64, SampleBytes = 4096;
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] sample = new byte[SampleBytes];
        foreach (string path in Files)
        {
            using FileStream stream = File.OpenRead(path);
            hash.AppendData(Encoding.UTF8.GetBytes($"{Path.GetFileName(path)} {stream.Length} {File.GetLastWriteTimeUtc(path).Ticks}\n"));
            for (int i = 0; i < Samples; i++)
            {
                stream.Position = Math.Max(0, stream.Length - SampleBytes) * i / (Samples - 1);
                hash.AppendData(sample, 0, stream.ReadAtLeast(sample, SampleBytes, throwOnEndOfStream: false));
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string FindGraph(string folder, string? graphFile)
    {
        string[] places = [folder, Path.Combine(folder, "onnx")];
        IEnumerable<string> names = graphFile is null ? GraphNames : [graphFile];
        if (names.SelectMany(name => places.Select(place => Path.Combine(place, name))).FirstOrDefault(File.Exists) is { } found)
        {
            return found;
        }

        string[] any = graphFile is null ? [.. places.Where(Directory.Exists).SelectMany(place => Directory.GetFiles(place, "*.onnx"))] : [];
        return any.Length == 1
            ? any[0]
            : throw new ModelException(any.Length == 0
                ? $"{Path.Combine(folder, graphFile ?? "model.onnx")} is missing; the decoder graph is looked for here and in {Path.Combine(folder, "onnx")}."
                : $"{folder}: one decoder graph expected, got {string.Join(", ", any.Select(Path.GetFileName))}; keep one, or name it model.onnx.");
    }
}

/// <summary>The numbers of <c>config.json</c> and <c>generation_config.json</c> that the loop needs; 0 or null where they say nothing.</summary>
public sealed record ModelConfig(int Layers, int Heads, int KeyValueHeads, int HeadSize, int VocabularySize, int MaxPositions, IReadOnlyList<int> EndTokens, SamplerSettings Sampling)
{
    /// <summary>Reads both files.</summary>
    /// <exception cref="ModelException">config.json is missing or no JSON object.</exception>
    public static ModelConfig Read(string folder)
    {
        JsonElement config = Json(Path.Combine(folder, "config.json"))
            ?? throw new ModelException($"{Path.Combine(folder, "config.json")} is missing; a model folder in the Hugging Face layout has one.");
        JsonElement generation = Json(Path.Combine(folder, "generation_config.json")) ?? default;
        int heads = Number(config, "num_attention_heads"), hidden = Number(config, "hidden_size");
        SamplerSettings standard = new();
        return new ModelConfig(
            Number(config, "num_hidden_layers"),
            heads,
            Number(config, "num_key_value_heads") is > 0 and int own ? own : heads,
            Number(config, "head_dim") is > 0 and int size ? size : heads > 0 ? hidden / heads : 0,
            Number(config, "vocab_size"),
            Number(config, "max_position_embeddings"),
            [.. Numbers(config, "eos_token_id").Concat(Numbers(generation, "eos_token_id")).Distinct()],
            standard with
            {
                Temperature = Real(generation, "temperature") ?? standard.Temperature,
                TopP = Real(generation, "top_p") ?? standard.TopP,
                TopK = Number(generation, "top_k") is > 0 and int k ? k : standard.TopK,
                RepetitionPenalty = Real(generation, "repetition_penalty") ?? standard.RepetitionPenalty,
            });
    }

    private static JsonElement? Json(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.Clone()
                : throw new ModelException($"{path}: a JSON object expected, got {document.RootElement.ValueKind}.");
        }
        catch (JsonException e)
        {
            throw new ModelException($"{path}: JSON expected, got other text (line {e.LineNumber + 1}); download it again.", e);
        }
    }

    private static int Number(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? number : 0;

    private static float? Real(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetSingle() : null;

    private static IEnumerable<int> Numbers(JsonElement json, string name)
    {
        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(name, out JsonElement value))
        {
            return [];
        }

        return value.ValueKind switch
        {
            JsonValueKind.Number => [value.GetInt32()],
            JsonValueKind.Array => [.. value.EnumerateArray().Where(v => v.ValueKind == JsonValueKind.Number).Select(v => v.GetInt32())],
            _ => [],
        };
    }
}
