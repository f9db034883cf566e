using System.Buffers;
using MQTTnet;
using MQTTnet.Server;

namespace Wearable.Gateway.Mqtt;

/// <summary>The broker in this process, as the rest of the gateway sees it.</summary>
public sealed class EmbeddedBroker(Broker broker) : IHouseBroker
{
    /// <inheritdoc/>
    public long Dropped => broker.DroppedForViewers;

    /// <inheritdoc/>
    public bool IsThere => broker.Server.IsStarted;

    /// <inheritdoc/>
    public async ValueTask<bool> PublishAsync(MqttApplicationMessage message, string from, CancellationToken cancellation = default)
    {
        await broker.Server.InjectApplicationMessage(new InjectedMqttApplicationMessage(message) { SenderClientId = from }, cancellation).ConfigureAwait(false);
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask<byte[]?> SettingsAsync(string topic) =>
        (await broker.Server.GetRetainedMessageAsync(topic).ConfigureAwait(false))?.Payload.ToArray();

    /// <inheritdoc/>
    public async Task SendAwayAsync(string deviceId)
    {
        foreach (MqttSessionStatus session in (await broker.Server.GetSessionsAsync().ConfigureAwait(false)).Where(session => session.Id == deviceId))
        {
            await session.DeleteAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async Task<string[]> EraseRetainedAsync(string deviceId)
    {
        string[] topics = [.. (await broker.Server.GetRetainedMessagesAsync().ConfigureAwait(false)).Select(message => message.Topic).Where(topic => topic.Split('/').Contains(deviceId, StringComparer.Ordinal)).Order(StringComparer.Ordinal)];
        foreach (string topic in topics)
        {
            MqttApplicationMessage empty = new() { Topic = topic, Retain = true, QualityOfServiceLevel = MQTTnet.Protocol.MqttQualityOfServiceLevel.AtLeastOnce };
            await PublishAsync(empty, Broker.GatewayClientId).ConfigureAwait(false);
        }

        return topics;
    }
}
