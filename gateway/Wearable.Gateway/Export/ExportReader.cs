using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Export;

/// <summary>
/// Reads a table page by page, wearable by wearable, oldest first. Between two pages nothing is held open, so a slow reader neither stops the
/// database from tidying its log nor needs more memory than <see cref="PageRows"/> rows.
/// </summary>
public sealed class ExportReader(IStore store)
{
    /// <summary>Rows held at once; also the rows of one group of a Parquet file.</summary>
    public const int PageRows = 20_000;

    /// <summary>Reads all chosen rows.</summary>
    /// <param name="table">The table.</param>
    /// <param name="columns">Its columns, made by the table; they hold the page while <paramref name="onPage"/> runs.</param>
    /// <param name="choice">Which rows.</param>
    /// <param name="onPage">Takes a page of so many rows.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Rows read.</returns>
    public async Task<long> ReadAsync(ExportTable table, IReadOnlyList<ExportColumn> columns, ExportChoice choice, Func<int, Task> onPage, CancellationToken cancellation)
    {
        long total = 0;
        IReadOnlyList<string> devices = choice.DeviceId is string one ? [one] : await store.QueryAsync($"SELECT DISTINCT device FROM {table.Name} ORDER BY device", row => row.GetString(0), cancellation).ConfigureAwait(false);
        foreach (string device in devices)
        {
            long behindAt = choice.From.ToUnixTimeMilliseconds();
            object behindTie = TieOf(table.Table) == "id" ? long.MinValue : "";
            int rows;
            do
            {
                (rows, behindAt, behindTie) = await PageAsync(table, columns, device, behindAt, behindTie, choice.To.ToUnixTimeMilliseconds(), cancellation).ConfigureAwait(false);
                if (rows > 0)
                {
                    await onPage(rows).ConfigureAwait(false);
                }

                total += rows;
            }
            while (rows == PageRows);
        }

        return total;
    }

    private async Task<(int Rows, long At, object Tie)> PageAsync(
        ExportTable table, IReadOnlyList<ExportColumn> columns, string device, long behindAt, object behindTie, long toMs, CancellationToken cancellation)
    {
        foreach (ExportColumn column in columns)
        {
            column.Clear();
        }

        string tie = TieOf(table.Table);
        // The names are this program's own.
        string sql = $"SELECT {table.Table.ColumnList}, {tie} FROM {table.Name} WHERE device = $1 AND at >= $2 AND at < $3 AND (at > $2 OR {tie} > $4) ORDER BY at, {tie} LIMIT {PageRows}";
        int at = table.Table.Columns.TakeWhile(column => column.Name != "at").Count();
        int rows = 0;
        await store.QueryAsync(
            sql,
            row =>
            {
                for (int i = 0; i < columns.Count; i++)
                {
                    columns[i].Take(row, i);
                }

                (behindAt, behindTie) = (row.GetInt64(at), behindTie is string ? row.GetString(columns.Count) : row.GetInt64(columns.Count));
                return rows++;
            },
            cancellation, device, behindAt, toMs, behindTie).ConfigureAwait(false);
        return (rows, behindAt, behindTie);
    }

    private static string TieOf(StoreTable table) => table.Key.Count == 0 ? "id" : table.Key[^1];
}
