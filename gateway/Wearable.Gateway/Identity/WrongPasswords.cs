using System.Net;

namespace Wearable.Gateway.Identity;

/// <summary>Slows guessing: after ten wrong passwords from one address within a minute, nothing from there is tried until the minute is over.</summary>
public sealed class WrongPasswords(TimeProvider time)
{
    /// <summary>Wrong ones allowed within <see cref="Window"/>.</summary>
    public const int Allowed = 10;

    /// <summary>Most addresses remembered; at more, all are forgotten, so memory is bounded.</summary>
    public const int MaxAddresses = 4096;

    /// <summary>How long a wrong one counts.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, (DateTimeOffset Since, int Count)> _wrong = [];

    /// <summary>Whether this address has to wait.</summary>
    public bool MustWait(IPAddress? address)
    {
        lock (_gate)
        {
            return _wrong.TryGetValue(address ?? IPAddress.None, out (DateTimeOffset Since, int Count) at) && at.Count >= Allowed && time.GetUtcNow() - at.Since < Window;
        }
    }

    /// <summary>Counts one.</summary>
    public void Add(IPAddress? address)
    {
        lock (_gate)
        {
            DateTimeOffset now = time.GetUtcNow();
            bool counts = _wrong.TryGetValue(address ?? IPAddress.None, out (DateTimeOffset Since, int Count) at) && now - at.Since < Window;
            if (_wrong.Count >= MaxAddresses)
            {
                _wrong.Clear();
            }

            _wrong[address ?? IPAddress.None] = counts ? (at.Since, at.Count + 1) : (now, 1);
        }
    }
}
