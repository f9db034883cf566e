using System.Data.Common;

namespace Wearable.Gateway.Telemetry;

/// <summary>
/// Where a house or a fleet keeps what wearables report: one SQLite file (the default) or a PostgreSQL server. Made, checked and brought
/// to the current schema by <see cref="Stores.OpenAsync"/> before anything else of the gateway starts. Its tables are those of
/// <see cref="StoreTable"/>, the same in both.
/// </summary>
/// <remarks>
/// <para>What every store promises:</para>
/// <list type="bullet">
/// <item>A batch is written whole or not at all, and on disk when <see cref="IStoreSession.WriteAsync"/> completes: it survives a power cut,
/// as far as the disk keeps what it confirms.</item>
/// <item>A row that carries its message (<see cref="StoreRow.Of"/>) is stored once, whoever brings it how often: which numbers of a boot are
/// stored is kept in the table <c>numbers</c>, in the same transaction as the rows. With <see cref="IsShared"/> that holds between gateways
/// too: the second to bring a message waits for the first and then drops its row.</item>
/// <item>Rows of one session land in the order of adding, within and between batches. Between gateways there is no order but that of
/// commits: of a retained topic the last one committed stays, of a turn each stage's last value.</item>
/// <item>Whoever meets a wearable for the first time asks <see cref="StoredNumbers.ReadAsync"/> what is stored of it, so that listeners
/// hear a repetition as little as the store does.</item>
/// <item>A database that does not answer is a <see cref="StoreAwayException"/> within about half a minute, never a lost row: the same
/// call may be made again.</item>
/// </list>
/// <para>Several threads may ask at once. Writing goes through <see cref="StoreWriter"/>, the only holder of a session in a gateway.</para>
/// </remarks>
public interface IStore : IAsyncDisposable
{
    /// <summary>For people: which file or server this is. Holds no password.</summary>
    string Name { get; }

    /// <summary>Whether other gateways write here too. Then what is stored may change without this gateway's doing.</summary>
    bool IsShared { get; }

    /// <summary>How long the first row of a batch waits for others. A transaction over a network costs about as much for one row as for ten.</summary>
    TimeSpan Gathers { get; }

    /// <summary>Reads rows; the connection is given back before it completes, so ask for pages where there may be many.</summary>
    /// <param name="sql">
    /// A constant text that both databases understand, values as <c>$1</c>, <c>$2</c>, ... Integer sums are cast to BIGINT, columns of the
    /// table named with it where an upsert would find two.
    /// </param>
    /// <param name="read">Makes a value of the row it stands on: GetInt64 for Long columns, GetInt32 for Int.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <param name="values">string, int, long or byte[]; none is null.</param>
    /// <exception cref="StoreAwayException">The database does not answer.</exception>
    Task<List<T>> QueryAsync<T>(string sql, Func<DbDataReader, T> read, CancellationToken cancellation, params object[] values);

    /// <summary>A connection for writing. A gateway has one, in its <see cref="StoreWriter"/>.</summary>
    /// <param name="time">Now.</param>
    IStoreSession OpenSession(TimeProvider time);
}
