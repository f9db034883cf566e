using Microsoft.Data.Sqlite;

namespace Wearable.Gateway.Telemetry.Sqlite;

/// <summary>Writes batches into the file. Keeps its connection and prepared statements; after a failure it opens new ones.</summary>
internal sealed class SqliteSession(SqliteStore store, TimeProvider time) : IStoreSession
{
    // Statements are few and constant; a text made of values would be a fault.
    private const int MaxStatements = 64;

    private const string EraseRetained = "DELETE FROM retained WHERE topic = $1";
    private const string EraseWords = "UPDATE turns SET heard = NULL, answer = NULL WHERE heard IS NOT NULL OR answer IS NOT NULL";
    private static readonly string[] EraseOlder = [.. StoreTable.All.Where(table => table != StoreTable.Retained).Select(table => $"DELETE FROM {table.Name} WHERE at < $1")];

    private readonly Dictionary<string, SqliteCommand> _prepared = new(StringComparer.Ordinal);
    private SqliteConnection? _connection;
    private NumberLedger? _numbers;

    /// <inheritdoc/>
    public Task WriteAsync(IReadOnlyList<StoreRow> batch)
    {
        bool erased = false;
        try
        {
            _connection ??= Open();
            _numbers ??= new NumberLedger(store);
            using SqliteTransaction transaction = _connection.BeginTransaction();
            foreach (StoreRow row in batch)
            {
                if (row.Of is not MessageNumber number || _numbers.Take(number))
                {
                    Write(row, _connection, transaction);
                    erased |= row is OlderErased or WordsErased;
                }
            }

            _numbers.Write((sql, values) => Execute(sql, values, _connection, transaction), time.GetUtcNow());
            transaction.Commit();
            _numbers.Settle();
        }
        catch
        {
            _numbers = null; // what it took was not stored
            Close();
            throw;
        }

        if (erased)
        {
            EmptyLog(_connection);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, long>> EraseDeviceAsync(string deviceId)
    {
        try
        {
            _connection ??= Open();
            IReadOnlyDictionary<string, long> erased = PersonRows.Erase(_connection, deviceId);
            _numbers?.Forget(deviceId);
            PersonRows.Scrub(_connection);
            return Task.FromResult(erased);
        }
        catch
        {
            _numbers = null;
            Close();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Close();
        return ValueTask.CompletedTask;
    }

    private SqliteConnection Open()
    {
        SqliteConnection connection = store.Connect();
        using SqliteCommand pragma = connection.CreateCommand();
        // FULL: what was acknowledged survives a power cut. A checkpoint every 16 MB instead of 4: half the writing under load.
        pragma.CommandText = "PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA wal_autocheckpoint=4000";
        pragma.ExecuteNonQuery();
        return connection;
    }

    private void Close()
    {
        foreach (SqliteCommand command in _prepared.Values)
        {
            command.Dispose();
        }

        _prepared.Clear();
        _connection?.Dispose();
        _connection = null;
    }

    private void Write(StoreRow row, SqliteConnection connection, SqliteTransaction transaction)
    {
        switch (row)
        {
            case AddedRow added:
                Execute(added.Table.InsertSql, added.Values, connection, transaction);
                break;
            case RetainedErased erased:
                Execute(EraseRetained, [erased.Topic], connection, transaction);
                break;
            case OlderErased older:
                foreach (string sql in EraseOlder)
                {
                    Execute(sql, [older.AtMs], connection, transaction);
                }

                break;
            case WordsErased:
                Execute(EraseWords, [], connection, transaction);
                break;
        }
    }

    private void Execute(string sql, object?[] values, SqliteConnection connection, SqliteTransaction transaction)
    {
        if (!_prepared.TryGetValue(sql, out SqliteCommand? command))
        {
            if (_prepared.Count == MaxStatements)
            {
                throw new InvalidOperationException($"at most {MaxStatements} different statements expected, got one more: {sql}");
            }

            command = connection.CreateCommand();
            command.CommandText = sql;
            for (int i = 1; i <= values.Length; i++)
            {
                command.Parameters.Add(new SqliteParameter($"${i}", null));
            }

            _prepared.Add(sql, command);
        }

        command.Transaction = transaction;
        for (int i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }

        command.ExecuteNonQuery();
    }

    // The write-ahead log still holds the erased pages until it is copied back and cut. The batch is on disk whether that works or not: a
    // reader may be in the way, and the next erasing, within the hour, tries again.
    private static void EmptyLog(SqliteConnection connection)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
        try
        {
            command.ExecuteNonQuery();
        }
        catch (SqliteException e) when (e.SqliteErrorCode is 5 or 6) // busy, locked
        {
        }
    }
}
