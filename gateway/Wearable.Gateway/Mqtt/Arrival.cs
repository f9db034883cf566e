using System.Buffers;
using MQTTnet;
using MQTTnet.Server;
using Wearable.Contract;
using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Mqtt;

/// <summary>
/// A wearable that connects may have been at another gateway of the same store a moment ago: which of its messages are stored, and what
/// the owner wishes of it, is read anew before it is let in. Nothing to do where the store is this gateway's alone.
/// </summary>
public sealed class Arrival(IStore store, StoreWriter writer, Ingest ingest, RetainedMessages retained, Broker broker, ILogger<Arrival> logger)
{
    /// <summary>Reads what other gateways stored of a wearable.</summary>
    public async Task PrepareAsync(string clientId, CancellationToken cancellation = default)
    {
        if (!store.IsShared || !Ids.IsValid(clientId))
        {
            return;
        }

        try
        {
            await writer.FlushAsync(cancellation).ConfigureAwait(false); // what was retained here is newer than what this gateway has not stored yet
            await ingest.RecallAsync(clientId, await StoredNumbers.ReadAsync(store, clientId, cancellation).ConfigureAwait(false)).ConfigureAwait(false);
            await RetainAsync(clientId, cancellation).ConfigureAwait(false);
        }
        catch (StoreAwayException e)
        {
            // It speaks and is heard all the same; a repetition is left out when it is stored.
            logger.LogWarning("{Device} came while the database is away: {Why}", clientId, e.Message);
        }
    }

    private async Task RetainAsync(string deviceId, CancellationToken cancellation)
    {
        Dictionary<string, RetainedMessages.Stored> stored = (await retained.LoadAsync(deviceId, cancellation).ConfigureAwait(false)).ToDictionary(message => message.Message.Topic);
        foreach ((string topic, RetainedMessages.Stored message) in stored)
        {
            // Its status it says itself, in a moment.
            if (TopicName.Parse(topic).Kind != TopicKind.Status && !await IsRetainedAsync(topic, message.Message.Payload.ToArray()).ConfigureAwait(false))
            {
                await broker.Server.InjectApplicationMessage(new InjectedMqttApplicationMessage(message.Message) { SenderClientId = Broker.GatewayClientId }, cancellation).ConfigureAwait(false);
                await ingest.RestoreAsync(topic, message.Message.Payload.ToArray(), message.At).ConfigureAwait(false);
            }
        }

        foreach (MqttApplicationMessage here in await broker.Server.GetRetainedMessagesAsync().ConfigureAwait(false))
        {
            TopicName topic = TopicName.Parse(here.Topic);
            if (topic.DeviceId == deviceId && topic.Kind is not (TopicKind.None or TopicKind.Status) && !stored.ContainsKey(here.Topic))
            {
                MqttApplicationMessage erased = new() { Topic = here.Topic, Retain = true };
                await broker.Server.InjectApplicationMessage(new InjectedMqttApplicationMessage(erased) { SenderClientId = Broker.GatewayClientId }, cancellation).ConfigureAwait(false);
            }
        }
    }

    private async Task<bool> IsRetainedAsync(string topic, byte[] payload) =>
        await broker.Server.GetRetainedMessageAsync(topic).ConfigureAwait(false) is MqttApplicationMessage here && here.Payload.ToArray().AsSpan().SequenceEqual(payload);
}
