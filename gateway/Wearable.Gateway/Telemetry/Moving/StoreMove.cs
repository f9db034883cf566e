using Microsoft.Data.Sqlite;
using Npgsql;
using Wearable.Gateway.Telemetry.Postgres;
using Wearable.Gateway.Telemetry.Sqlite;

namespace Wearable.Gateway.Telemetry.Moving;

/// <summary>
/// Copies a SQLite file into an empty PostgreSQL database: everything in one transaction, read back and compared row by row before it is
/// committed. Broken off at any moment, the database is as empty as before; the file is only read.
/// </summary>
public static class StoreMove
{
    // COPY of a year of readings ends with their sums, one statement of a minute or two on a small machine.
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    /// <summary>One table moved.</summary>
    /// <param name="Table">Its name.</param>
    /// <param name="Rows">Rows in both.</param>
    /// <param name="Sum">SHA-256 over the rows in order, the same in both; hexadecimal.</param>
    public sealed record Moved(string Table, long Rows, string Sum);

    /// <summary>Moves everything.</summary>
    /// <param name="file">The SQLite file, of any schema up to this program's.</param>
    /// <param name="to">The database.</param>
    /// <param name="tell">Hears of each table when it is compared.</param>
    /// <param name="cancellation">Breaks off.</param>
    /// <exception cref="GatewayStartException">The file is none, the database is not empty, or what was read back differs; nothing is changed.</exception>
    public static async Task RunAsync(string file, PostgresStore to, Action<Moved> tell, CancellationToken cancellation)
    {
        await using SqliteConnection source = Open(file);
        // One look at the file: what is added meanwhile is not seen.
        await using SqliteTransaction look = source.BeginTransaction(deferred: true);
        HashSet<string> there = Tables(source, file);
        await using NpgsqlConnection target = await to.ConnectAsync(cancellation).ConfigureAwait(false);
        await RequireEmptyAsync(target, to.Name, cancellation).ConfigureAwait(false);
        PostgresPartitions partitions = to.NewPartitions();
        await partitions.EnsureAsync(target, Times(source, there, to.PartMs)).ConfigureAwait(false);
        await using NpgsqlTransaction transaction = await target.BeginTransactionAsync(cancellation).ConfigureAwait(false);
        foreach (StoreTable table in StoreTable.All.Where(table => there.Contains(table.Name)))
        {
            using RowSum before = new(), after = new();
            await PostgresCopy.WriteAsync(target, table, Rows(source, table, before, cancellation), Patience, cancellation).ConfigureAwait(false);
            await ReadBackAsync(target, table, after, cancellation).ConfigureAwait(false);
            (string sum, string copied) = (before.Finish(), after.Finish());
            if (before.Rows != after.Rows || sum != copied)
            {
                throw new GatewayStartException($"{table.Name}: {before.Rows} rows were read and {after.Rows} are in {to.Name}, or they differ; nothing was moved, please report this.");
            }

            tell(new Moved(table.Name, before.Rows, sum));
        }

        await transaction.CommitAsync(cancellation).ConfigureAwait(false);
    }

    private static SqliteConnection Open(string file)
    {
        if (!File.Exists(file))
        {
            throw new GatewayStartException($"{file}: no such file; it is called {SqliteStore.FileName} in the gateway's data folder.");
        }

        SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    private static HashSet<string> Tables(SqliteConnection source, string file)
    {
        HashSet<string> tables = new(StringComparer.Ordinal);
        try
        {
            using SqliteCommand command = source.CreateCommand();
            command.CommandText = "PRAGMA user_version";
            long version = (long)command.ExecuteScalar()!;
            if (version > SqliteStore.SchemaVersion)
            {
                throw new GatewayStartException($"{file} has schema {version} of a newer gateway, this one knows {SqliteStore.SchemaVersion}; update the gateway.");
            }

            command.CommandText = "SELECT name FROM sqlite_master WHERE type = 'table'";
            using SqliteDataReader rows = command.ExecuteReader();
            while (rows.Read())
            {
                tables.Add(rows.GetString(0));
            }

            return version > 0 && tables.Contains(StoreTable.Events.Name) ? tables : throw new GatewayStartException($"{file} is no database of a gateway.");
        }
        catch (SqliteException e)
        {
            throw new GatewayStartException($"{file} cannot be read ({e.Message}).", e);
        }
    }

    private static async Task RequireEmptyAsync(NpgsqlConnection target, string name, CancellationToken cancellation)
    {
        foreach (StoreTable table in StoreTable.All)
        {
            await using NpgsqlCommand command = new($"SELECT EXISTS(SELECT FROM {table.Name})", target);
            if (await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false) is true)
            {
                throw new GatewayStartException($"{name} holds {table.Name} already; choose an empty database, so that nothing is stored twice.");
            }
        }
    }

    // One time of each part that is needed.
    private static List<long> Times(SqliteConnection source, HashSet<string> there, long partMs)
    {
        List<long> times = [];
        foreach (StoreTable table in PostgresPartitions.Tables.Where(table => there.Contains(table.Name)))
        {
            using SqliteCommand command = source.CreateCommand();
            command.CommandText = $"SELECT DISTINCT at / {partMs} FROM {table.Name}";
            using SqliteDataReader rows = command.ExecuteReader();
            while (rows.Read())
            {
                times.Add(rows.GetInt64(0) * partMs);
            }
        }

        return times;
    }

    private static IEnumerable<object?[]> Rows(SqliteConnection source, StoreTable table, RowSum sum, CancellationToken cancellation)
    {
        using SqliteCommand command = source.CreateCommand();
        command.CommandText = Ordered(table);
        using SqliteDataReader rows = command.ExecuteReader();
        while (rows.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            object?[] row = StoreRows.Values(rows, table);
            for (int i = 0; i < row.Length; i++)
            {
                row[i] = row[i] is string text ? PostgresCopy.Clean(text) : row[i];
            }

            sum.Add(row);
            yield return row;
        }
    }

    private static async Task ReadBackAsync(NpgsqlConnection target, StoreTable table, RowSum sum, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(Ordered(table), target) { CommandTimeout = (int)Patience.TotalSeconds };
        await using NpgsqlDataReader rows = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        while (await rows.ReadAsync(cancellation).ConfigureAwait(false))
        {
            sum.Add(StoreRows.Values(rows, table));
        }
    }

    private static string Ordered(StoreTable table) => $"SELECT {table.ColumnList} FROM {table.Name} ORDER BY {(table.Key.Count == 0 ? "id" : string.Join(", ", table.Key))}";
}
