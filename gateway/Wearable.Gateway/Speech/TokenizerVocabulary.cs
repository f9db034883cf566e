using System.Text.Json;
using Wearable.Gateway.Models;

namespace Wearable.Gateway.Speech;

/// <summary>The vocabulary of a <c>tokenizer.json</c> whose pieces begin words with U+2581 and whose bytes are written <c>&lt;0x0A&gt;</c> (Moonshine).</summary>
internal sealed class TokenizerVocabulary : ISpeechVocabulary
{
    private const char WordBegin = '\u2581';

    private readonly string?[] _pieces; // null: no piece, or one that only controls
    private readonly Dictionary<string, int> _tokens;

    private TokenizerVocabulary(string?[] pieces, Dictionary<string, int> tokens, int start, int end) => (_pieces, _tokens, StartToken, EndToken) = (pieces, tokens, start, end);

    /// <inheritdoc/>
    public int Count => _pieces.Length;

    /// <inheritdoc/>
    public int StartToken { get; }

    /// <inheritdoc/>
    public int EndToken { get; }

    /// <summary>Reads the vocabulary of a model's folder; which tokens open and end a text stands in <c>config.json</c>, else they are 1 and 2.</summary>
    /// <exception cref="ModelException">Missing, or of another kind; names it.</exception>
    public static TokenizerVocabulary Read(string folder)
    {
        string path = Path.Combine(folder, "tokenizer.json");
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            Dictionary<string, int> tokens = new(StringComparer.Ordinal);
            foreach (JsonProperty token in document.RootElement.GetProperty("model").GetProperty("vocab").EnumerateObject())
            {
                tokens[token.Name] = token.Value.GetInt32();
            }

            if (!tokens.ContainsKey("<0x0A>") || !tokens.Keys.Any(t => t.StartsWith(WordBegin)))
            {
                throw new ModelException($"{path}: pieces that begin words with U+2581, and one for every byte, expected, got others; it is the tokenizer of another kind of model.");
            }

            string?[] pieces = new string?[tokens.Values.Max() + 1];
            foreach ((string token, int id) in tokens)
            {
                pieces[id] = token;
            }

            foreach (JsonElement added in document.RootElement.GetProperty("added_tokens").EnumerateArray())
            {
                if (added.GetProperty("id").GetInt32() is int id && id < pieces.Length && added.GetProperty("special").GetBoolean())
                {
                    pieces[id] = null;
                }
            }

            return new TokenizerVocabulary(pieces, tokens, Number(folder, "decoder_start_token_id", MoonshineVocabulary.StartToken), Number(folder, "eos_token_id", MoonshineVocabulary.EndToken));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ModelException($"{path} is missing; a Moonshine folder needs the tokenizer.json of its model.", e);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new ModelException($"{path}: a Hugging Face tokenizer expected, got a file that is none ({e.Message}); download it again.", e);
        }
    }

    /// <inheritdoc/>
    public int[] Encode(string text) => SpeechPieces.Encode(text, _tokens);

    /// <inheritdoc/>
    public string Decode(IEnumerable<int> tokens) => SpeechPieces.Join(tokens.Select(t => t >= 0 && t < _pieces.Length ? _pieces[t] ?? "" : ""));

    private static int Number(string folder, string name, int standard)
    {
        string path = Path.Combine(folder, "config.json");
        if (!File.Exists(path))
        {
            return standard;
        }

        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document.RootElement.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : standard;
    }
}
