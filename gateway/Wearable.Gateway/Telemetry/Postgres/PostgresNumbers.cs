using Npgsql;
using Wearable.Gateway.Mqtt;

namespace Wearable.Gateway.Telemetry.Postgres;

/// <summary>
/// Which messages are stored, as one transaction sees it. Its boots' rows are locked in one order, so that of two gateways with messages
/// of one boot the second waits, reads what the first stored, and drops what it has twice; two never wait for each other.
/// </summary>
internal sealed class PostgresNumbers
{
    private const string Lock = """
        INSERT INTO numbers(device, boot, at, first, newest, count, seen)
            SELECT d, b, $3, 0, 0, 0, '' FROM unnest($1, $2) AS mine(d, b) ORDER BY d COLLATE "C", b ON CONFLICT DO NOTHING
        """;

    private const string Read = """
        SELECT n.device, n.boot, n.first, n.newest, n.count, n.seen FROM numbers n
            WHERE (n.device, n.boot) IN (SELECT d, b FROM unnest($1, $2) AS mine(d, b)) ORDER BY n.device, n.boot FOR UPDATE OF n
        """;

    private const string Write = """
        INSERT INTO numbers(device, boot, at, first, newest, count, seen) SELECT d, b, $3, f, n, c, s FROM unnest($1, $2, $4, $5, $6, $7) AS mine(d, b, f, n, c, s)
        ON CONFLICT(device, boot) DO UPDATE SET at = excluded.at, first = excluded.first, newest = excluded.newest, count = excluded.count, seen = excluded.seen
        """;

    // The newest boots only, as the ingest remembers them.
    private static readonly string EraseOld = $"""
        DELETE FROM numbers WHERE (device, boot) IN (SELECT device, boot FROM
            (SELECT device, boot, row_number() OVER (PARTITION BY device ORDER BY at DESC, newest DESC) AS age FROM numbers WHERE device = ANY($1)) AS boots WHERE age > {DeviceLane.MaxBoots})
        """;

    private readonly Dictionary<(string Device, int Boot), NumberWindow> _windows = [];
    private readonly HashSet<(string Device, int Boot)> _changed = [];
    private readonly HashSet<string> _newBoots = new(StringComparer.Ordinal);
    private readonly long _at;

    private PostgresNumbers(DateTimeOffset now)
    {
        _at = now.ToUnixTimeMilliseconds();
    }

    /// <summary>Locks and reads the windows of a batch's messages; first thing in its transaction.</summary>
    public static async Task<PostgresNumbers> LockAsync(NpgsqlConnection connection, IReadOnlyList<StoreRow> batch, DateTimeOffset now)
    {
        PostgresNumbers numbers = new(now);
        (string Device, int Boot)[] keys = [.. batch.Select(row => row.Of).OfType<MessageNumber>().Select(of => (of.DeviceId, of.BootId)).Distinct()];
        if (keys.Length == 0)
        {
            return numbers;
        }

        string[] devices = [.. keys.Select(key => key.Device)];
        int[] boots = [.. keys.Select(key => key.Boot)];
        await using NpgsqlBatch ask = new(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand(Lock) { Parameters = { Of(devices), Of(boots), Of(numbers._at) } },
                new NpgsqlBatchCommand(Read) { Parameters = { Of(devices), Of(boots) } },
            },
        };
        await using NpgsqlDataReader rows = await ask.ExecuteReaderAsync().ConfigureAwait(false);
        while (await rows.ReadAsync().ConfigureAwait(false))
        {
            (string Device, int Boot) key = (rows.GetString(0), rows.GetInt32(1));
            StoredNumbers? stored = StoredNumbers.Of(rows);
            numbers._windows[key] = stored?.Numbers ?? new NumberWindow();
            if (stored is null)
            {
                numbers._newBoots.Add(key.Device);
            }
        }

        return numbers;
    }

    /// <summary>Takes a message; false when it is stored already.</summary>
    public bool Take(MessageNumber number)
    {
        (string, int) key = (number.DeviceId, number.BootId);
        _changed.Add(key);
        return _windows[key].Take(number.Number);
    }

    /// <summary>Writes what changed.</summary>
    public async Task WriteAsync(NpgsqlConnection connection)
    {
        if (_changed.Count == 0)
        {
            return;
        }

        (string Device, int Boot)[] keys = [.. _changed];
        NumberWindow[] windows = [.. keys.Select(key => _windows[key])];
        await using NpgsqlBatch batch = new(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Write)
        {
            Parameters =
            {
                Of(keys.Select(key => key.Device).ToArray()), Of(keys.Select(key => key.Boot).ToArray()), Of(_at), Of(windows.Select(window => window.First).ToArray()),
                Of(windows.Select(window => window.Newest).ToArray()), Of(windows.Select(window => window.Count).ToArray()), Of(windows.Select(window => window.SeenBits()).ToArray()),
            },
        });
        if (_newBoots.Count > 0)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(EraseOld) { Parameters = { Of(_newBoots.ToArray()) } });
        }

        await batch.ExecuteNonQueryAsync().ConfigureAwait(false);
    }

    private static NpgsqlParameter Of(object value) => new() { Value = value };
}
