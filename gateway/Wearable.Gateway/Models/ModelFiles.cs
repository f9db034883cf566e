using System.Security.Cryptography;

namespace Wearable.Gateway.Models;

/// <summary>A folder whose model files were compared with their pins.</summary>
public sealed class ModelFiles
{
    private readonly Dictionary<string, string> _paths;

    private ModelFiles(string folder, string compiledFolder, Dictionary<string, string> paths)
    {
        Folder = folder;
        CompiledFolder = compiledFolder;
        _paths = paths;
    }

    /// <summary>The folder that holds <c>node_modules</c>.</summary>
    public string Folder { get; }

    /// <summary>Where code compiled for this machine may be kept; may be missing or read-only.</summary>
    public string CompiledFolder { get; }

    /// <summary>Path of a verified file.</summary>
    /// <param name="name">As in <c>models.json</c>, for example <c>silero-vad</c>.</param>
    /// <exception cref="ArgumentException">No such name.</exception>
    public string PathOf(string name) => _paths.TryGetValue(name, out string? path)
        ? path
        : throw new ArgumentException($"model '{name}': one of {string.Join(", ", _paths.Keys)} expected", nameof(name));

    /// <summary>Compares every file with its pin (reads 53 MB, about 0.1 s).</summary>
    /// <param name="problem">What is wrong with the first bad file, without a cure; empty when all are good.</param>
    internal static ModelFiles? Verify(ModelManifest manifest, string folder, string compiledFolder, out string problem)
    {
        var paths = new Dictionary<string, string>();
        foreach (ModelFile file in manifest.Files)
        {
            string path = Path.Combine(folder, file.RelativePath);
            if (Problem(file, path) is { } found)
            {
                problem = found;
                return null;
            }

            paths[file.Name] = path;
        }

        problem = "";
        return new ModelFiles(folder, compiledFolder, paths);
    }

    private static string? Problem(ModelFile file, string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
            if (stream.Length != file.Bytes)
            {
                return $"model file {path} is damaged: {file.Bytes} bytes expected, got {stream.Length}";
            }

            string sha256 = Convert.ToHexStringLower(SHA256.HashData(stream));
            return sha256 == file.Sha256
                ? null
                : $"model file {path} is damaged: sha256 {file.Sha256[..12]}... expected, got {sha256[..12]}...";
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return $"model file {path} is missing";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"model file {path} cannot be read: {e.Message}";
        }
    }
}
