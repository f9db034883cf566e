using System.Data.Common;
using System.Runtime.CompilerServices;

namespace Wearable.Gateway.Telemetry;

/// <summary>Reads whole rows of any table without holding them: <see cref="PageRows"/> at a time, so that a slow reader holds no lock either.</summary>
public static class StoreRows
{
    /// <summary>Rows held at once.</summary>
    public const int PageRows = 2000;

    /// <summary>Rows of one wearable with from &lt;= at &lt; to, oldest first.</summary>
    /// <param name="store">The store.</param>
    /// <param name="table">Which table; of <see cref="StoreTable.Retained"/> the topics with the id as a level.</param>
    /// <param name="deviceId">The wearable.</param>
    /// <param name="fromMs">Epoch ms; long.MinValue for all.</param>
    /// <param name="toMs">Epoch ms; long.MaxValue for all.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>One value for each of the table's columns, in their order: string, int, long, byte[] or null.</returns>
    public static async IAsyncEnumerable<object?[]> OfDeviceAsync(
        this IStore store, StoreTable table, string deviceId, long fromMs = long.MinValue, long toMs = long.MaxValue, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        string tie = table.Key.Count == 0 ? "id" : table.Key[^1];
        bool textTie = table.Columns.Any(column => column.Name == tie && column.Type == StoreType.Text);
        string sql = $"SELECT {table.ColumnList}, {tie} FROM {table.Name} WHERE {About(table)} AND at >= $2 AND at < $3 AND (at > $2 OR {tie} > $4) ORDER BY at, {tie} LIMIT {PageRows}";
        int at = table.Columns.TakeWhile(column => column.Name != "at").Count();
        long behindAt = fromMs;
        object behindTie = textTie ? "" : long.MinValue;
        while (true)
        {
            List<object?[]> page = await store.QueryAsync(sql, row => Of(row, table), cancellation, deviceId, behindAt, toMs, behindTie).ConfigureAwait(false);
            foreach (object?[] row in page)
            {
                cancellation.ThrowIfCancellationRequested();
                yield return row[..^1];
            }

            if (page.Count < PageRows)
            {
                yield break;
            }

            behindAt = (long)page[^1][at]!;
            behindTie = page[^1][^1]!;
        }
    }

    /// <summary>
    /// The condition that a row is about the wearable <c>$1</c>. A topic is when one of its levels is the id: also another tool's, such as
    /// homeassistant/device/ID/config.
    /// </summary>
    internal static string About(StoreTable table) => table == StoreTable.Retained ? "'/' || topic || '/' LIKE '%/' || $1 || '/%'" : "device = $1";

    private static object?[] Of(DbDataReader row, StoreTable table)
    {
        object?[] values = Values(row, table, more: 1);
        values[^1] = row.GetFieldType(values.Length - 1) == typeof(string) ? row.GetString(values.Length - 1) : Convert.ToInt64(row.GetValue(values.Length - 1), System.Globalization.CultureInfo.InvariantCulture);
        return values;
    }

    /// <summary>The row a reader stands on, its first columns the table's in their order.</summary>
    internal static object?[] Values(DbDataReader row, StoreTable table, int more = 0)
    {
        object?[] values = new object?[table.Columns.Count + more];
        for (int i = 0; i < table.Columns.Count; i++)
        {
            values[i] = row.IsDBNull(i) ? null : Read(row, i, table.Columns[i].Type);
        }

        return values;
    }

    private static object Read(DbDataReader row, int column, StoreType type) => type switch
    {
        StoreType.Text => row.GetString(column),
        StoreType.Int => row.GetInt32(column),
        StoreType.Long => row.GetInt64(column),
        _ => row.GetFieldValue<byte[]>(column),
    };
}
