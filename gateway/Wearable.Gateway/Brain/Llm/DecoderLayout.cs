using System.Text.RegularExpressions;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Wearable.Gateway.Models;

namespace Wearable.Gateway.Brain.Llm;

/// <summary>One half of one layer's cache.</summary>
/// <param name="Past">Input name.</param>
/// <param name="Present">Output name.</param>
internal sealed record CachePair(string Past, string Present);

/// <summary>What a decoder graph takes and gives, read from its metadata and held against <c>config.json</c>.</summary>
internal sealed partial class DecoderLayout
{
    private DecoderLayout()
    {
    }

    public required string InputIds { get; init; }

    public string? AttentionMask { get; private set; }

    public string? PositionIds { get; private set; }

    /// <summary>A merged graph's switch between its two halves; the half with cache takes an empty one too.</summary>
    public string? UseCacheBranch { get; private set; }

    /// <summary>How many positions get logits, in graphs that let one choose.</summary>
    public string? LogitsToKeep { get; private set; }

    public int LogitsToKeepRank { get; private set; }

    public required string Logits { get; init; }

    public required TensorElementType LogitsType { get; init; }

    /// <summary>Key then value of each layer.</summary>
    public required IReadOnlyList<CachePair> Cache { get; init; }

    public required TensorElementType CacheType { get; init; }

    public required int KeyValueHeads { get; init; }

    public required int HeadSize { get; init; }

    public int VocabularySize { get; private set; }

    /// <summary>True when attention writes new rows into the cache it was given; else it gives a longer copy.</summary>
    public required bool SharesCache { get; init; }

    /// <summary>int64 in Hugging Face exports, int32 in some others.</summary>
    public required IReadOnlySet<string> Int32Inputs { get; init; }

    public int CacheElementBytes => CacheType == TensorElementType.Float16 ? 2 : 4;

    /// <exception cref="ModelException">Not a decoder with cache, or not the one config.json describes.</exception>
    public static DecoderLayout Read(InferenceSession session, ModelFolder folder)
    {
        string file = folder.GraphPath;
        SortedDictionary<int, (string? Key, string? Value)> past = Pairs(session.InputMetadata.Keys, PastName());
        SortedDictionary<int, (string? Key, string? Value)> present = Pairs(session.OutputMetadata.Keys, PresentName());
        if (past.Count == 0)
        {
            throw new ModelException($"{file}: a decoder with a cache expected (inputs past_key_values.0.key and so on), got {Names(session.InputMetadata.Keys)}; export it with past.");
        }

        if (folder.Config.Layers > 0 && folder.Config.Layers != past.Count)
        {
            throw new ModelException($"{file}: {folder.Config.Layers} layers of cache expected by config.json, got {past.Count}.");
        }

        List<CachePair> cache = [];
        foreach ((int layer, (string? key, string? value)) in past)
        {
            if (key is null || value is null || !present.TryGetValue(layer, out (string? Key, string? Value) made) || made.Key is null || made.Value is null)
            {
                throw new ModelException($"{file}: key and value of layer {layer} as inputs and outputs expected, got one without the other.");
            }

            cache.Add(new CachePair(key, made.Key));
            cache.Add(new CachePair(value, made.Value));
        }

        NodeMetadata first = session.InputMetadata[cache[0].Past];
        (int heads, int size) = CacheShape(file, cache[0].Past, first, folder.Config);
        foreach (CachePair pair in cache)
        {
            NodeMetadata input = session.InputMetadata[pair.Past];
            if (CacheShape(file, pair.Past, input, folder.Config) != (heads, size) || input.ElementDataType != first.ElementDataType)
            {
                throw new ModelException($"{file}: the same shape and type for every cache input expected, got another for {pair.Past}.");
            }
        }

        if (first.ElementDataType is not (TensorElementType.Float or TensorElementType.Float16))
        {
            throw new ModelException($"{file}: a cache of float32 or float16 expected, got {first.ElementDataType}.");
        }

        string logits = session.OutputMetadata.ContainsKey("logits") ? "logits"
            : throw new ModelException($"{file}: an output \"logits\" expected, got {Names(session.OutputMetadata.Keys.Except(cache.Select(p => p.Present)))}.");
        NodeMetadata scores = session.OutputMetadata[logits];
        if (scores.ElementDataType is not (TensorElementType.Float or TensorElementType.Float16) || scores.Dimensions.Length != 3)
        {
            throw new ModelException($"{file}: logits [batch, sequence, vocabulary] of float32 or float16 expected, got {scores.ElementDataType} [{string.Join(", ", scores.Dimensions)}].");
        }

        DecoderLayout layout = new()
        {
            InputIds = "input_ids",
            Logits = logits,
            LogitsType = scores.ElementDataType,
            Cache = cache,
            CacheType = first.ElementDataType,
            KeyValueHeads = heads,
            HeadSize = size,
            SharesCache = cache.All(pair => folder.Graph.ReadersOf(pair.Past) is { Count: 1 } readers && readers.Contains("GroupQueryAttention")),
            Int32Inputs = session.InputMetadata.Where(i => i.Value.ElementDataType == TensorElementType.Int32).Select(i => i.Key).ToHashSet(),
        };
        layout.VocabularySize = scores.Dimensions[2] > 0 ? scores.Dimensions[2] : folder.Config.VocabularySize;
        if (folder.Config.VocabularySize > 0 && layout.VocabularySize != folder.Config.VocabularySize)
        {
            throw new ModelException($"{file}: logits of {folder.Config.VocabularySize} tokens expected by config.json, got {layout.VocabularySize}.");
        }

        layout.TakeInputs(session, file);
        return layout;
    }

