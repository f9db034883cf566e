using System.Collections.Concurrent;

namespace Wearable.Gateway.Privacy;

/// <summary>Wearables that are not let in for the moment: what they said while they are erased would be stored again.</summary>
public sealed class ClosedDoors
{
    private readonly ConcurrentDictionary<string, bool> _closed = new(StringComparer.Ordinal);

    /// <summary>Whether it has to wait.</summary>
    public bool IsClosed(string deviceId) => !_closed.IsEmpty && _closed.ContainsKey(deviceId);

    /// <summary>Closes for one; false when it is closed already.</summary>
    public bool TryClose(string deviceId) => _closed.TryAdd(deviceId, true);

    /// <summary>Opens again.</summary>
    public void Open(string deviceId) => _closed.TryRemove(deviceId, out _);
}
