using Npgsql;

namespace Wearable.Gateway.Telemetry.Postgres;

/// <summary>
/// Writes batches to the server: what only grows as binary COPY, the rest as one round trip. A commit whose answer was lost with the
/// connection is asked after before the batch is written again, so that nothing is stored twice.
/// </summary>
internal sealed class PostgresSession(PostgresStore store, TimeProvider time) : IStoreSession
{
    private const string EraseRetained = "DELETE FROM retained WHERE topic = $1";
    private const string EraseWords = "UPDATE turns SET heard = NULL, answer = NULL WHERE heard IS NOT NULL OR answer IS NOT NULL";

    private readonly PostgresPartitions _partitions = store.NewPartitions();
    private readonly Dictionary<StoreTable, List<object?[]>> _added = PostgresPartitions.Tables.ToDictionary(table => table, _ => new List<object?[]>());
    private NpgsqlConnection? _connection;
    private (StoreRow First, string TransactionId)? _unsure;

    /// <inheritdoc/>
    public async Task WriteAsync(IReadOnlyList<StoreRow> batch)
    {
        try
        {
            _connection ??= await store.ConnectAsync(CancellationToken.None).ConfigureAwait(false);
            if (!await IsCommittedAsync(_connection, batch[0]).ConfigureAwait(false))
            {
                await EraseOlderAsync(_connection, batch).ConfigureAwait(false);
                await _partitions.EnsureAsync(_connection, Times(batch)).ConfigureAwait(false);
                await WriteAsync(_connection, batch).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            await CloseAsync().ConfigureAwait(false);
            if (PostgresProblem.IsAway(e))
            {
                throw PostgresProblem.Away(store.Name, e);
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, long>> EraseDeviceAsync(string deviceId)
    {
        try
        {
            _connection ??= await store.ConnectAsync(CancellationToken.None).ConfigureAwait(false);
            return await PostgresErasure.RunAsync(_connection, deviceId).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await CloseAsync().ConfigureAwait(false);
            if (PostgresProblem.IsAway(e))
            {
                throw PostgresProblem.Away(store.Name, e);
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => CloseAsync();

    private async Task WriteAsync(NpgsqlConnection connection, IReadOnlyList<StoreRow> batch)
    {
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync().ConfigureAwait(false);
        PostgresNumbers numbers = await PostgresNumbers.LockAsync(connection, batch, time.GetUtcNow()).ConfigureAwait(false);
        await using NpgsqlBatch changes = new(connection);
        foreach (StoreRow row in batch)
        {
            if (row.Of is not MessageNumber number || numbers.Take(number))
            {
                Write(row, changes);
            }
        }

        await FlushAsync(connection, changes).ConfigureAwait(false);
        await numbers.WriteAsync(connection).ConfigureAwait(false);
        await CommitAsync(connection, transaction, batch[0]).ConfigureAwait(false);
    }

    private void Write(StoreRow row, NpgsqlBatch changes)
    {
        switch (row)
        {
            case AddedRow { Table.Key.Count: 0 } added:
                _added[added.Table].Add(added.Values);
                break;
            case AddedRow added:
                NpgsqlBatchCommand upsert = new(added.Table.InsertSql);
                for (int i = 0; i < added.Values.Length; i++)
                {
                    upsert.Parameters.Add(PostgresCopy.Parameter(added.Table.Columns[i].Type, added.Values[i]));
                }

                changes.BatchCommands.Add(upsert);
                break;
            case RetainedErased erased:
                changes.BatchCommands.Add(Command(EraseRetained, erased.Topic));
                break;
            case WordsErased:
                changes.BatchCommands.Add(new NpgsqlBatchCommand(EraseWords));
                break;
        }
    }

    private async Task FlushAsync(NpgsqlConnection connection, NpgsqlBatch changes)
    {
        foreach ((StoreTable table, List<object?[]> rows) in _added)
        {
            if (rows.Count > 0)
            {
                await PostgresCopy.WriteAsync(connection, table, rows).ConfigureAwait(false);
                rows.Clear();
            }
        }

        if (changes.BatchCommands.Count > 0)
        {
            await changes.ExecuteNonQueryAsync().ConfigureAwait(false);
            changes.BatchCommands.Clear();
        }
    }

    private async Task CommitAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, StoreRow first)
    {
        await using NpgsqlCommand ask = new("SELECT pg_current_xact_id()::text", connection);
        string id = (string)(await ask.ExecuteScalarAsync().ConfigureAwait(false))!;
        _unsure = (first, id);
        try
        {
            await transaction.CommitAsync().ConfigureAwait(false);
            _unsure = null;
        }
        catch (PostgresException e) when (!PostgresProblem.IsAway(e))
        {
            _unsure = null; // the server said no
            throw;
        }
    }

    // Whether the batch whose commit was not answered is stored after all.
    private async Task<bool> IsCommittedAsync(NpgsqlConnection connection, StoreRow first)
    {
        if (_unsure is not { } unsure || !ReferenceEquals(unsure.First, first))
        {
            _unsure = null;
            return false;
        }

        await using NpgsqlCommand ask = new("SELECT pg_xact_status($1::xid8)", connection) { Parameters = { new NpgsqlParameter<string> { TypedValue = unsure.TransactionId } } };
        string? status = await ask.ExecuteScalarAsync().ConfigureAwait(false) as string;
        if (status == "in progress")
        {
            throw new TimeoutException("the end of a transaction on a broken connection is waited for");
        }

        _unsure = null;
        return status == "committed";
    }

    // On its own, before the batch: dropping holds locks that nobody should wait for longer than needed, and may be done twice.
    private async Task EraseOlderAsync(NpgsqlConnection connection, IReadOnlyList<StoreRow> batch)
    {
        foreach (OlderErased older in batch.OfType<OlderErased>())
        {
            await _partitions.DropAsync(connection, older.AtMs).ConfigureAwait(false);
            await using NpgsqlBatch rest = new(connection)
            {
                BatchCommands = { Command("DELETE FROM turns WHERE at < $1", older.AtMs), Command("DELETE FROM numbers WHERE at < $1", older.AtMs) },
            };
            await rest.ExecuteNonQueryAsync().ConfigureAwait(false);
        }
    }

    private static IEnumerable<long> Times(IReadOnlyList<StoreRow> batch) =>
        batch.OfType<AddedRow>().Where(row => row.Table.Key.Count == 0).Select(row => Convert.ToInt64(row.Values[1], System.Globalization.CultureInfo.InvariantCulture));

    private static NpgsqlBatchCommand Command(string sql, object value) => new(sql) { Parameters = { new NpgsqlParameter { Value = value } } };

    private async ValueTask CloseAsync()
    {
        _partitions.Forget();
        foreach (List<object?[]> rows in _added.Values)
        {
            rows.Clear();
        }

        if (_connection is not null)
        {
            NpgsqlConnection connection = _connection;
            _connection = null;
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }
}
