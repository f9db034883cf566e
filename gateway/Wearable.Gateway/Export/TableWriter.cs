using System.Text;
using Parquet;
using Parquet.Schema;

namespace Wearable.Gateway.Export;

/// <summary>Writes one table as a file others read: CSV (RFC 4180, UTF-8) or Parquet (Snappy, one row group a page). Holds one page, not the table.</summary>
public static class TableWriter
{
    /// <summary>What the forms are called.</summary>
    public static IReadOnlyList<string> Names { get; } = ["csv", "parquet"];

    /// <summary>Writes the chosen rows.</summary>
    /// <param name="reader">Of the store.</param>
    /// <param name="table">The table.</param>
    /// <param name="choice">Which rows.</param>
    /// <param name="format">One of <see cref="Names"/>.</param>
    /// <param name="output">Where to; not closed. For Parquet it must know its position.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Rows written.</returns>
    public static Task<long> WriteAsync(ExportReader reader, ExportTable table, ExportChoice choice, string format, Stream output, CancellationToken cancellation) => format switch
    {
        "csv" => CsvAsync(reader, table, choice, output, cancellation),
        "parquet" => ParquetAsync(reader, table, choice, output, cancellation),
        _ => throw new ArgumentException($"format: one of {string.Join(", ", Names)} expected, got \"{format}\"", nameof(format)),
    };

    private static async Task<long> CsvAsync(ExportReader reader, ExportTable table, ExportChoice choice, Stream output, CancellationToken cancellation)
    {
        IReadOnlyList<ExportColumn> columns = table.Columns();
        await using StreamWriter writer = new(output, new UTF8Encoding(false), bufferSize: 64 * 1024, leaveOpen: true) { NewLine = "\n" };
        // RFC 4180 knows no comments, so the notice is a column.
        await writer.WriteLineAsync(string.Join(',', columns.Select(column => column.Name)) + (table.AboutABody ? ",notice" : "")).ConfigureAwait(false);
        return await reader.ReadAsync(table, columns, choice, WritePageAsync, cancellation).ConfigureAwait(false);

        async Task WritePageAsync(int rows)
        {
            StringBuilder line = new();
            for (int i = 0; i < rows; i++)
            {
                line.Clear();
                line.AppendJoin(',', columns.Select(column => column.Csv(i)));
                line.Append(table.AboutABody ? "," + ExportTable.Notice : "");
                await writer.WriteLineAsync(line, cancellation).ConfigureAwait(false);
            }
        }
    }

    private static async Task<long> ParquetAsync(ExportReader reader, ExportTable table, ExportChoice choice, Stream output, CancellationToken cancellation)
    {
        IReadOnlyList<ExportColumn> columns = table.Columns();
        ParquetSchema schema = new(columns.Select(column => column.Field));
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(schema, output, cancellationToken: cancellation).ConfigureAwait(false);
        writer.CustomMetadata = new Dictionary<string, string> { ["table"] = table.Name, ["notice"] = table.AboutABody ? ExportTable.Notice : "" };
        return await reader.ReadAsync(table, columns, choice, WritePageAsync, cancellation).ConfigureAwait(false);

        async Task WritePageAsync(int rows)
        {
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            foreach (ExportColumn column in columns)
            {
                await column.WriteAsync(group, cancellation).ConfigureAwait(false);
            }

            group.CompleteValidate();
        }
    }
}
