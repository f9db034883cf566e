using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.ML.Tokenizers;
using Wearable.Gateway.Models;

namespace Wearable.Gateway.Brain.Llm;

/// <summary>
/// The byte-level BPE tokenizer of a <c>tokenizer.json</c> (Qwen2, Qwen3, DeepSeek). Text is always only text: what a person says can never
/// become a control token, those are added by id. Text is taken as it comes; composed characters (NFC) are the caller's matter.
/// </summary>
public sealed class LlmTokenizer
{
    // What ByteLevel with use_regex means: the pattern of GPT-2.
    private const string Gpt2Pattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private static readonly char[] ByteToChar = MakeByteToChar();
    private static readonly Dictionary<char, byte> CharToByte = ByteToChar.Select((c, b) => (c, b)).ToDictionary(p => p.c, p => (byte)p.b);

    private readonly BpeTokenizer _bpe;
    private readonly string?[] _tokens;
    private readonly Dictionary<string, int> _added;
    private readonly HashSet<int> _special;

    private LlmTokenizer(BpeTokenizer bpe, string?[] tokens, Dictionary<string, int> added, HashSet<int> special)
    {
        _bpe = bpe;
        _tokens = tokens;
        _added = added;
        _special = special;
    }

    /// <summary>Highest token id plus one.</summary>
    public int Count => _tokens.Length;

    /// <summary>Reads a <c>tokenizer.json</c>.</summary>
    /// <exception cref="ModelException">Missing, damaged, or of another kind.</exception>
    public static LlmTokenizer Read(string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            return Read(document.RootElement, path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ModelException($"{path} is missing; a model folder needs the tokenizer.json of its model.", e);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException or FormatException)
        {
            throw new ModelException($"{path}: a Hugging Face tokenizer expected, got a file that is none ({e.Message}); download it again.", e);
        }
    }

    /// <summary>The id of a control token, for example <c>&lt;|im_end|&gt;</c>; null when this tokenizer has none.</summary>
    public int? Added(string token) => _added.TryGetValue(token, out int id) ? id : null;

    /// <summary>True for tokens that control and are never text.</summary>
    public bool IsSpecial(int id) => _special.Contains(id);

    /// <summary>Tokens of plain text.</summary>
    public IReadOnlyList<int> Encode(string text) => text.Length == 0 ? [] : _bpe.EncodeToIds(text, considerPreTokenization: true, considerNormalization: false);

    /// <summary>The whole text of tokens; control tokens are left out.</summary>
    public string Decode(IEnumerable<int> ids)
    {
        Decoder decoder = Encoding.UTF8.GetDecoder();
        StringBuilder text = new();
        foreach (int id in ids)
        {
            text.Append(Text(id, decoder));
        }

        return text.ToString();
    }

    /// <summary>Text that one more token completes; empty while a character is unfinished.</summary>
    /// <param name="id">The token.</param>
    /// <param name="decoder">A UTF-8 decoder that lives as long as the answer.</param>
    public string Text(int id, Decoder decoder)
    {
        if (id < 0 || id >= _tokens.Length || _tokens[id] is not { } token || _special.Contains(id))
        {
            return "";
        }

        byte[] bytes = _added.ContainsKey(token) ? Encoding.UTF8.GetBytes(token) : [.. token.Select(c => CharToByte.GetValueOrDefault(c, (byte)'?'))];
        char[] chars = new char[bytes.Length + 2];
        return new string(chars, 0, decoder.GetChars(bytes, 0, bytes.Length, chars, 0));
    }

    private static LlmTokenizer Read(JsonElement root, string path)
    {
        JsonElement model = root.GetProperty("model");
        string type = model.TryGetProperty("type", out JsonElement kind) ? kind.GetString() ?? "" : "";
        if (type != "BPE")
        {
            throw new ModelException($"{path}: a byte-level BPE tokenizer expected (Qwen, DeepSeek), got \"{type}\".");
        }

        Dictionary<string, int> vocabulary = new(StringComparer.Ordinal);
        foreach (JsonProperty token in model.GetProperty("vocab").EnumerateObject())
        {
            vocabulary[token.Name] = token.Value.GetInt32();
        }

        Dictionary<string, int> added = new(StringComparer.Ordinal);
        HashSet<int> special = [];
        foreach (JsonElement token in root.GetProperty("added_tokens").EnumerateArray())
        {
            int id = token.GetProperty("id").GetInt32();
            added[token.GetProperty("content").GetString()!] = id;
            if (token.GetProperty("special").GetBoolean())
            {
                special.Add(id);
            }
        }

        string?[] tokens = new string?[Math.Max(vocabulary.Values.DefaultIfEmpty(-1).Max(), added.Values.DefaultIfEmpty(-1).Max()) + 1];
        foreach ((string token, int id) in vocabulary.Concat(added))
        {
            tokens[id] = token;
        }

        if (!vocabulary.ContainsKey(ByteToChar[0].ToString()))
        {
            throw new ModelException($"{path}: a byte-level vocabulary expected (a token for every byte), got one without byte 0.");
        }

        BpeOptions options = new(vocabulary)
        {
            Merges = model.GetProperty("merges").EnumerateArray().Select(Merge).ToList(),
            ByteLevel = true,
            PreTokenizer = new SplitPreTokenizer(Patterns(root.GetProperty("pre_tokenizer"), path)),
        };
        return new LlmTokenizer(BpeTokenizer.Create(options), tokens, added, special);
    }

    // Written "a b" until 2024, ["a", "b"] since.
    private static string Merge(JsonElement merge) =>
        merge.ValueKind == JsonValueKind.Array ? merge[0].GetString() + " " + merge[1].GetString() : merge.GetString()!;

    private static List<Regex> Patterns(JsonElement step, string path)
    {
        string type = step.ValueKind == JsonValueKind.Object ? step.GetProperty("type").GetString() ?? "" : "none";
        switch (type)
        {
            case "Sequence":
                return [.. step.GetProperty("pretokenizers").EnumerateArray().SelectMany(part => Patterns(part, path))];
            case "Split" when step.GetProperty("pattern").TryGetProperty("Regex", out JsonElement regex):
                return [new Regex(regex.GetString()!, RegexOptions.CultureInvariant)];
            case "ByteLevel":
                bool own = !step.TryGetProperty("use_regex", out JsonElement use) || use.GetBoolean();
                return own ? [new Regex(Gpt2Pattern, RegexOptions.CultureInvariant)] : [];
            default:
                throw new ModelException($"{path}: pre_tokenizer of Sequence, Split by Regex and ByteLevel expected, got \"{type}\".");
        }
    }

    // GPT-2's printable stand-in for each byte.
    private static char[] MakeByteToChar()
    {
        char[] map = new char[256];
        int next = 256;
        for (int b = 0; b < 256; b++)
        {
            map[b] = b is (>= 33 and <= 126) or (>= 161 and <= 172) or (>= 174) ? (char)b : (char)next++;
        }

        return map;
    }
}
