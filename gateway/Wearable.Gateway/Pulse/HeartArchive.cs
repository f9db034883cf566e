using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Pulse;

/// <summary>Reads stored readings and beats of any length of time without holding them: <see cref="PageRows"/> at a time, so that a slow reader holds no lock either.</summary>
public sealed class HeartArchive(IStore store)
{
    /// <summary>Rows held at once.</summary>
    public const int PageRows = StoreRows.PageRows;

    // Live first where a re-estimated value has the same time.
    private const string HeartPage = """
        SELECT at, 0 AS kind, id, bpm10, q, st, src, pi, mot FROM heart WHERE device = $1 AND at >= $2 AND at < $3 AND (at, 0, id) > ($2, $4, $5)
        UNION ALL
        SELECT at, 1 AS kind, id, bpm10, q, st, 'spectrum', 0, mot FROM heart_again WHERE device = $1 AND at >= $2 AND at < $3 AND (at, 1, id) > ($2, $4, $5)
        ORDER BY at, kind, id LIMIT $6
        """;

    private const string BeatsPage = """
        SELECT at, 0 AS kind, id, t0, ibi, q FROM beats WHERE device = $1 AND at >= $2 AND at < $3 AND (at, 0, id) > ($2, $4, $5) ORDER BY at, id LIMIT $6
        """;

    /// <summary>Readings with from &lt;= At &lt; to, oldest first.</summary>
    public IAsyncEnumerable<HeartRow> HeartsAsync(string deviceId, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation = default) =>
        PagesAsync(HeartPage, HeartOf, deviceId, from, to, cancellation);

    /// <summary>Batches with from &lt;= At &lt; to, oldest first.</summary>
    public IAsyncEnumerable<BeatRow> BeatsAsync(string deviceId, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation = default) =>
        PagesAsync(BeatsPage, BeatsOf, deviceId, from, to, cancellation);

    private static HeartRow HeartOf(DbDataReader row) => new(
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(0)), row.IsDBNull(3) ? null : row.GetInt32(3) / 10.0, row.GetInt32(4), row.GetString(5), row.GetString(6), row.GetInt32(7),
        row.GetInt32(8), row.GetInt32(1) == 1);

    private static BeatRow BeatsOf(DbDataReader row) =>
        new(DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(0)), row.GetInt64(3), Numbers(row.GetString(4)), [.. Numbers(row.GetString(5)).Select(q => q == 1)]);

    private static int[] Numbers(string list) => list.Length == 0 ? [] : [.. list.Split(',').Select(n => int.Parse(n, CultureInfo.InvariantCulture))];

    private async IAsyncEnumerable<T> PagesAsync<T>(
        string sql, Func<DbDataReader, T> read, string deviceId, DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellation)
    {
        (long At, long Kind, long Id) last = (from.ToUnixTimeMilliseconds(), -1, -1);
        while (true)
        {
            List<(T Row, (long, long, long) Key)> page = await store.QueryAsync(
                sql, row => (read(row), (row.GetInt64(0), (long)row.GetInt32(1), row.GetInt64(2))), cancellation, deviceId, last.At, to.ToUnixTimeMilliseconds(), last.Kind, last.Id, PageRows).ConfigureAwait(false);
            foreach ((T row, (long, long, long) key) in page)
            {
                cancellation.ThrowIfCancellationRequested();
                last = key;
                yield return row;
            }

            if (page.Count < PageRows)
            {
                yield break;
            }
        }
    }
}
