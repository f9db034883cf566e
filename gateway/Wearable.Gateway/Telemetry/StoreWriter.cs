using System.Data.Common;
using System.Threading.Channels;

namespace Wearable.Gateway.Telemetry;

/// <summary>
/// The only writer of the database. Rows wait in a queue of <see cref="QueueRows"/>; when it is full, adding waits, and with it the
/// publisher, so a burst is slowed and not dropped. Up to <see cref="BatchRows"/> rows make one transaction, on disk when it is done.
/// Only a disk that refuses to be written for <see cref="MaxAttempts"/> attempts costs rows: they are counted, reported and not
/// acknowledged, since a full disk must not silence the voice. A database that does not answer is waited for without end: publishers
/// wait with it, and <see cref="Away"/> says why.
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

    // Less than the owner's patience with Ctrl+C. Wearables keep what was not acknowledged.
    private static readonly TimeSpan AwayAtStop = TimeSpan.FromSeconds(5);

    // Older losses melt into one range, which can only withhold too many acknowledgements.
    private const int MaxLostRanges = 64;

    private readonly IStoreSession _session;
    private readonly TimeSpan _gathers;
    private readonly TimeProvider _time;
    private readonly ILogger<StoreWriter> _logger;
    private readonly Channel<StoreRow> _queue = Channel.CreateBounded<StoreRow>(new BoundedChannelOptions(QueueRows) { SingleReader = true });
    private readonly Lock _adding = new();
    private readonly Lock _settling = new();
    private readonly List<(long From, long To)> _lostRanges = [];
    private readonly Task _work;
    private readonly CancellationTokenSource _giveUp = new();
    private TaskCompletionSource _nextBatch = NewBatch();
    private TaskCompletionSource<string> _away = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _added;
    private long _settled;
    private long _written;
    private long _lost;

    /// <summary>Starts writing.</summary>
    public StoreWriter(IStore store, TimeProvider time, ILogger<StoreWriter> logger)
    {
        _session = store.OpenSession(time);
        _gathers = store.Gathers;
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

    /// <summary>Why the database does not answer, in one sentence; null while it does.</summary>
    public string? Away => Volatile.Read(ref _away).Task is { IsCompletedSuccessfully: true } away ? away.Result : null;

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
    /// <exception cref="StoreAwayException">The database does not answer; what was added before still waits.</exception>
    public async Task FlushAsync(CancellationToken cancellation = default)
    {
        Task<string> away = Volatile.Read(ref _away).Task;
        Task flush = away.IsCompleted ? Task.CompletedTask : PassAsync(StoreRow.Barrier(), cancellation);
        if (await Task.WhenAny(away, flush).ConfigureAwait(false) == away)
        {
            throw new StoreAwayException(await away.ConfigureAwait(false));
        }

        await flush.ConfigureAwait(false);
    }

    /// <summary>
    /// Erases a wearable, after everything added before is written. What is added meanwhile waits in the queue: erasing and rows cannot get in
    /// each other's way, however long it takes.
    /// </summary>
    /// <returns>Rows erased of each table that had any.</returns>
    /// <exception cref="StoreAwayException">The database does not answer.</exception>
    /// <exception cref="DbException">The database or disk refused.</exception>
    public async Task<IReadOnlyDictionary<string, long>> EraseDeviceAsync(string deviceId, CancellationToken cancellation = default)
    {
        DeviceErased row = new(deviceId);
        await AddAsync(row, cancellation).ConfigureAwait(false);
        return await row.Rows.Task.ConfigureAwait(false); // once begun it is not left half done
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

    /// <summary>Writes what waits, then takes no more. A database that does not answer is waited for a little longer, then given up.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        _giveUp.CancelAfter(AwayAtStop);
        await _work.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        _giveUp.CancelAfter(AwayAtStop);
        await _work.ConfigureAwait(false);
    }

    private async Task PassAsync(StoreRow barrier, CancellationToken cancellation)
    {
        await AddAsync(barrier, cancellation).ConfigureAwait(false);
        await barrier.Written!.Task.WaitAsync(cancellation).ConfigureAwait(false);
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
                if (_gathers > TimeSpan.Zero && _queue.Reader.Count < BatchRows)
                {
                    await Task.WhenAny(Task.Delay(_gathers), _queue.Reader.Completion).ConfigureAwait(false);
                }

                while (batch.Count < BatchRows && (batch.Count == 0 || batch[^1] is not DeviceErased) && _queue.Reader.TryRead(out StoreRow? row))
                {
                    batch.Add(row);
                }

                bool stored = await WriteAsync(batch).ConfigureAwait(false);
                await EraseAsync(batch[^1]).ConfigureAwait(false);
                Settle(batch, stored);
                batch.Clear();
            }
        }
        finally
        {
            await _session.DisposeAsync().ConfigureAwait(false);
            _nextBatch.TrySetResult();
        }
    }

    private async Task<bool> WriteAsync(List<StoreRow> batch)
    {
        int rows = batch.Count(row => row is not (Nothing or DeviceErased));
        if (rows == 0)
        {
            return true;
        }

        int refused = 0;
        while (true)
        {
            CancellationToken hurry = default;
            try
            {
                await _session.WriteAsync(batch).ConfigureAwait(false);
                Interlocked.Add(ref _written, rows);
                NoteBack();
                return true;
            }
            catch (StoreAwayException e) when (!_giveUp.IsCancellationRequested)
            {
                NoteAway(rows, e.Message);
                hurry = _giveUp.Token;
            }
            catch (Exception e) when (e is DbException or IOException or InvalidOperationException or StoreAwayException)
            {
                NoteBack();
                if (++refused == MaxAttempts || e is StoreAwayException)
                {
                    _logger.LogError("{Rows} rows were not stored and are lost after {Attempts} attempts: {Why}", rows, refused, e.Message);
                    Interlocked.Add(ref _lost, rows);
                    return false;
                }

                _logger.LogWarning("storing {Rows} rows failed, trying again in 1 s: {Why}", rows, e.Message);
            }

            await Task.Delay(TimeSpan.FromSeconds(1), _time, hurry).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task EraseAsync(StoreRow last)
    {
        if (last is DeviceErased erased)
        {
            try
            {
                erased.Rows.TrySetResult(await _session.EraseDeviceAsync(erased.DeviceId).ConfigureAwait(false));
            }
            catch (Exception e)
            {
                erased.Rows.TrySetException(e); // its caller's to hear; the rows before it are stored all the same
            }
        }
    }

    // Said once, not every second.
    private void NoteAway(int rows, string why)
    {
        if (_away.TrySetResult(why))
        {
            _logger.LogWarning("{Why} {Rows} rows and their publishers wait for it.", why, rows);
        }
    }

    private void NoteBack()
    {
        if (_away.Task.IsCompleted)
        {
            Volatile.Write(ref _away, new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously));
            _logger.LogInformation("The database answers again.");
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
