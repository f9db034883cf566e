using System.Collections.Concurrent;
using Wearable.Firmware.Board;

namespace Wearable.Simulator.Parts;

/// <summary>Files that live as long as this object: hand the same one to the next boot to keep them.</summary>
public sealed class MemoryStorage : IStorage
{
    private readonly ConcurrentDictionary<string, byte[]> _files = new();

    /// <inheritdoc/>
    public byte[]? Read(string name) => _files.TryGetValue(name, out byte[]? content) ? [.. content] : null;

    /// <inheritdoc/>
    public void Write(string name, byte[] content) => _files[name] = [.. content];

    /// <inheritdoc/>
    public void Delete(string name) => _files.TryRemove(name, out _);
}
