using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Wearable.Gateway.Mqtt;

/// <summary>
/// Ends what one address opens beyond <see cref="PerAddress"/> connections at once, before anything is read from it, so that one machine
/// of the house cannot take all the places. This machine itself is not counted.
/// </summary>
public sealed class AddressLimit
{
    /// <summary>Connections of one address: a wearable has one, a browser about ten.</summary>
    public const int PerAddress = 64;

    private readonly Dictionary<IPAddress, int> _open = [];
    private readonly Lock _lock = new();
    private long _refused;

    /// <summary>Connections refused since start.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Puts the limit before everything else of a connection.</summary>
    /// <param name="next">The rest.</param>
    public ConnectionDelegate Before(ConnectionDelegate next) => async connection =>
    {
        if (AddressOf(connection) is not IPAddress from || IPAddress.IsLoopback(from))
        {
            await next(connection).ConfigureAwait(false);
            return;
        }

        if (!Enter(from))
        {
            Interlocked.Increment(ref _refused);
            connection.Abort(new ConnectionAbortedException($"at most {PerAddress} connections of one address expected, got one more"));
            return;
        }

        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            Leave(from);
        }
    };

    private bool Enter(IPAddress from)
    {
        lock (_lock)
        {
            int open = _open.GetValueOrDefault(from);
            if (open == PerAddress)
            {
                return false;
            }

            _open[from] = open + 1;
            return true;
        }
    }

    private void Leave(IPAddress from)
    {
        lock (_lock)
        {
            if (--_open[from] == 0)
            {
                _open.Remove(from);
            }
        }
    }

    private static IPAddress? AddressOf(ConnectionContext connection) => connection.RemoteEndPoint is IPEndPoint at
        ? at.Address.IsIPv4MappedToIPv6 ? at.Address.MapToIPv4() : at.Address
        : null;
}
