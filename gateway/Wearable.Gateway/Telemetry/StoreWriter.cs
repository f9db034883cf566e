using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Wearable.Gateway.Telemetry;

/// <summary>
/// The only writer of the database. Rows wait in a queue of <see cref="QueueRows"/>; when it is full, adding waits, and with it the
/// publisher, so a burst is slowed and not dropped. Up to <see cref="BatchRows"/> rows make one transaction, on disk when it is done.
/// Only a disk that refuses to be written for <see cref="MaxAttempts"/> attempts costs rows: they are counted, reported and not
/// acknowledged, since a full disk must not silence the voice.
/// </summary>
/// <remarks>
/// Every row has a position, 1, 2, 3, ... in the order of adding. Once <see cref="Settled"/> has reached it, the row is on disk or, when
/// <see cref="AnyLost"/> says so, given up: that is how the broker knows what it may acknowledge.
/// </remarks>
public sealed class StoreWriter : IHostedService, IAsyncDisposable
{
    /// <summary>Rows that may wait.</summary>
    public const int QueueRows = 4096;

    /// <summary>Most rows of one transaction.</summary>
    public const int BatchRows = 2000;

    /// <summary>Attempts to write one batch, a second apart.</summary>
    public const int MaxAttempts = 5;

    // Older losses melt into one range, which can only withhold too many acknowledgements.
    private const int MaxLostRanges = 64;

    private readonly StoredNumbers _numbers;
    private readonly StoreTransaction _transaction;
    private readonly TimeProvider _time;
    private readonly ILogger<StoreWriter> _logger;
    private readonly Channel<StoreRow> _queue = Channel.CreateBounded<StoreRow>(new BoundedChannelOptions(QueueRows) { SingleReader = true });
    private readonly Lock _adding = new();
    private readonly Lock _settling = new();
    private readonly List<(long From, long To)> _lostRanges = [];
    private readonly Task _work;
    private TaskCompletionSource _nextBatch = NewBatch();
    private long _added;
    private long _settled;
    private long _written;
    private long _lost;

    /// <summary>Starts writing.</summary>
    public StoreWriter(StoreDatabase database, StoredNumbers numbers, TimeProvider time, ILogger<StoreWriter> logger)
    {
        _numbers = numbers;
        _transaction = new StoreTransaction(database, numbers, time);
        _time = time;
        _logger = logger;
        _work = Task.Run(WorkAsync);
    }

    /// <summary>Says which rows were given up, on the writer's own thread.</summary>
    public event Action<IReadOnlyList<StoreRow>>? GaveUp;

    /// <summary>Rows on disk since start.</summary>
    public long Written => Interlocked.Read(ref _written);

    /// <summary>Rows given up because the disk could not be written.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>Rows waiting now.</summary>
    public int Waiting => _queue.Reader.Count;

    /// <summary>Position of the newest row added; 0 before any.</summary>
    public long Added => Interlocked.Read(ref _added);

    /// <summary>Every row up to this position is on disk or given up.</summary>
    public long Settled => Interlocked.Read(ref _settled);

    /// <summary>Adds a row; waits while the queue is full.</summary>
    /// <exception cref="ChannelClosedException">The gateway stops.</exception>
    public ValueTask AddAsync(StoreRow row, CancellationToken cancellation = default) => TryAdd(row) ? ValueTask.CompletedTask : AddLaterAsync(row, cancellation);

