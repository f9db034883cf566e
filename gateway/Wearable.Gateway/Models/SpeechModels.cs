using System.Text.Json;

namespace Wearable.Gateway.Models;

/// <summary>A speech model or voice that can be pulled.</summary>
/// <param name="Name">As in <c>speech-zh</c>.</param>
/// <param name="Repository">OWNER/NAME at the Hugging Face hub.</param>
/// <param name="Folder">Folder inside it; empty for its root.</param>
/// <param name="Files">What is fetched, relative to that folder; weights beside a graph come with it.</param>
/// <param name="Licence">As its maker states it; not checked here.</param>
public sealed record SpeechModel(string Name, string Repository, string Folder, IReadOnlyList<string> Files, string Licence);

/// <summary>The speech models and voices that <c>models pull</c> knows by name, from <c>gateway/models/speech.json</c>, and two families by pattern.</summary>
public static class SpeechModels
{
    private const string Moonshine = "moonshine:", Piper = "piper:";
    private static readonly Lazy<IReadOnlyList<SpeechModel>> Listed = new(Read);

    /// <summary>All names that stand in the list.</summary>
    public static IReadOnlyList<SpeechModel> All => Listed.Value;

    /// <summary>This user's folder of pulled speech models and voices.</summary>
    public static string CacheFolder => Path.Combine(new ModelStoreOptions().CacheFolder, "speech");

    /// <summary>How such a model is named.</summary>
    public static string Syntax => $"{string.Join(", ", All.Select(m => m.Name))}, moonshine:SIZE-LANGUAGE (tiny-ja) or piper:LOCALE-NAME-QUALITY (de_DE-thorsten-medium)";

    /// <summary>True for a name that is meant as a speech model or voice and not as a language model.</summary>
    public static bool IsName(string name) =>
        name.StartsWith(Moonshine, StringComparison.Ordinal) || name.StartsWith(Piper, StringComparison.Ordinal) || (!name.Contains('/') && (name.StartsWith("speech-", StringComparison.Ordinal) || name.StartsWith("voice-", StringComparison.Ordinal)));

    /// <summary>Where a name leads.</summary>
    /// <exception cref="ModelException">Unknown; names what there is.</exception>
    public static SpeechModel Find(string name)
    {
        if (All.FirstOrDefault(m => m.Name == name) is { } listed)
        {
            return listed;
        }

        string rest = name[(name.IndexOf(':') + 1)..];
        bool plain = rest.Length > 0 && rest.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
        if (plain && name.StartsWith(Moonshine, StringComparison.Ordinal))
        {
            return new SpeechModel(
                name, $"onnx-community/moonshine-{rest}-ONNX", "",
                ["config.json", "tokenizer.json", "onnx/encoder_model.onnx", "onnx/decoder_model_merged.onnx"], "MIT (English), Moonshine Community licence (others)");
        }

        // voices lie by language, locale, name and quality: de/de_DE/thorsten/medium/de_DE-thorsten-medium.onnx
        if (plain && name.StartsWith(Piper, StringComparison.Ordinal) && rest.Split('-') is [{ Length: >= 2 } locale, { Length: > 0 } speaker, { Length: > 0 } quality])
        {
            return new SpeechModel(name, "rhasspy/piper-voices", $"{locale.Split('_')[0]}/{locale}/{speaker}/{quality}", [$"{rest}.onnx", $"{rest}.onnx.json"], "differs by voice, see its MODEL_CARD");
        }

        throw new ModelException($"models pull: {Syntax} expected, got \"{name}\".");
    }

    /// <summary>A folder or file as given, or the folder of what was pulled by this name.</summary>
    /// <param name="folderOrName">Either.</param>
    /// <param name="pulled">Folder of pulled models; null for this user's.</param>
    public static string FolderOf(string folderOrName, string? pulled = null)
    {
        string cached = Path.Combine(pulled ?? CacheFolder, LanguageModels.NameOf(folderOrName));
        return !Directory.Exists(folderOrName) && !File.Exists(folderOrName) && Directory.Exists(cached) ? cached : Path.GetFullPath(folderOrName);
    }

    private static IReadOnlyList<SpeechModel> Read()
    {
        using Stream stream = typeof(SpeechModels).Assembly.GetManifestResourceStream("models/speech.json")
            ?? throw new InvalidOperationException("resource models/speech.json: expected in the gateway's assembly, got nothing");
        return JsonSerializer.Deserialize<SpeechModel[]>(stream, JsonSerializerOptions.Web) ?? throw new InvalidDataException("models/speech.json: a list expected, got null");
    }
}
