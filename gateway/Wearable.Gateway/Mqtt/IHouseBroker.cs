using MQTTnet;

namespace Wearable.Gateway.Mqtt;

/// <summary>The broker as the rest of the gateway sees it: the embedded one, or another program's. Safe for many threads.</summary>
public interface IHouseBroker
{
    /// <summary>Publishes.</summary>
    /// <param name="message">Topic, payload, QoS 0 or 1, retained or not.</param>
    /// <param name="from">Client id in whose name: the embedded broker's hooks judge by it, the topic explorer shows it.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <returns>False when the broker is away and the message was given up: QoS 0 at once, QoS 1 after <see cref="DeviceSender.DefaultTimeToLiveMs"/>.</returns>
    ValueTask<bool> PublishAsync(MqttApplicationMessage message, string from, CancellationToken cancellation = default);

    /// <summary>The retained settings of a wearable, wished or in force; null when the broker has none.</summary>
    /// <param name="topic">A <c>cfg/desired</c> or <c>cfg/reported</c> topic.</param>
    ValueTask<byte[]?> SettingsAsync(string topic);

    /// <summary>Ends a wearable's connection and session, with what waits in it. Another program's broker does not let others do that: there nothing happens.</summary>
    Task SendAwayAsync(string deviceId);

    /// <summary>Erases what is retained of a wearable.</summary>
    /// <returns>The topics: those that were there, or at an external broker all that may have been.</returns>
    Task<string[]> EraseRetainedAsync(string deviceId);

    /// <summary>Messages that were lost for viewers, or at an external broker for anybody, since start.</summary>
    long Dropped { get; }

    /// <summary>Whether messages pass now.</summary>
    bool IsThere { get; }
}
