using Wearable.Contract;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Devices;

/// <summary>What is known about one wearable at one moment. Parts not heard of yet are null.</summary>
public sealed record DeviceSnapshot(string Id)
{
    /// <summary>As its status says; false before the first.</summary>
    public bool Online { get; init; }

    /// <summary>When its last message came (UTC).</summary>
    public DateTimeOffset LastSeen { get; init; }

    /// <summary>Its mode and microphone.</summary>
    public StateMessage? State { get; init; }

    /// <summary>Board, versions, wake words, codecs.</summary>
    public InfoMessage? Info { get; init; }

    /// <summary>Settings in force.</summary>
    public ConfigMessage? Config { get; init; }

    /// <summary>Its last heart report.</summary>
    public HeartSample? Heart { get; init; }

    /// <summary>Its last health report.</summary>
    public DeviceHealthMessage? Health { get; init; }

    /// <summary>The newest phase of its newest turn.</summary>
    public TurnReport? Turn { get; init; }
}
