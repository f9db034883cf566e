using Microsoft.Data.Sqlite;
using Wearable.Gateway.Privacy;

namespace Wearable.Gateway.Telemetry.Sqlite;

/// <summary>
/// Everything the database holds of one wearable's person. Which tables those are is asked of the database itself, by their column <c>device</c>
/// or <c>topic</c>, so that a table added later is neither left out of an export nor of an erasing.
/// </summary>
internal static class PersonRows
{
    // Reading goes on meanwhile; a reader holds the log back for moments only.
    private const int EmptyingTries = 50;
    private const int EmptyingPauseMs = 100;

    private static readonly string TopicIs = StoreRows.About(StoreTable.Retained);

    /// <summary>A table, and how its rows of one person are found.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Where">A condition on <c>$1</c>, the id.</param>
    internal sealed record Table(string Name, string Where)
    {
        /// <summary>Made by the database out of another table.</summary>
        public bool IsDerived => Name == "heart_sums";
    }

    /// <summary>The tables, derived ones first: then no trigger keeps a sum while its readings are erased one by one.</summary>
    public static IReadOnlyList<Table> Tables(SqliteConnection connection)
    {
        List<Table> tables = [];
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT t.name, c.name FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND c.name IN ('device', 'topic') ORDER BY t.name";
        using SqliteDataReader rows = command.ExecuteReader();
        while (rows.Read())
        {
            tables.Add(new Table(rows.GetString(0), rows.GetString(1) == "device" ? "device = $1" : TopicIs));
        }

        return [.. tables.OrderByDescending(table => table.IsDerived)];
    }

    /// <summary>Ids of all wearables in the database; jumps from id to id in each table's index.</summary>
    public static IReadOnlySet<string> Devices(SqliteConnection connection)
    {
        SortedSet<string> devices = new(StringComparer.Ordinal);
        foreach (Table table in Tables(connection).Where(table => table.Where.StartsWith("device", StringComparison.Ordinal)))
        {
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = $"""
                WITH RECURSIVE d(x) AS (SELECT MIN(device) FROM {table.Name} UNION ALL SELECT (SELECT MIN(device) FROM {table.Name} WHERE device > x) FROM d WHERE x IS NOT NULL)
                SELECT x FROM d WHERE x IS NOT NULL
                """;
            using SqliteDataReader rows = command.ExecuteReader();
            while (rows.Read())
            {
                devices.Add(rows.GetString(0));
            }
        }

        return devices;
    }

    /// <summary>Erases a person, all tables or none, and overwrites what they held.</summary>
    /// <returns>Rows erased of each table that had any.</returns>
    public static IReadOnlyDictionary<string, long> Erase(SqliteConnection connection, string deviceId)
    {
        Execute(connection, "PRAGMA secure_delete=ON");
        Dictionary<string, long> erased = new(StringComparer.Ordinal);
        using SqliteTransaction transaction = connection.BeginTransaction();
        foreach (Table table in Tables(connection))
        {
            using SqliteCommand command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = $"DELETE FROM {table.Name} WHERE {table.Where}";
            command.Parameters.AddWithValue("$1", deviceId);
            if (command.ExecuteNonQuery() is > 0 and int rows)
            {
                erased[table.Name] = rows;
            }
        }

        transaction.Commit();
        return erased;
    }

    /// <summary>Writes the file anew without its free pages, then empties the write-ahead log: erased pages are in neither.</summary>
    /// <exception cref="ErasureException">Somebody reads the database all the time, so that the log cannot be emptied.</exception>
    public static void Scrub(SqliteConnection connection)
    {
        Execute(connection, "VACUUM");
        for (int i = 0; i < EmptyingTries; i++)
        {
            if (Scalar(connection, "PRAGMA wal_checkpoint(TRUNCATE)", null) == 0)
            {
                return;
            }

            Thread.Sleep(EmptyingPauseMs);
        }

        throw new ErasureException("The rows are erased, but another program reads the database all the time and keeps its log: stop it and forget again.");
    }

    /// <summary>How often a text stands in the rows and names there are, whosever they are.</summary>
    public static long Occurrences(SqliteConnection connection, string text)
    {
        long sum = 0;
        foreach ((string table, string column, bool blob) in Columns(connection))
        {
            sum += blob
                ? Blobs(connection, table, column).Sum(value => ByteScan.Count(value, System.Text.Encoding.UTF8.GetBytes(text)))
                : Scalar(connection, $"SELECT COALESCE(SUM((length({column}) - length(replace({column}, $1, ''))) / length($1)), 0) FROM {table} WHERE instr({column}, $1) > 0", text);
        }

        return sum;
    }

    private static List<(string Table, string Column, bool Blob)> Columns(SqliteConnection connection)
    {
        List<(string, string, bool)> columns = [("sqlite_master", "name", false), ("sqlite_master", "tbl_name", false), ("sqlite_master", "sql", false), ("sqlite_master", "type", false)];
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT t.name, c.name, c.type FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND c.type IN ('TEXT', 'BLOB') AND c.name <> 'device'";
        using SqliteDataReader rows = command.ExecuteReader();
        while (rows.Read())
        {
            columns.Add((rows.GetString(0), rows.GetString(1), rows.GetString(2) == "BLOB"));
        }

        return columns;
    }

    private static IEnumerable<byte[]> Blobs(SqliteConnection connection, string table, string column)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT {column} FROM {table} WHERE {column} IS NOT NULL";
        using SqliteDataReader rows = command.ExecuteReader();
        while (rows.Read())
        {
            yield return (byte[])rows.GetValue(0);
        }
    }

    private static long Scalar(SqliteConnection connection, string sql, string? value)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        if (value is not null)
        {
            command.Parameters.AddWithValue("$1", value);
        }

        return (long)command.ExecuteScalar()!;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
