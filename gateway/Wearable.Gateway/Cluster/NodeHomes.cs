using System.Collections.Concurrent;

namespace Wearable.Gateway.Cluster;

/// <summary>The wearables whose grain lives in this gateway. Safe for many threads.</summary>
public sealed class NodeHomes : IHomes
{
    private readonly ConcurrentDictionary<string, bool> _here = new();

    /// <summary>A wearable's grain lives here no longer: it moved, its wearable left, or Orleans lost its entry together with another gateway.</summary>
    public event Action<string>? Left;

    /// <inheritdoc/>
    public bool OthersAreThere { get; set; }

    /// <inheritdoc/>
    public int Count => _here.Count;

    /// <summary>Their ids.</summary>
    public IReadOnlyCollection<string> All => [.. _here.Keys];

    /// <inheritdoc/>
    public bool IsHome(string deviceId) => _here.ContainsKey(deviceId);

    internal void Add(string deviceId) => _here[deviceId] = true;

    internal void Remove(string deviceId)
    {
        if (_here.TryRemove(deviceId, out _))
        {
            Left?.Invoke(deviceId);
        }
    }
}
