using Wearable.Firmware.Board;

namespace Wearable.Simulator.Parts;

/// <summary>Files in one folder of the PC; they survive the process.</summary>
public sealed class FolderStorage : IStorage
{
    private readonly string _folder;

    /// <summary>Storage in a folder, made when missing.</summary>
    public FolderStorage(string folder)
    {
        _folder = Directory.CreateDirectory(folder).FullName;
    }

    /// <inheritdoc/>
    public byte[]? Read(string name)
    {
        string path = PathOf(name);
        return File.Exists(path) ? File.ReadAllBytes(path) : null;
    }

    /// <inheritdoc/>
    public void Write(string name, byte[] content)
    {
        // Written aside and moved over, so that a crash in between leaves the old file whole, as littlefs does.
        string path = PathOf(name);
        File.WriteAllBytes(path + ".new", content);
        File.Move(path + ".new", path, overwrite: true);
    }

    /// <inheritdoc/>
    public void Delete(string name) => File.Delete(PathOf(name));

    private string PathOf(string name)
    {
        if (name.Length == 0 || name.IndexOfAny(['/', '\\', ':']) >= 0 || name is "." or "..")
        {
            throw new ArgumentException($"storage: a plain file name expected, got \"{name}\"", nameof(name));
        }

        return Path.Combine(_folder, name);
    }
}
