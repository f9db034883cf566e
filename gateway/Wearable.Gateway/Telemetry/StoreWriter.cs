using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Wearable.Gateway.Telemetry;

/// <summary>
/// The only writer of the database. Rows wait in a queue of <see cref="QueueRows"/>; when it is full, adding waits, and with it the
/// publisher, so a burst is slowed and not dropped. Up to <see cref="BatchRows"/> rows make one transaction. Only a disk that refuses to
/// be written for <see cref="MaxAttempts"/> attempts costs rows: they are counted and reported, since a full disk must not silence the voice.
/// </summary>
public sealed class StoreWriter : IHostedService, IAsyncDisposable
{
    /// <summary>Rows that may wait.</summary>
    public const int QueueRows = 4096;

    /// <summary>Most rows of one transaction.</summary>
    public const int BatchRows = 1000;

    /// <summary>Attempts to write one batch, a second apart.</summary>
    public const int MaxAttempts = 5;

    private readonly StoreDatabase _database;
    private readonly TimeProvider _time;
    private readonly ILogger<StoreWriter> _logger;
    private readonly Channel<StoreRow> _queue = Channel.CreateBounded<StoreRow>(new BoundedChannelOptions(QueueRows) { SingleReader = true });
    private readonly Task _work;
    private long _written;
    private long _lost;

    /// <summary>Starts writing.</summary>
    public StoreWriter(StoreDatabase database, TimeProvider time, ILogger<StoreWriter> logger)
    {
        _database = database;
        _time = time;
        _logger = logger;
        _work = Task.Run(WorkAsync);
    }

    /// <summary>Rows on disk since start.</summary>
    public long Written => Interlocked.Read(ref _written);

    /// <summary>Rows given up because the disk could not be written.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>Rows waiting now.</summary>
    public int Waiting => _queue.Reader.Count;

    /// <summary>Adds a row; waits while the queue is full.</summary>
    public ValueTask AddAsync(StoreRow row, CancellationToken cancellation = default) => _queue.Writer.WriteAsync(row, cancellation);

    /// <summary>Completes when everything added before is written (or given up).</summary>
    public async Task FlushAsync(CancellationToken cancellation = default)
    {
        StoreRow barrier = StoreRow.Barrier();
        await AddAsync(barrier, cancellation).ConfigureAwait(false);
        await barrier.Written!.Task.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Writes what waits, then takes no more.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        await _work.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _work.ConfigureAwait(false);
    }

    private async Task WorkAsync()
    {
        List<StoreRow> batch = new(BatchRows);
        while (await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (batch.Count < BatchRows && _queue.Reader.TryRead(out StoreRow? row))
            {
                batch.Add(row);
            }

            await WriteAsync(batch).ConfigureAwait(false);
            foreach (StoreRow row in batch)
            {
                row.Written?.TrySetResult();
            }

            batch.Clear();
        }
    }

    private async Task WriteAsync(List<StoreRow> batch)
    {
        int rows = batch.Count(row => row.Sql.Length > 0);
        if (rows == 0)
        {
            return;
        }

        for (int attempt = 1; ; attempt++)
        {
            try
            {
                WriteTransaction(batch);
                Interlocked.Add(ref _written, rows);
                return;
            }
            catch (Exception e) when (e is SqliteException or IOException or InvalidOperationException)
            {
                if (attempt == MaxAttempts)
                {
                    Interlocked.Add(ref _lost, rows);
                    _logger.LogError("{Rows} rows were not stored and are lost after {Attempts} attempts: {Why}", rows, attempt, e.Message);
                    return;
                }

                _logger.LogWarning("storing {Rows} rows failed, trying again in 1 s: {Why}", rows, e.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), _time).ConfigureAwait(false);
            }
        }
    }

    private void WriteTransaction(List<StoreRow> batch)
    {
        using SqliteConnection connection = _database.Connect();
        using (SqliteCommand pragma = connection.CreateCommand())
        {
            pragma.CommandText = "PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON";
            pragma.ExecuteNonQuery();
        }

        using SqliteTransaction transaction = connection.BeginTransaction();
        Dictionary<string, SqliteCommand> prepared = new(StringComparer.Ordinal);
        try
        {
            foreach (StoreRow row in batch)
            {
                if (row.Sql.Length > 0)
                {
                    Write(row, connection, transaction, prepared);
                }
            }

            transaction.Commit();
        }
        finally
        {
            foreach (SqliteCommand command in prepared.Values)
            {
                command.Dispose();
            }
        }
    }

    private static void Write(StoreRow row, SqliteConnection connection, SqliteTransaction transaction, Dictionary<string, SqliteCommand> prepared)
    {
        if (!prepared.TryGetValue(row.Sql, out SqliteCommand? command))
        {
            command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = row.Sql;
            for (int i = 1; i <= row.Values.Length; i++)
            {
                command.Parameters.Add(new SqliteParameter($"${i}", null));
            }

            prepared.Add(row.Sql, command);
        }

        for (int i = 0; i < row.Values.Length; i++)
        {
            command.Parameters[i].Value = row.Values[i] ?? DBNull.Value;
        }

        command.ExecuteNonQuery();
    }
}
