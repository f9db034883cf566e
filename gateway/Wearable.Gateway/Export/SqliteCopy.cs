using Microsoft.Data.Sqlite;
using Wearable.Gateway.Telemetry.Sqlite;

namespace Wearable.Gateway.Export;

/// <summary>A copy of the database as it is at one moment, while the gateway goes on writing; one file, which every SQLite opens.</summary>
public static class SqliteCopy
{
    /// <summary>Copies everything, by SQLite's own backup.</summary>
    /// <param name="store">The store.</param>
    /// <param name="file">An empty file.</param>
    public static void Whole(SqliteStore store, string file)
    {
        using SqliteConnection source = store.Connect();
        using SqliteConnection copy = Open(file);
        source.BackupDatabase(copy);
        // The store's log beside the file is for one writer and many readers; a copy is a single file.
        Execute(copy, "PRAGMA journal_mode=DELETE");
    }

    /// <summary>Copies the tables of <see cref="ExportTable"/>, only the chosen rows, all as they are at one moment.</summary>
    /// <param name="store">The store.</param>
    /// <param name="file">An empty file.</param>
    /// <param name="choice">Which rows.</param>
    /// <returns>Rows of each table.</returns>
    public static IReadOnlyList<(string Table, long Rows)> Part(SqliteStore store, string file, ExportChoice choice)
    {
        using SqliteConnection connection = store.Connect();
        Execute(connection, "ATTACH $file AS copy", ("$file", file));
        try
        {
            Execute(connection, "BEGIN");
            List<(string, long)> copied = [];
            foreach (ExportTable table in ExportTable.All)
            {
                using SqliteCommand ask = connection.CreateCommand();
                ask.CommandText = "SELECT sql FROM main.sqlite_master WHERE type = 'table' AND name = $name";
                ask.Parameters.AddWithValue("$name", table.Name);
                string make = ((string)ask.ExecuteScalar()!).Replace("CREATE TABLE " + table.Name, "CREATE TABLE copy." + table.Name, StringComparison.Ordinal);
                Execute(connection, make);
                copied.Add((table.Name, Execute(
                    connection,
                    $"INSERT INTO copy.{table.Name} SELECT * FROM main.{table.Name} WHERE ($device IS NULL OR device = $device) AND at >= $from AND at < $to",
                    ("$device", choice.DeviceId), ("$from", choice.From.ToUnixTimeMilliseconds()), ("$to", choice.To.ToUnixTimeMilliseconds()))));
            }

            Execute(connection, "COMMIT");
            return copied;
        }
        catch
        {
            Execute(connection, "ROLLBACK");
            throw;
        }
        finally
        {
            Execute(connection, "DETACH copy"); // the connection goes back to the pool
        }
    }

    private static SqliteConnection Open(string file)
    {
        SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    private static int Execute(SqliteConnection connection, string sql, params (string Name, object? Value)[] values)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        foreach ((string name, object? value) in values)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return command.ExecuteNonQuery();
    }
}
