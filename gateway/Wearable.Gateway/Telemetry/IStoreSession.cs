namespace Wearable.Gateway.Telemetry;

/// <summary>
/// Writes batches of rows. Connects when it first writes and after every failure, so that a database may come late, go and come back.
/// For one writer: the next batch begins when the one before is done.
/// </summary>
public interface IStoreSession : IAsyncDisposable
{
    /// <summary>Writes the batch, all of it or nothing, and notes which messages it holds. Rows of messages that are stored already are left out.</summary>
    /// <remarks>After a failure nothing of the batch is stored or noted, and the same batch may be written again; a barrier writes nothing.</remarks>
    /// <exception cref="StoreAwayException">The database does not answer; it is worth trying without end.</exception>
    /// <exception cref="System.Data.Common.DbException">The database or disk refused; it may refuse for ever.</exception>
    Task WriteAsync(IReadOnlyList<StoreRow> batch);

    /// <summary>
    /// Erases everything about one wearable, in every table or in none, its message numbers among it, and then what the database still keeps
    /// of erased rows where it can: SQLite writes its file anew, PostgreSQL cleans its tables.
    /// </summary>
    /// <returns>Rows erased of each table that had any.</returns>
    /// <exception cref="StoreAwayException">The database does not answer.</exception>
    /// <exception cref="System.Data.Common.DbException">The database or disk refused.</exception>
    /// <exception cref="Privacy.ErasureException">The rows are erased, but something of them is still there; the message says the cure.</exception>
    Task<IReadOnlyDictionary<string, long>> EraseDeviceAsync(string deviceId);
}
