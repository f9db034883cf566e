using System.Text.Json;

namespace Wearable.Gateway.Models;

/// <summary>One file of a model at its source.</summary>
/// <param name="Path">Path inside the model, with forward slashes.</param>
/// <param name="Address">Where it is fetched.</param>
/// <param name="Bytes">Size; -1 when the source does not say.</param>
/// <param name="Sha256">64 hexadecimal digits; empty when the source does not say.</param>
public sealed record HubFile(string Path, Uri Address, long Bytes, string Sha256);

/// <summary>Finds the files of a model: by name at a Hugging Face hub, or below any address.</summary>
/// <param name="http">The client.</param>
/// <param name="hub">The hub; null takes the environment's <c>HF_ENDPOINT</c>, else huggingface.co.</param>
public sealed class HubClient(HttpClient http, Uri? hub = null)
{
    // Names looked for in this order when several graphs are there; "onnx/" or no folder.
    private static readonly string[] GraphNames = ["model_q4", "model_q4f16", "model_quantized", "model_int8", "model", "model_fp16"];
    private static readonly string[] Small = ["config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json"];

    private readonly Uri _hub = hub ?? new Uri(Environment.GetEnvironmentVariable("HF_ENDPOINT") is { Length: > 0 } given ? given : "https://huggingface.co");

    /// <summary>Files of a model by name ("owner/name" or "owner/name:variant", for example ":q4f16").</summary>
    /// <exception cref="ModelException">No such model, or one without a graph; in one sentence.</exception>
    public async Task<IReadOnlyList<HubFile>> FilesOfAsync(string name, CancellationToken cancellation)
    {
        int colon = name.IndexOf(':');
        (string repository, string? variant) = colon < 0 ? (name, null) : (name[..colon], name[(colon + 1)..]);
        if (repository.Count(c => c == '/') != 1 || repository.Any(c => !(char.IsAsciiLetterOrDigit(c) || c is '/' or '-' or '_' or '.')))
        {
            throw new ModelException($"models pull: OWNER/NAME, OWNER/NAME:VARIANT or an address expected, got \"{name}\".");
        }

        List<HubFile> all = await ListAsync(repository, "?recursive=true", cancellation).ConfigureAwait(false);
        HubFile graph = Graph(all, repository, variant);
        // Weights beside a graph are named after it: model_q4.onnx_data, model.onnx.data, model.onnx_data_1.
        return [.. all.Where(f => Small.Contains(f.Path)), .. all.Where(f => f.Path == graph.Path || f.Path.StartsWith(graph.Path + "_", StringComparison.Ordinal) || f.Path.StartsWith(graph.Path + ".", StringComparison.Ordinal))];
    }

    /// <summary>Named files of one folder of a repository, and the weights that lie beside a graph.</summary>
    /// <param name="repository">OWNER/NAME.</param>
    /// <param name="folder">Folder inside it; empty for its root.</param>
    /// <param name="names">Paths below that folder.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Paths relative to the folder.</returns>
    /// <exception cref="ModelException">Not reachable, or one of them is not there; in one sentence.</exception>
    public async Task<IReadOnlyList<HubFile>> FilesInAsync(string repository, string folder, IReadOnlyList<string> names, CancellationToken cancellation)
    {
        string prefix = folder.Length == 0 ? "" : folder + "/";
        List<HubFile> all = [.. (await ListAsync(repository, (folder.Length == 0 ? "" : "/" + folder) + "?recursive=true", cancellation).ConfigureAwait(false))
            .Where(f => f.Path.StartsWith(prefix, StringComparison.Ordinal)).Select(f => f with { Path = f.Path[prefix.Length..] })];
        if (names.FirstOrDefault(n => all.All(f => f.Path != n)) is { } missing)
        {
            throw new ModelException($"models pull: {repository} has no {prefix}{missing}, it has {string.Join(", ", all.Select(f => f.Path).Take(12))}.");
        }

        return [.. all.Where(f => names.Any(n => f.Path == n || f.Path.StartsWith(n + "_data", StringComparison.Ordinal)))];
    }

    /// <summary>Files below an address that ends with a folder: the small ones that are there, and model.onnx with its weights.</summary>
    public static IReadOnlyList<HubFile> FilesAt(Uri folder)
    {
        Uri root = folder.AbsoluteUri.EndsWith('/') ? folder : new Uri(folder.AbsoluteUri + "/");
        return [.. Small.Append("model.onnx").Select(name => new HubFile(name, new Uri(root, name), -1, ""))];
    }

    private async Task<List<HubFile>> ListAsync(string repository, string place, CancellationToken cancellation)
    {
        Uri listing = new(_hub, $"/api/models/{repository}/tree/main{place}");
        using HttpResponseMessage response = await SendAsync(listing, cancellation).ConfigureAwait(false);
        return response.IsSuccessStatusCode
            ? Listed(await response.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false), repository, listing)
            : throw new ModelException($"models pull: {listing} answered {(int)response.StatusCode} {response.ReasonPhrase}; check the name {repository} (models behind a sign-in must be downloaded by hand).");
    }

    private List<HubFile> Listed(string json, string repository, Uri listing)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            List<HubFile> files = [];
            foreach (JsonElement entry in document.RootElement.EnumerateArray().Where(e => e.GetProperty("type").GetString() == "file"))
            {
                string path = entry.GetProperty("path").GetString()!;
                bool large = entry.TryGetProperty("lfs", out JsonElement lfs) && lfs.ValueKind == JsonValueKind.Object;
                files.Add(new HubFile(
                    path,
                    new Uri(_hub, $"/{repository}/resolve/main/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}"),
                    (large ? lfs : entry).GetProperty("size").GetInt64(),
                    large ? lfs.GetProperty("oid").GetString()! : ""));
            }

            return files;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new ModelException($"models pull: a list of files expected from {listing}, got something else.", e);
        }
    }

    private static HubFile Graph(List<HubFile> files, string repository, string? variant)
    {
        List<HubFile> graphs = [.. files.Where(f => f.Path.EndsWith(".onnx", StringComparison.Ordinal))];
        if (variant is not null)
        {
            return graphs.Find(f => f.Path == variant || Path.GetFileNameWithoutExtension(f.Path) == variant || Path.GetFileNameWithoutExtension(f.Path) == "model_" + variant)
                ?? throw new ModelException($"models pull: {repository} has no graph \"{variant}\", it has {Names(graphs)}.");
        }

        return GraphNames.Select(n => graphs.Find(f => Path.GetFileNameWithoutExtension(f.Path) == n)).FirstOrDefault(f => f is not null)
            ?? (graphs.Count == 1 ? graphs[0] : throw new ModelException(graphs.Count == 0
                ? $"models pull: {repository} has no .onnx file; look for an ONNX export of it (onnx-community has many)."
                : $"models pull: {repository} has several graphs, name one as {repository}:VARIANT: {Names(graphs)}."));
    }

    private static string Names(List<HubFile> graphs) => string.Join(", ", graphs.Select(g => Path.GetFileNameWithoutExtension(g.Path)));

    private async Task<HttpResponseMessage> SendAsync(Uri address, CancellationToken cancellation)
    {
        try
        {
            return await http.GetAsync(address, cancellation).ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            throw new ModelException($"models pull: {address.Host} cannot be reached ({e.Message}); connect this machine to the internet, or copy a model folder and give it as --brain onnx:FOLDER (speech: --speech FOLDER, --voice FOLDER).", e);
        }
    }
}
