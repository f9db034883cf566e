using System.Text.Json;
using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Dashboard;

/// <summary>Stored events of one wearable for the page: wake words, near misses, faults and the like.</summary>
public sealed class EventHistory(IStore store, StoreWriter writer)
{
    /// <summary>Most events of one answer.</summary>
    public const int MaxEvents = 200;

    private const string Newest = "SELECT at, payload FROM events WHERE device = $1 AND kind = $2 ORDER BY at DESC, id DESC LIMIT $3";

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
        return await store.QueryAsync(Newest, row => new Event(row.GetInt64(0), kind, Parsed(row.GetString(1))), cancellation, deviceId, Kinds[kind], limit).ConfigureAwait(false);
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