    private void TakeInputs(InferenceSession session, string file)
    {
        foreach ((string name, NodeMetadata metadata) in session.InputMetadata)
        {
            bool isNumber = metadata.ElementDataType is TensorElementType.Int64 or TensorElementType.Int32;
            switch (name)
            {
                case "input_ids" when isNumber:
                    break;
                case "attention_mask" when isNumber:
                    AttentionMask = name;
                    break;
                case "position_ids" when isNumber:
                    PositionIds = name;
                    break;
                case "num_logits_to_keep" or "logits_to_keep" when isNumber:
                    LogitsToKeep = name;
                    LogitsToKeepRank = metadata.Dimensions.Length;
                    break;
                case "use_cache_branch" when metadata.ElementDataType == TensorElementType.Bool:
                    UseCacheBranch = name;
                    break;
                default:
                    if (!Cache.Any(pair => pair.Past == name))
                    {
                        throw new ModelException($"{file}: the inputs input_ids, attention_mask, position_ids and a cache expected, got also {name} ({metadata.ElementDataType}).");
                    }

                    break;
            }
        }

        if (!session.InputMetadata.ContainsKey(InputIds))
        {
            throw new ModelException($"{file}: an input \"input_ids\" of integers expected, got {Names(session.InputMetadata.Keys)}.");
        }
    }

    private static (int Heads, int Size) CacheShape(string file, string name, NodeMetadata metadata, ModelConfig config)
    {
        int[] shape = metadata.Dimensions;
        if (shape.Length != 4)
        {
            throw new ModelException($"{file}: {name} of shape [batch, heads, past, size] expected, got [{string.Join(", ", shape)}].");
        }

        int heads = shape[1] > 0 ? shape[1] : config.KeyValueHeads, size = shape[3] > 0 ? shape[3] : config.HeadSize;
        return heads > 0 && size > 0
            ? (heads, size)
            : throw new ModelException($"{file}: number and size of heads of {name} expected in the graph or config.json, got neither.");
    }

    private static SortedDictionary<int, (string? Key, string? Value)> Pairs(IEnumerable<string> names, Regex pattern)
    {
        SortedDictionary<int, (string? Key, string? Value)> pairs = [];
        foreach (string name in names)
        {
            Match match = pattern.Match(name);
            if (match.Success)
            {
                int layer = int.Parse(match.Groups["layer"].Value, System.Globalization.CultureInfo.InvariantCulture);
                (string? key, string? value) = pairs.GetValueOrDefault(layer);
                pairs[layer] = match.Groups["half"].Value == "key" ? (name, value) : (key, name);
            }
        }

        return pairs;
    }

    private static string Names(IEnumerable<string> names) => string.Join(", ", names.Take(6));

    [GeneratedRegex(@"^past.*?(?:(?<layer>\d+)[._](?:self[._])?(?<half>key|value)|(?<half>key|value)[._](?<layer>\d+))$")]
    private static partial Regex PastName();

    [GeneratedRegex(@"^present.*?(?:(?<layer>\d+)[._](?:self[._])?(?<half>key|value)|(?<half>key|value)[._](?<layer>\d+))$")]
    private static partial Regex PresentName();
}
