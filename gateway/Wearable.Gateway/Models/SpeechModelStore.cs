using System.Text.Json;
using Wearable.Gateway.Speech;

namespace Wearable.Gateway.Models;

/// <summary>Pulls, lists and verifies speech models and voices in this user's cache, each in a folder of its own.</summary>
/// <param name="folder">Folder of all of them.</param>
/// <param name="http">The client.</param>
/// <param name="say">Hears progress, a line at a time.</param>
/// <param name="hub">Another hub; null for the usual.</param>
public sealed class SpeechModelStore(string folder, HttpClient http, Action<string> say, Uri? hub = null)
{
    /// <summary>Folders of what was pulled.</summary>
    public IReadOnlyList<string> All => PulledModel.FoldersIn(folder);

    /// <summary>Downloads a speech model or voice; goes on where an earlier try ended.</summary>
    /// <returns>Its folder.</returns>
    /// <exception cref="ModelException">One sentence.</exception>
    public async Task<string> PullAsync(string name, CancellationToken cancellation)
    {
        SpeechModel model = SpeechModels.Find(name);
        IReadOnlyList<HubFile> files = await new HubClient(http, hub).FilesInAsync(model.Repository, model.Folder, model.Files, cancellation).ConfigureAwait(false);
        string target = Path.Combine(folder, LanguageModels.NameOf(name));
        say($"Pulling {name} from {model.Repository} into {target}: {files.Sum(f => f.Bytes) / 1_000_000} MB. Licence: {model.Licence}");
        SortedDictionary<string, string> hashes = new(StringComparer.Ordinal);
        FileDownload download = new(http, say, TimeProvider.System);
        foreach (HubFile file in files)
        {
            hashes[file.Path] = await download.FetchAsync(file, PulledModel.Inside(target, file.Path), cancellation).ConfigureAwait(false)
                ?? throw new ModelException($"{file.Address} is missing, though the hub lists it; try again later.");
        }

        Kind(target);
        await new PulledModel(name, hashes).WriteAsync(target, cancellation).ConfigureAwait(false);
        return target;
    }

    /// <summary>Compares every file with what was pulled.</summary>
    /// <returns>One sentence that says what was verified.</returns>
    /// <exception cref="ModelException">The first thing that is wrong.</exception>
    public async Task<string> VerifyAsync(string model, CancellationToken cancellation)
    {
        string path = SpeechModels.FolderOf(model, folder), kind = Kind(path);
        PulledModel? pulled = await PulledModel.ReadAsync(path, cancellation).ConfigureAwait(false);
        if (pulled is null)
        {
            return $"{path}: {kind}; it was not pulled, so there are no hashes to compare with.";
        }

        await pulled.VerifyAsync(path, cancellation).ConfigureAwait(false);
        return $"{path}: {pulled.Files.Count} files as pulled from {pulled.Source}, {kind}.";
    }

    /// <summary>What a folder holds.</summary>
    /// <exception cref="ModelException">Nothing that is known here.</exception>
    public static string Kind(string path) =>
        MoonshineLayout.GraphsIn(path) is not null ? "a Moonshine speech model"
        : SenseVoiceSpeechToText.GraphIn(path) is not null ? "a SenseVoice speech model"
        : PiperTextToSpeech.GraphIn(path) is not null ? "a Piper voice"
        : throw new ModelException($"{path}: {SpeechFolder.Kinds}, or a Piper voice (NAME.onnx, NAME.onnx.json) expected, got none of them.");
}
