using System.Data.Common;
using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Dashboard;

/// <summary>
/// Heart rates of any time from a minute to years for a chart: lowest, highest and mean of each of its columns, summed by the database,
/// so that no more than the columns ever leaves it. Up to three days come from the readings, longer from the database's sums of every ten
/// minutes (<c>heart_sums</c>): 52,560 rows instead of 6.3 M for a year.
/// </summary>
public sealed class HeartHistory(IStore store, StoreWriter writer)
{
    /// <summary>Fewest columns that may be asked for.</summary>
    public const int LeastPoints = 10;

    /// <summary>Most columns that may be asked for.</summary>
    public const int MostPoints = 4000;

    /// <summary>Latest end of a question, epoch ms (year 9999).</summary>
    public const long EndOfTimeMs = 253_402_300_799_999;

    // Time of one row of heart_sums.
    private const long SlotMs = 600_000;

    // 52,000 readings of every five seconds; beyond, a screen's column is about as wide as a slot of the sums.
    private const long MostReadingsMs = 3L * 24 * 60 * 60 * 1000;

    // A chart has no use for more than one column a second: readings come every 2 to 5 s.
    private const long LeastColumnMs = 1000;

    // The sums know the oldest ten minutes; only in them the readings are looked through, however many days there are.
    private const string Oldest = """
        SELECT at FROM heart WHERE device = $1 AND at >= $2 AND at < $2 + 600000 ORDER BY at LIMIT 1
        """;

    private const string OldestSlot = "SELECT slot FROM heart_sums WHERE device = $1 ORDER BY slot LIMIT 1";

    private const string FromReadings = """
        SELECT at / $4 AS bucket, MIN(bpm10), MAX(bpm10), CAST(SUM(bpm10) AS BIGINT), COUNT(bpm10), CAST(SUM(q) AS BIGINT), COUNT(*)
        FROM heart WHERE device = $1 AND at >= $2 AND at < $3 GROUP BY bucket ORDER BY bucket
        """;

    private const string FromSums = """
        SELECT slot * 600000 / $4 AS bucket, MIN(low), MAX(high), CAST(SUM(sum) AS BIGINT), CAST(SUM(rated) AS BIGINT), CAST(SUM(q) AS BIGINT), CAST(SUM(n) AS BIGINT)
        FROM heart_sums WHERE device = $1 AND slot >= $2 / 600000 AND slot < ($3 + 599999) / 600000 GROUP BY bucket ORDER BY bucket
        """;

    /// <summary>Columns of equal length, oldest first; only those with a reading.</summary>
    /// <param name="ColumnMs">Time of one column.</param>
    /// <param name="First">Epoch ms of the oldest reading stored of this wearable; null without one.</param>
    /// <param name="T">Epoch ms at which the column begins.</param>
    /// <param name="Low">Lowest rate, beats per minute; null when none was believed.</param>
    /// <param name="High">Highest rate.</param>
    /// <param name="Mean">Mean rate.</param>
    /// <param name="Q">Mean quality, 0-100, refused readings included.</param>
    /// <param name="N">Readings.</param>
    public sealed record Columns(long ColumnMs, long? First, long[] T, double?[] Low, double?[] High, double?[] Mean, int[] Q, long[] N);

    /// <summary>Reads from &lt;= time &lt; to in at most about <paramref name="points"/> columns.</summary>
    /// <param name="deviceId">The wearable.</param>
    /// <param name="fromMs">Epoch ms.</param>
    /// <param name="toMs">Epoch ms.</param>
    /// <param name="points"><see cref="LeastPoints"/> to <see cref="MostPoints"/>; one more comes where a column begins before the time asked for.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public async Task<Columns> ReadAsync(string deviceId, long fromMs, long toMs, int points, CancellationToken cancellation)
    {
        await writer.FlushAsync(cancellation).ConfigureAwait(false);
        bool readings = toMs - fromMs <= MostReadingsMs;
        long unit = readings ? LeastColumnMs : SlotMs;
        long columnMs = Math.Max(1, (toMs - fromMs + (unit * points) - 1) / (unit * points)) * unit;
        long? first = await FirstAsync(deviceId, cancellation).ConfigureAwait(false);
        List<Column> columns = await store.QueryAsync(readings ? FromReadings : FromSums, row => Column.Of(row, columnMs), cancellation, deviceId, fromMs, toMs, columnMs).ConfigureAwait(false);
        return new Columns(
            columnMs, first, [.. columns.Select(c => c.T)], [.. columns.Select(c => c.Low)], [.. columns.Select(c => c.High)], [.. columns.Select(c => c.Mean)],
            [.. columns.Select(c => c.Q)], [.. columns.Select(c => c.N)]);
    }

    private async Task<long?> FirstAsync(string deviceId, CancellationToken cancellation)
    {
        List<long> slot = await store.QueryAsync(OldestSlot, row => row.GetInt64(0), cancellation, deviceId).ConfigureAwait(false);
        if (slot.Count == 0)
        {
            return null;
        }

        List<long> oldest = await store.QueryAsync(Oldest, row => row.GetInt64(0), cancellation, deviceId, slot[0] * SlotMs).ConfigureAwait(false);
        return oldest.Count == 0 ? null : oldest[0];
    }

    private readonly record struct Column(long T, double? Low, double? High, double? Mean, int Q, long N)
    {
        public static Column Of(DbDataReader row, long columnMs)
        {
            bool rated = row.GetInt64(4) > 0;
            double? mean = rated ? Math.Round(row.GetInt64(3) / 10.0 / row.GetInt64(4), 1) : null;
            return new Column(
                row.GetInt64(0) * columnMs, rated ? row.GetInt32(1) / 10.0 : null, rated ? row.GetInt32(2) / 10.0 : null, mean, (int)(row.GetInt64(5) / row.GetInt64(6)), row.GetInt64(6));
        }
    }
}
