namespace Wearable.Gateway.Cluster;

/// <summary>Which wearables this gateway is home to. A single gateway is home to all and registers none of this.</summary>
public interface IHomes
{
    /// <summary>Whether the conversation with this wearable is held here.</summary>
    bool IsHome(string deviceId);

    /// <summary>How many wearables this gateway is home to.</summary>
    int Count { get; }

    /// <summary>Whether other gateways go on when this one stops.</summary>
    bool OthersAreThere { get; }
}
