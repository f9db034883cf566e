using System.Text.Json;
using Wearable.Gateway.Brain.Llm;

namespace Wearable.Gateway.Models;

/// <summary>What was pulled, beside the files: <c>pulled.json</c>.</summary>
/// <param name="Source">Name or address.</param>
/// <param name="Files">Path and SHA-256 of each file.</param>
internal sealed record PulledModel(string Source, SortedDictionary<string, string> Files);

/// <summary>Pulls, lists and verifies language models in this user's cache.</summary>
/// <param name="folder">Folder of all pulled models.</param>
/// <param name="http">The client.</param>
/// <param name="say">Hears progress, a line at a time.</param>
/// <param name="hub">Another hub; null for the usual.</param>
public sealed class LanguageModelStore(string folder, HttpClient http, Action<string> say, Uri? hub = null)
{
    private const string Manifest = "pulled.json";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

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
            string path = Inside(target, file.Path);
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
        await File.WriteAllTextAsync(Path.Combine(target, Manifest), JsonSerializer.Serialize(new PulledModel(nameOrAddress, hashes), Json), cancellation).ConfigureAwait(false);
        return target;
    }

    /// <summary>Folders of pulled models.</summary>
    public IReadOnlyList<string> All => Directory.Exists(folder) ? [.. Directory.GetDirectories(folder).Where(d => File.Exists(Path.Combine(d, Manifest))).Order(StringComparer.Ordinal)] : [];

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
        string manifest = Path.Combine(path, Manifest);
        if (!File.Exists(manifest))
        {
            return $"{path}: a whole {template.Family} model; it was not pulled, so there are no hashes to compare with.";
        }

        PulledModel pulled = JsonSerializer.Deserialize<PulledModel>(await File.ReadAllTextAsync(manifest, cancellation).ConfigureAwait(false), Json)
            ?? throw new ModelException($"{manifest}: an object expected, got null.");
        foreach ((string file, string sha256) in pulled.Files)
        {
            string got = await FileDownload.HashAsync(Inside(path, file), cancellation).ConfigureAwait(false);
            if (got != sha256)
            {
                throw new ModelException($"{Path.Combine(path, file)} is damaged: sha256 {sha256[..12]}... expected, got {got[..12]}...; pull {pulled.Source} again.");
            }
        }

        return $"{path}: {pulled.Files.Count} files as pulled from {pulled.Source}, a whole {template.Family} model.";
    }

    /// <summary>The folder of a name, or the folder itself.</summary>
    public string Find(string model)
    {
        string pulled = Path.Combine(folder, LanguageModels.NameOf(model));
        return !Directory.Exists(model) && Directory.Exists(pulled) ? pulled : Path.GetFullPath(model);
    }

    // A source may name any path; only paths inside the model's folder are written.
    private static string Inside(string root, string path)
    {
        string full = Path.GetFullPath(Path.Combine(root, path));
        return full.StartsWith(Path.GetFullPath(root) + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? full
            : throw new ModelException($"models pull: paths inside the model expected, got \"{path}\".");
    }
}
