using System.Buffers;
using System.Data.Common;
using MQTTnet;
using MQTTnet.Protocol;
using MQTTnet.Server;
using Wearable.Contract;
using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Mqtt;

/// <summary>
/// Keeps the broker's retained messages over a restart: a wearable says what it is once per boot, and the owner's wishes must wait
/// for one that sleeps. Only topics of the contract are kept. Nobody is connected after a restart, so every status starts offline.
/// </summary>
public sealed class RetainedMessages(IStore store, StoreWriter writer)
{
    /// <summary>One retained message as it was stored.</summary>
    public sealed record Stored(MqttApplicationMessage Message, DateTimeOffset At);

    /// <summary>True for topics that may be retained; health, events, turns, commands and sound never are.</summary>
    public static bool MayRetain(TopicKind kind) =>
        kind is TopicKind.Status or TopicKind.Info or TopicKind.State or TopicKind.ConfigDesired or TopicKind.ConfigReported or TopicKind.WakeModel;

    /// <summary>Everything stored, each status turned to offline.</summary>
    /// <exception cref="StoreAwayException">The database does not answer.</exception>
    public async Task<IReadOnlyList<Stored>> LoadAsync(CancellationToken cancellation = default) =>
        await store.QueryAsync("SELECT topic, at, qos, payload FROM retained ORDER BY topic", StoredOf, cancellation).ConfigureAwait(false);

    /// <summary>What is stored of one wearable.</summary>
    /// <exception cref="StoreAwayException">The database does not answer.</exception>
    public async Task<IReadOnlyList<Stored>> LoadAsync(string deviceId, CancellationToken cancellation) =>
        // '0' follows '/': the topics below the wearable's, found by the key.
        await store.QueryAsync(
            "SELECT topic, at, qos, payload FROM retained WHERE topic > $1 AND topic < $2 ORDER BY topic", StoredOf, cancellation, $"{Topics.Root}{deviceId}/", $"{Topics.Root}{deviceId}0").ConfigureAwait(false);

    /// <summary>Stores a change; an empty payload erases.</summary>
    public async Task KeepAsync(RetainedMessageChangedEventArgs change, DateTimeOffset now)
    {
        MqttApplicationMessage message = change.ChangedRetainedMessage;
        if (TopicName.Parse(message.Topic).Kind == TopicKind.None)
        {
            return;
        }

        StoreRow row = message.Payload.IsEmpty
            ? StoreRow.EraseRetained(message.Topic)
            : StoreRow.Add(StoreTable.Retained, message.Topic, now.ToUnixTimeMilliseconds(), (int)message.QualityOfServiceLevel, message.Payload.ToArray());
        try
        {
            await writer.AddAsync(row).ConfigureAwait(false);
        }
        catch (System.Threading.Channels.ChannelClosedException)
        {
            // The gateway stops; statuses start offline anyway.
        }
    }

    private static Stored StoredOf(DbDataReader row)
    {
        string topic = row.GetString(0);
        byte[] payload = TopicName.Parse(topic).Kind == TopicKind.Status ? "offline"u8.ToArray() : row.GetFieldValue<byte[]>(3);
        return new Stored(
            new MqttApplicationMessage { Topic = topic, PayloadSegment = payload, QualityOfServiceLevel = (MqttQualityOfServiceLevel)row.GetInt32(2), Retain = true },
            DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1)));
    }
}
