using Wearable.Gateway.Brain.Llm;

namespace Wearable.Gateway.Models;

/// <summary>Pulls, lists and verifies language models in this user's cache.</summary>
/// <param name="folder">Folder of all pulled models.</param>
/// <param name="http">The client.</param>
/// <param name="say">Hears progress, a line at a time.</param>
/// <param name="hub">Another hub; null for the usual.</param>
public sealed class LanguageModelStore(string folder, HttpClient http, Action<string> say, Uri? hub = null)
{
    /// <summary>Downloads a model by name or address; goes on where an earlier try ended.</summary>
    /// <returns>Its folder.</returns>
    /// <exception cref="ModelException">One sentence.</exception>
    public async Task<string> PullAsync(string nameOrAddress, CancellationToken cancellation)
    {
        bool isAddress = Uri.TryCreate(nameOrAddress, UriKind.Absolute, out Uri? address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps);
        List<HubFile> files = [.. isAddress ? HubClient.FilesAt(address!) : await new HubClient(http, hub).FilesOfAsync(nameOrAddress, cancellation).ConfigureAwait(false)];
        string target = Path.Combine(folder, LanguageModels.NameOf(isAddress ? address!.Host + address.AbsolutePath.TrimEnd('/') : nameOrAddress));
        say($"Pulling {nameOrAddress} into {target}{(files.All(f => f.Bytes >= 0) ? $": {files.Sum(f => f.Bytes) / 1_000_000} MB" : "")}");
        SortedDictionary<string, string> hashes = new(StringComparer.Ordinal);
        FileDownload download = new(http, say, TimeProvider.System);
        for (int i = 0; i < files.Count; i++)
        {
            HubFile file = files[i];
            string path = PulledModel.Inside(target, file.Path);
            string? sha256 = await download.FetchAsync(file, path, cancellation).ConfigureAwait(false);
            if (sha256 is not null)
            {
                hashes[file.Path] = sha256;
                // Below a plain address nobody lists the weights beside the graph; the graph itself does.
                if (isAddress && file.Path.EndsWith(".onnx", StringComparison.Ordinal))
                {
                    files.AddRange(OnnxFile.Read(path).External.Select(e => new HubFile(e.File, new Uri(file.Address, e.File), -1, "")));
                }
            }
            else if (file.Path is not ("generation_config.json" or "tokenizer_config.json"))
            {
                throw new ModelException($"{file.Address} is missing; a model in the Hugging Face ONNX layout has it.");
            }
        }

        ModelFolder.Open(target);
        await new PulledModel(nameOrAddress, hashes).WriteAsync(target, cancellation).ConfigureAwait(false);
        return target;
    }

    /// <summary>Folders of pulled models.</summary>
    public IReadOnlyList<string> All => PulledModel.FoldersIn(folder);

    /// <summary>Compares every file of a folder with what was pulled, and looks at it as the loader does.</summary>
    /// <param name="model">Folder or name.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>One sentence that says what was verified.</returns>
    /// <exception cref="ModelException">The first thing that is wrong.</exception>
    public async Task<string> VerifyAsync(string model, CancellationToken cancellation)
    {
        string path = Find(model);
        ModelFolder opened = ModelFolder.Open(path);
        ChatTemplate template = ChatTemplate.For(LlmTokenizer.Read(opened.TokenizerPath), path);
        PulledModel? pulled = await PulledModel.ReadAsync(path, cancellation).ConfigureAwait(false);
        if (pulled is null)
        {
            return $"{path}: a whole {template.Family} model; it was not pulled, so there are no hashes to compare with.";
        }

        await pulled.VerifyAsync(path, cancellation).ConfigureAwait(false);
        return $"{path}: {pulled.Files.Count} files as pulled from {pulled.Source}, a whole {template.Family} model.";
    }

    /// <summary>The folder of a name, or the folder itself.</summary>
    public string Find(string model)
    {
        string pulled = Path.Combine(folder, LanguageModels.NameOf(model));
        return !Directory.Exists(model) && Directory.Exists(pulled) ? pulled : Path.GetFullPath(model);
    }
}
