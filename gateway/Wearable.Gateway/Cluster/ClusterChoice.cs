using System.Net;

namespace Wearable.Gateway.Cluster;

/// <summary>This gateway is one of several that share wearables, a broker and a database.</summary>
/// <param name="Endpoint">Where the other gateways reach this one. Not authenticated and not encrypted: a network of their own.</param>
public sealed record ClusterChoice(IPEndPoint Endpoint)
{
    /// <summary>Port when none is given.</summary>
    public const int UsualPort = 11111;

    /// <summary>Silence of a gateway until the others ask again whether it lives. <see cref="Misses"/> times unanswered, and they take over its wearables.</summary>
    public TimeSpan ProbeEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Unanswered questions until a gateway counts as lost.</summary>
    public int Misses { get; init; } = 3;

    /// <summary>Whether this gateway may be home to wearables; one without speech models leaves the conversations to the others.</summary>
    public bool HasHomes { get; init; } = true;

    /// <summary>Reads <c>ADDRESS:PORT</c> or <c>ADDRESS</c>.</summary>
    public static ClusterChoice? Parse(string text, out string problem)
    {
        problem = "";
        if (IPEndPoint.TryParse(text, out IPEndPoint? endpoint) && !endpoint.Address.Equals(IPAddress.Any) && !endpoint.Address.Equals(IPAddress.IPv6Any))
        {
            return new ClusterChoice(endpoint.Port == 0 ? new IPEndPoint(endpoint.Address, UsualPort) : endpoint);
        }

        problem = $"--cluster: this computer's own address, as the other gateways reach it, and a port expected (10.0.0.7:{UsualPort}), got \"{text}\"";
        return null;
    }
}
