using System.Globalization;
using System.Text;
using System.Text.Json;
using Wearable.Gateway.Models;

namespace Wearable.Gateway.Speech;

/// <summary>What stands beside a Piper voice in its <c>.onnx.json</c>: sample rate, who makes phonemes of text, and the numbers of the phonemes.</summary>
public sealed class PiperVoice
{
    private const string Begin = "^", End = "$", Pad = "_";
    private const int MinRateHz = 8000, MaxRateHz = 48000;

    private readonly Dictionary<string, long[]> _ids;
    private readonly Dictionary<string, string[]> _replaced;

    private PiperVoice(Dictionary<string, long[]> ids, Dictionary<string, string[]> replaced) => (_ids, _replaced) = (ids, replaced);

    /// <summary>Samples a second of what the graph makes.</summary>
    public int SampleRateHz { get; private init; }

    /// <summary>Voice of espeak-ng that makes the phonemes; null: the letters themselves are the phonemes.</summary>
    public string? EspeakVoice { get; private init; }

    /// <summary>Noise, length and noise of the lengths, as the voice was made for.</summary>
    public float NoiseScale { get; private init; }

    /// <inheritdoc cref="NoiseScale"/>
    public float LengthScale { get; private init; }

    /// <inheritdoc cref="NoiseScale"/>
    public float NoiseWidth { get; private init; }

    /// <summary>Names of the speakers with their numbers; empty where there is only one.</summary>
    public IReadOnlyDictionary<string, long> Speakers { get; private init; } = new Dictionary<string, long>();

    /// <summary>Highest number of a phoneme.</summary>
    public long HighestId => _ids.Values.SelectMany(i => i).Max();

    /// <summary>Reads the file beside a voice.</summary>
    /// <exception cref="ModelException">Missing, or says something that this loader does not know; names it.</exception>
    public static PiperVoice Read(string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            return Read(document.RootElement, path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ModelException($"{path} is missing; a Piper voice is two files, NAME.onnx and NAME.onnx.json.", e);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new ModelException($"{path}: the configuration of a Piper voice expected, got a file that is none ({e.Message}); download it again.", e);
        }
    }

    /// <summary>The numbers the graph takes: begin, then each phoneme with the pad behind it, then end. What the voice does not know is left out.</summary>
    /// <param name="phonemes">IPA, or letters.</param>
    /// <returns>Empty when it knows none of them.</returns>
    public long[] IdsOf(string phonemes)
    {
        long[] pad = _ids[Pad];
        List<long> ids = [.. _ids[Begin], .. pad];
        int empty = ids.Count;
        // Accents are phonemes of their own.
        foreach (Rune rune in Decomposed.Of(phonemes).EnumerateRunes())
        {
            string phoneme = rune.ToString();
            foreach (string one in _replaced.GetValueOrDefault(phoneme, [phoneme]))
            {
                if (_ids.TryGetValue(one, out long[]? known))
                {
                    ids.AddRange(known);
                    ids.AddRange(pad);
                }
            }
        }

        return ids.Count == empty ? [] : [.. ids, .. _ids[End]];
    }

    private static PiperVoice Read(JsonElement root, string path)
    {
        string type = root.TryGetProperty("phoneme_type", out JsonElement given) ? given.GetString() ?? "" : "espeak";
        if (type is not ("espeak" or "text"))
        {
            throw new ModelException($"{path}: phoneme_type espeak or text expected, got \"{type}\"; take another voice of this language.");
        }

        int rateHz = root.GetProperty("audio").GetProperty("sample_rate").GetInt32();
        if (rateHz is < MinRateHz or > MaxRateHz)
        {
            throw new ModelException($"{path}: a sample_rate from {MinRateHz} to {MaxRateHz} Hz expected, got {rateHz}.");
        }

        string voice = type == "espeak" ? root.GetProperty("espeak").GetProperty("voice").GetString() ?? "" : "";
        if (type == "espeak" && (voice.Length == 0 || !voice.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')))
        {
            throw new ModelException($"{path}: the name of an espeak voice expected, got \"{voice}\".");
        }

        Dictionary<string, long[]> ids = new(StringComparer.Ordinal);
        foreach (JsonProperty phoneme in root.GetProperty("phoneme_id_map").EnumerateObject())
        {
            ids[phoneme.Name] = [.. phoneme.Value.EnumerateArray().Select(i => i.GetInt64())];
        }

        if (new[] { Begin, End, Pad }.FirstOrDefault(p => !ids.TryGetValue(p, out long[]? known) || known.Length == 0) is { } missing)
        {
            throw new ModelException($"{path}: phoneme_id_map with {Begin}, {End} and {Pad} expected, got one without {missing}.");
        }

        Dictionary<string, string[]> replaced = new(StringComparer.Ordinal);
        foreach (JsonProperty phoneme in root.TryGetProperty("phoneme_map", out JsonElement map) && map.ValueKind == JsonValueKind.Object ? map.EnumerateObject() : default)
        {
            replaced[phoneme.Name] = [.. phoneme.Value.EnumerateArray().Select(p => p.GetString()!)];
        }

        Dictionary<string, long> speakers = [];
        int speakerCount = root.TryGetProperty("num_speakers", out JsonElement number) ? number.GetInt32() : 1;
        if (speakerCount > 1 && root.TryGetProperty("speaker_id_map", out JsonElement names) && names.ValueKind == JsonValueKind.Object)
        {
            speakers = names.EnumerateObject().ToDictionary(s => s.Name, s => s.Value.GetInt64());
        }

        for (int i = speakers.Count; speakerCount > 1 && i < speakerCount; i++)
        {
            speakers.TryAdd(i.ToString(CultureInfo.InvariantCulture), i);
        }

        JsonElement inference = root.TryGetProperty("inference", out JsonElement how) ? how : default;
        return new PiperVoice(ids, replaced)
        {
            SampleRateHz = rateHz,
            EspeakVoice = type == "espeak" ? voice : null,
            NoiseScale = Real(inference, "noise_scale", 0.667f),
            LengthScale = Real(inference, "length_scale", 1),
            NoiseWidth = Real(inference, "noise_w", 0.8f),
            Speakers = speakers,
        };
    }

    private static float Real(JsonElement json, string name, float standard) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement value) ? value.GetSingle() : standard;
}
