using System.Text.Json;
using Microsoft.Data.Sqlite;
using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Dashboard;

/// <summary>Stored events of one wearable for the page: wake words, near misses, faults and the like.</summary>
public sealed class EventHistory(StoreDatabase database, StoreWriter writer)
{
    /// <summary>Most events of one answer.</summary>
    public const int MaxEvents = 200;

    /// <summary>The kinds that may be asked for, as the live feed names them, with their topic behind the device id.</summary>
    public static readonly IReadOnlyDictionary<string, string> Kinds = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["wake"] = "evt/wake",
        ["near"] = "evt/near",
        ["keyword"] = "evt/keyword",
        ["speech"] = "evt/speech",
        ["button"] = "evt/button",
        ["fault"] = "evt/fault",
        ["ack"] = "ack",
    };

    /// <summary>One event.</summary>
    /// <param name="At">Epoch ms of receipt.</param>
    /// <param name="Kind">As in <see cref="Kinds"/>.</param>
    /// <param name="Data">The payload; where it is no strict JSON (an unknown field may hold anything number-like) its text.</param>
    public sealed record Event(long At, string Kind, object Data);

    /// <summary>The newest events of one kind, newest first.</summary>
    /// <param name="deviceId">The wearable.</param>
    /// <param name="kind">One of <see cref="Kinds"/>.</param>
    /// <param name="limit">1 to <see cref="MaxEvents"/>.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public async Task<IReadOnlyList<Event>> NewestAsync(string deviceId, string kind, int limit, CancellationToken cancellation)
    {
        await writer.FlushAsync(cancellation).ConfigureAwait(false);
        return await Task.Run(() => Read(deviceId, kind, limit), cancellation).ConfigureAwait(false);
    }

    private List<Event> Read(string deviceId, string kind, int limit)
    {
        using SqliteConnection connection = database.Connect();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT at, payload FROM events WHERE device = $1 AND kind = $2 ORDER BY at DESC, id DESC LIMIT $3";
        command.Parameters.AddWithValue("$1", deviceId);
        command.Parameters.AddWithValue("$2", Kinds[kind]);
        command.Parameters.AddWithValue("$3", limit);
        List<Event> events = [];
        using SqliteDataReader rows = command.ExecuteReader();
        while (rows.Read())
        {
            events.Add(new Event(rows.GetInt64(0), kind, Parsed(rows.GetString(1))));
        }

        return events;
    }

    private static object Parsed(string payload)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(payload);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return payload;
        }
    }
}
