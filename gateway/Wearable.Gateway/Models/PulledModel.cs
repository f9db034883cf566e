using System.Text.Json;

namespace Wearable.Gateway.Models;

/// <summary>What was pulled, beside the files: <c>pulled.json</c>.</summary>
/// <param name="Source">Name or address.</param>
/// <param name="Files">Path and SHA-256 of each file.</param>
internal sealed record PulledModel(string Source, SortedDictionary<string, string> Files)
{
    private const string Manifest = "pulled.json";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Folders in a folder into which something was pulled.</summary>
    public static IReadOnlyList<string> FoldersIn(string folder) =>
        Directory.Exists(folder) ? [.. Directory.GetDirectories(folder).Where(d => File.Exists(Path.Combine(d, Manifest))).Order(StringComparer.Ordinal)] : [];

    /// <summary>Reads what was pulled into a folder; null when nothing was.</summary>
    public static async Task<PulledModel?> ReadAsync(string folder, CancellationToken cancellation)
    {
        string manifest = Path.Combine(folder, Manifest);
        return File.Exists(manifest)
            ? JsonSerializer.Deserialize<PulledModel>(await File.ReadAllTextAsync(manifest, cancellation).ConfigureAwait(false), Json) ?? throw new ModelException($"{manifest}: an object expected, got null.")
            : null;
    }

    /// <summary>Notes it beside the files.</summary>
    public Task WriteAsync(string folder, CancellationToken cancellation) => File.WriteAllTextAsync(Path.Combine(folder, Manifest), JsonSerializer.Serialize(this, Json), cancellation);

    /// <summary>Compares every file.</summary>
    /// <exception cref="ModelException">The first that is damaged.</exception>
    public async Task VerifyAsync(string folder, CancellationToken cancellation)
    {
        foreach ((string file, string sha256) in Files)
        {
            string path = Inside(folder, file);
            string got = File.Exists(path) ? await FileDownload.HashAsync(path, cancellation).ConfigureAwait(false) : "no file at all";
            if (got != sha256)
            {
                throw new ModelException($"{path} is damaged: sha256 {sha256[..12]}... expected, got {got[..12]}...; pull {Source} again.");
            }
        }
    }

    /// <summary>A path inside a folder. A source may name any path; only paths inside the model's folder are written.</summary>
    /// <exception cref="ModelException">It leads out.</exception>
    public static string Inside(string root, string path)
    {
        string full = Path.GetFullPath(Path.Combine(root, path));
        return full.StartsWith(Path.GetFullPath(root) + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? full
            : throw new ModelException($"models pull: paths inside the model expected, got \"{path}\".");
    }
}
