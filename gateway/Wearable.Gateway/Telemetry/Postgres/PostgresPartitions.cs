using System.Globalization;
using Npgsql;

namespace Wearable.Gateway.Telemetry.Postgres;

/// <summary>
/// The tables that only grow are parted by time of receipt, all of them at the same times: old parts are dropped whole, which costs the
/// same however much is in them. A part is named by its first day, <c>heart_p20261127</c>. Made ahead by one, so that midnight waits for
/// nothing; several gateways may make and drop at once.
/// </summary>
internal sealed class PostgresPartitions(long partMs)
{
    /// <summary>Tables in parts.</summary>
    public static readonly IReadOnlyList<StoreTable> Tables = [.. StoreTable.All.Where(table => table.Key.Count == 0)];

    private const long DayMs = 86_400_000;

    private readonly HashSet<long> _known = [];

    /// <summary>Time of one part for an owner who keeps so many days: what is kept a month is erased a day late at most, what is kept longer a week.</summary>
    public static long PartMs(int keepDays) => keepDays <= 35 ? DayMs : 7 * DayMs;

    /// <summary>Forgets which parts there are; the next batch looks again.</summary>
    public void Forget() => _known.Clear();

    /// <summary>Makes the parts of these times where they are missing. Outside of a transaction.</summary>
    public async Task EnsureAsync(NpgsqlConnection connection, IEnumerable<long> times)
    {
        SortedSet<long> missing = [];
        foreach (long at in times)
        {
            long start = StartOf(at);
            if (!_known.Contains(start))
            {
                missing.Add(start);
                missing.Add(start + partMs);
            }
        }

        foreach (long start in missing)
        {
            await MakeAsync(connection, start).ConfigureAwait(false);
            _known.Add(start);
        }

        // The one made ahead is asked for again when it becomes the current one, and the next is made then.
        if (missing.Count > 0)
        {
            _known.Remove(missing.Max);
        }
    }

    /// <summary>Drops the parts of which everything is older, with their sums. One that somebody reads right now stays until the next time.</summary>
    public async Task DropAsync(NpgsqlConnection connection, long beforeMs)
    {
        foreach (long start in await StartsAsync(connection).ConfigureAwait(false))
        {
            if (start + partMs <= beforeMs)
            {
                _known.Remove(start);
                await DropPartAsync(connection, start).ConfigureAwait(false);
            }
        }
    }

    private async Task DropPartAsync(NpgsqlConnection connection, long start)
    {
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync().ConfigureAwait(false);
        string parts = string.Join(", ", Tables.Select(table => NameOf(table, start)));
        try
        {
            // Dropping waits for everybody who reads the table and makes everybody else wait behind it: not for long.
            await ExecuteAsync(connection, $"SET LOCAL lock_timeout = '3s'; DROP TABLE IF EXISTS {parts}").ConfigureAwait(false);
            await ExecuteAsync(connection, string.Create(CultureInfo.InvariantCulture, $"DELETE FROM heart_sums WHERE slot < {(start + partMs) / 600_000}")).ConfigureAwait(false);
            await transaction.CommitAsync().ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
        {
            await transaction.RollbackAsync().ConfigureAwait(false);
        }
    }

    // Attached instead of made in place: nobody who reads or writes the table has to stop for it.
    private async Task MakeAsync(NpgsqlConnection connection, long start)
    {
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync().ConfigureAwait(false);
        await ExecuteAsync(connection, $"SELECT pg_advisory_xact_lock({PostgresMigrations.Lock})").ConfigureAwait(false);
        foreach (StoreTable table in Tables)
        {
            string part = NameOf(table, start);
            await using NpgsqlCommand ask = new($"SELECT to_regclass('{part}') IS NULL", connection);
            if (await ask.ExecuteScalarAsync().ConfigureAwait(false) is true)
            {
                await ExecuteAsync(connection, string.Create(CultureInfo.InvariantCulture, $"""
                    CREATE TABLE {part} (LIKE {table.Name} INCLUDING DEFAULTS);
                    ALTER TABLE {table.Name} ATTACH PARTITION {part} FOR VALUES FROM ({start}) TO ({start + partMs})
                    """)).ConfigureAwait(false);
            }
        }

        await transaction.CommitAsync().ConfigureAwait(false);
    }

    private static async Task<List<long>> StartsAsync(NpgsqlConnection connection)
    {
        string first = Tables[0].Name + "_p";
        await using NpgsqlCommand command = new("SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = to_regclass($1) ORDER BY c.relname", connection)
        {
            Parameters = { new NpgsqlParameter { Value = Tables[0].Name } },
        };
        List<long> starts = [];
        await using NpgsqlDataReader rows = await command.ExecuteReaderAsync().ConfigureAwait(false);
        while (await rows.ReadAsync().ConfigureAwait(false))
        {
            string name = rows.GetString(0);
            if (name.StartsWith(first, StringComparison.Ordinal) && DateTimeOffset.TryParseExact(name[first.Length..], "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset day))
            {
                starts.Add(day.ToUnixTimeMilliseconds());
            }
        }

        return starts;
    }

    private static string NameOf(StoreTable table, long start) => $"{table.Name}_p{DateTimeOffset.FromUnixTimeMilliseconds(start).UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture)}";

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using NpgsqlCommand command = new(sql, connection);
        await command.ExecuteNonQueryAsync().ConfigureAwait(false);
    }

    private long StartOf(long at) => at - (((at % partMs) + partMs) % partMs);
}
