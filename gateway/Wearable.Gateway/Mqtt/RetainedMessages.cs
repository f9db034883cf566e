using System.Buffers;
using Microsoft.Data.Sqlite;
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
public sealed class RetainedMessages(StoreDatabase database, StoreWriter writer)
{
    private const string Upsert = """
        INSERT INTO retained(topic, at, qos, payload) VALUES($1, $2, $3, $4)
        ON CONFLICT(topic) DO UPDATE SET at = excluded.at, qos = excluded.qos, payload = excluded.payload
        """;

    /// <summary>One retained message as it was stored.</summary>
    public sealed record Stored(MqttApplicationMessage Message, DateTimeOffset At);

    /// <summary>True for topics that may be retained; health, events, turns, commands and sound never are.</summary>
    public static bool MayRetain(TopicKind kind) =>
        kind is TopicKind.Status or TopicKind.Info or TopicKind.State or TopicKind.ConfigDesired or TopicKind.ConfigReported or TopicKind.WakeModel;

    /// <summary>Everything stored, each status turned to offline.</summary>
    public IReadOnlyList<Stored> Load()
    {
        using SqliteConnection connection = database.Connect();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT topic, at, qos, payload FROM retained ORDER BY topic";
        List<Stored> stored = [];
        using SqliteDataReader rows = command.ExecuteReader();
        while (rows.Read())
        {
            string topic = rows.GetString(0);
            byte[] payload = TopicName.Parse(topic).Kind == TopicKind.Status ? "offline"u8.ToArray() : (byte[])rows.GetValue(3);
            stored.Add(new Stored(
                new MqttApplicationMessage { Topic = topic, PayloadSegment = payload, QualityOfServiceLevel = (MqttQualityOfServiceLevel)rows.GetInt32(2), Retain = true },
                DateTimeOffset.FromUnixTimeMilliseconds(rows.GetInt64(1))));
        }

        return stored;
    }

    /// <summary>Stores a change; an empty payload erases.</summary>
    public async Task KeepAsync(RetainedMessageChangedEventArgs change, DateTimeOffset now)
    {
        MqttApplicationMessage message = change.ChangedRetainedMessage;
        if (TopicName.Parse(message.Topic).Kind == TopicKind.None)
        {
            return;
        }

        StoreRow row = message.Payload.IsEmpty
            ? new StoreRow("DELETE FROM retained WHERE topic = $1", message.Topic)
            : new StoreRow(Upsert, message.Topic, now.ToUnixTimeMilliseconds(), (int)message.QualityOfServiceLevel, message.Payload.ToArray());
        try
        {
            await writer.AddAsync(row).ConfigureAwait(false);
        }
        catch (System.Threading.Channels.ChannelClosedException)
        {
            // The gateway stops; statuses start offline anyway.
        }
    }
}