    /// <summary>Completes when everything added before is written (or given up).</summary>
    public async Task FlushAsync(CancellationToken cancellation = default)
    {
        StoreRow barrier = StoreRow.Barrier();
        await AddAsync(barrier, cancellation).ConfigureAwait(false);
        await barrier.Written!.Task.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Does work with the writer's own connection, outside a transaction, after everything added before is written. What is added meanwhile
    /// waits in the queue: the work and the rows cannot get in each other's way, however long it takes.
    /// </summary>
    internal async Task BetweenAsync(Action<Microsoft.Data.Sqlite.SqliteConnection, StoredNumbers> work, CancellationToken cancellation = default)
    {
        StoreRow row = StoreRow.Between(work);
        await AddAsync(row, cancellation).ConfigureAwait(false);
        await row.Written!.Task.ConfigureAwait(false); // once begun it is not left half done
    }

    /// <summary>Completes when <see cref="Settled"/> has reached a position, or when the writer has stopped.</summary>
    public async Task SettledAsync(long position)
    {
        while (Settled < position && !_work.IsCompleted)
        {
            Task next = Volatile.Read(ref _nextBatch).Task;
            if (Settled < position) // a batch may have ended in between
            {
                await next.ConfigureAwait(false);
            }
        }
    }

    /// <summary>Whether a row after one position and up to another was given up.</summary>
    public bool AnyLost(long after, long upTo)
    {
        if (Lost == 0)
        {
            return false;
        }

        lock (_settling)
        {
            return _lostRanges.Exists(range => range.From <= upTo && range.To > after);
        }
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

    private static TaskCompletionSource NewBatch() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private bool TryAdd(StoreRow row)
    {
        lock (_adding)
        {
            if (!_queue.Writer.TryWrite(row))
            {
                return false;
            }

            _added++;
            return true;
        }
    }

    private async ValueTask AddLaterAsync(StoreRow row, CancellationToken cancellation)
    {
        do
        {
            if (!await _queue.Writer.WaitToWriteAsync(cancellation).ConfigureAwait(false))
            {
                throw new ChannelClosedException();
            }
        }
        while (!TryAdd(row));
    }

    private async Task WorkAsync()
    {
        List<StoreRow> batch = new(BatchRows);
        try
        {
            while (await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
            {
                while (batch.Count < BatchRows && (batch.Count == 0 || batch[^1].Alone is null) && _queue.Reader.TryRead(out StoreRow? row))
                {
                    batch.Add(row);
                }

                bool stored = await WriteAsync(batch).ConfigureAwait(false);
                Work(batch[^1]);
                Settle(batch, stored);
                batch.Clear();
            }
        }
        finally
        {
            _transaction.Dispose();
            _nextBatch.TrySetResult();
        }
    }

    private async Task<bool> WriteAsync(List<StoreRow> batch)
    {
        int rows = batch.Count(row => row.Sql.Length > 0);
        if (rows == 0)
        {
            return true;
        }

        _transaction.Begin(batch);
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                _transaction.Write(batch);
                Interlocked.Add(ref _written, rows);
                return true;
            }
            catch (Exception e) when (e is SqliteException or IOException or InvalidOperationException)
            {
                if (attempt == MaxAttempts)
                {
                    _transaction.GiveUp(batch);
                    _logger.LogError("{Rows} rows were not stored and are lost after {Attempts} attempts: {Why}", rows, attempt, e.Message);
                    Interlocked.Add(ref _lost, rows);
                    return false;
                }

                _logger.LogWarning("storing {Rows} rows failed, trying again in 1 s: {Why}", rows, e.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), _time).ConfigureAwait(false);
            }
        }
    }

    private void Work(StoreRow last)
    {
        try
        {
            last.Alone?.Invoke(_transaction.Connection, _numbers);
        }
        catch (Exception e)
        {
            last.Written!.TrySetException(e); // its caller's to hear; the rows are stored all the same
        }
    }

    private void Settle(List<StoreRow> batch, bool stored)
    {
        if (!stored)
        {
            lock (_settling)
            {
                if (_lostRanges.Count == MaxLostRanges)
                {
                    _lostRanges[1] = (_lostRanges[0].From, _lostRanges[1].To);
                    _lostRanges.RemoveAt(0);
                }

                _lostRanges.Add((_settled + 1, _settled + batch.Count));
            }

            GaveUp?.Invoke(batch);
        }

        Interlocked.Add(ref _settled, batch.Count);
        Interlocked.Exchange(ref _nextBatch, NewBatch()).TrySetResult();
        foreach (StoreRow row in batch)
        {
            row.Written?.TrySetResult();
        }
    }
}
