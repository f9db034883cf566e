using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Wearable.Gateway;

/// <summary>Where the gateway really listens, once started (a port 0 of the options is a free one by then).</summary>
public sealed class GatewayPorts
{
    internal ListenOptions? MqttEndpoint { get; set; }

    internal ListenOptions? MqttsEndpoint { get; set; }

    internal ListenOptions? HttpEndpoint { get; set; }

    internal bool Https { get; set; }

    /// <summary>Port of the broker over TLS; 0 when there is none.</summary>
    public int Mqtts => MqttsEndpoint?.IPEndPoint?.Port ?? 0;

    /// <summary>Port of the broker.</summary>
    public int Mqtt => MqttEndpoint?.IPEndPoint?.Port ?? 0;

    /// <summary>Port of page and API.</summary>
    public int Http => HttpEndpoint?.IPEndPoint?.Port ?? 0;

    /// <summary>Address to open on this machine.</summary>
    public Uri Page => new($"{(Https ? "https" : "http")}://{Host}:{Http}");

    // A wildcard address is no address to open.
    private string Host
    {
        get
        {
            System.Net.IPAddress address = HttpEndpoint?.IPEndPoint?.Address ?? System.Net.IPAddress.Loopback;
            if (address.Equals(System.Net.IPAddress.Any) || address.Equals(System.Net.IPAddress.IPv6Any))
            {
                return "127.0.0.1";
            }

            return address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
        }
    }
}
