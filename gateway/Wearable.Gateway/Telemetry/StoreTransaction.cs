using Microsoft.Data.Sqlite;

namespace Wearable.Gateway.Telemetry;

/// <summary>
/// Writes batches of rows, each as one transaction that is on disk when <see cref="Write"/> returns (it survives a power cut, as far as
/// the disk keeps what it confirms). Keeps its connection and prepared statements; after a failure it opens new ones.
/// For the writer's thread only.
/// </summary>
internal sealed class StoreTransaction(StoreDatabase database, StoredNumbers numbers, TimeProvider time) : IDisposable
{
    // Statements are few and constant; a text made of values would be a fault.
    private const int MaxStatements = 64;

    private readonly Dictionary<string, SqliteCommand> _prepared = new(StringComparer.Ordinal);
    private SqliteConnection? _connection;

    /// <summary>The writer's connection.</summary>
    public SqliteConnection Connection => _connection ??= Open();

    /// <summary>Notes whose messages the batch holds; once per batch.</summary>
    public void Begin(List<StoreRow> batch)
    {
        foreach (StoreRow row in batch)
        {
            if (row.Of is MessageNumber number)
            {
                numbers.Take(number);
            }
        }
    }

    /// <summary>Writes the batch, all of it or nothing.</summary>
    /// <exception cref="SqliteException">The disk or database refused; the batch may be written again.</exception>
    public void Write(List<StoreRow> batch)
    {
        try
        {
            using SqliteTransaction transaction = Connection.BeginTransaction();
            foreach (StoreRow row in batch)
            {
                if (row.Sql.Length > 0)
                {
                    Execute(row, Connection, transaction);
                }
            }

            numbers.Write(Connection, transaction, time.GetUtcNow());
            transaction.Commit();
            numbers.Settle();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The batch will not be stored: its messages may come again.</summary>
    public void GiveUp(List<StoreRow> batch)
    {
        foreach (StoreRow row in batch)
        {
            if (row.Of is MessageNumber number)
            {
                numbers.GiveBack(number);
            }
        }

        numbers.Settle();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (SqliteCommand command in _prepared.Values)
        {
            command.Dispose();
        }

        _prepared.Clear();
        _connection?.Dispose();
        _connection = null;
    }

    private SqliteConnection Open()
    {
        SqliteConnection connection = database.Connect();
        using SqliteCommand pragma = connection.CreateCommand();
        // FULL: what was acknowledged survives a power cut. A checkpoint every 16 MB instead of 4: half the writing under load.
        pragma.CommandText = "PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA wal_autocheckpoint=4000";
        pragma.ExecuteNonQuery();
        return connection;
    }

    private void Execute(StoreRow row, SqliteConnection connection, SqliteTransaction transaction)
    {
        if (!_prepared.TryGetValue(row.Sql, out SqliteCommand? command))
        {
            if (_prepared.Count == MaxStatements)
            {
                throw new InvalidOperationException($"at most {MaxStatements} different statements expected, got one more: {row.Sql}");
            }

            command = connection.CreateCommand();
            command.CommandText = row.Sql;
            for (int i = 1; i <= row.Values.Length; i++)
            {
                command.Parameters.Add(new SqliteParameter($"${i}", null));
            }

            _prepared.Add(row.Sql, command);
        }

        command.Transaction = transaction;
        for (int i = 0; i < row.Values.Length; i++)
        {
            command.Parameters[i].Value = row.Values[i] ?? DBNull.Value;
        }

        command.ExecuteNonQuery();
    }
}
