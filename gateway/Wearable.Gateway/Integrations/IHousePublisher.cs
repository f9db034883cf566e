namespace Wearable.Gateway.Integrations;

/// <summary>What the gateway says to other programs of the house, outside the wearables' contract. Safe for many threads.</summary>
public interface IHousePublisher
{
    /// <summary>Publishes with QoS 1.</summary>
    /// <param name="topic">None of the wearables' contract.</param>
    /// <param name="payload">The bytes; empty and retained erases what was retained.</param>
    /// <param name="retain">Whether the broker keeps it for who comes later.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    ValueTask PublishToHouseAsync(string topic, byte[] payload, bool retain, CancellationToken cancellation = default);
}
