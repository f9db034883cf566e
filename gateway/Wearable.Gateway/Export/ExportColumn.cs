using System.Data.Common;
using System.Globalization;
using Parquet;
using Parquet.Schema;
using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Export;

/// <summary>One column of a table on its way out: the values of one page of rows, and how each format writes them.</summary>
/// <param name="name">Its name in the store and in every format, with the unit it has on the wire.</param>
public abstract class ExportColumn(string name)
{
    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>The column of the store, empty.</summary>
    public static ExportColumn Of(StoreColumn column) => column switch
    {
        { Name: "at" or "updated" } => new Time(column.Name),
        { Type: StoreType.Text } => new Text(column.Name),
        _ => new Whole(column.Name, column.Type),
    };

    /// <summary>Its type in a Parquet file.</summary>
    public abstract DataField Field { get; }

    /// <summary>Empties the page.</summary>
    public abstract void Clear();

    /// <summary>Takes the value of the next row.</summary>
    public abstract void Take(DbDataReader row, int ordinal);

    /// <summary>A value of the page as a CSV field (RFC 4180); empty when it is not known.</summary>
    public abstract string Csv(int index);

    /// <summary>Writes the page into a row group.</summary>
    public abstract Task WriteAsync(ParquetRowGroupWriter group, CancellationToken cancellation);

    /// <summary>Epoch ms in the store; an instant (UTC, ms) in Parquet and CSV.</summary>
    public sealed class Time(string name) : ExportColumn(name)
    {
        private readonly List<DateTime> _values = [];

        /// <inheritdoc/>
        public override DataField Field { get; } = new DateTimeDataField(name, DateTimeFormat.DateAndTime, isAdjustedToUTC: true, unit: DateTimeTimeUnit.Millis);

        /// <inheritdoc/>
        public override void Clear() => _values.Clear();

        /// <inheritdoc/>
        public override void Take(DbDataReader row, int ordinal) => _values.Add(DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(ordinal)).UtcDateTime);

        /// <inheritdoc/>
        public override string Csv(int index) => _values[index].ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

        /// <inheritdoc/>
        public override Task WriteAsync(ParquetRowGroupWriter group, CancellationToken cancellation) => group.WriteAsync<DateTime>(Field, _values.ToArray(), null, null, cancellation);
    }

    /// <summary>A whole number that may be unknown.</summary>
    public sealed class Whole(string name, StoreType type) : ExportColumn(name)
    {
        private readonly List<long?> _values = [];

        /// <inheritdoc/>
        public override DataField Field { get; } = new DataField<long>(name, true);

        /// <inheritdoc/>
        public override void Clear() => _values.Clear();

        /// <inheritdoc/>
        public override void Take(DbDataReader row, int ordinal) => _values.Add(row.IsDBNull(ordinal) ? null : type == StoreType.Int ? row.GetInt32(ordinal) : row.GetInt64(ordinal));

        /// <inheritdoc/>
        public override string Csv(int index) => _values[index]?.ToString(CultureInfo.InvariantCulture) ?? "";

        /// <inheritdoc/>
        public override Task WriteAsync(ParquetRowGroupWriter group, CancellationToken cancellation) => group.WriteAsync<long>(Field, _values.ToArray(), null, null, cancellation);
    }

    /// <summary>Text that may be unknown.</summary>
    public sealed class Text(string name) : ExportColumn(name)
    {
        private readonly List<string?> _values = [];

        /// <inheritdoc/>
        public override DataField Field { get; } = new DataField<string>(name, true);

        /// <inheritdoc/>
        public override void Clear() => _values.Clear();

        /// <inheritdoc/>
        public override void Take(DbDataReader row, int ordinal) => _values.Add(row.IsDBNull(ordinal) ? null : row.GetString(ordinal));

        /// <inheritdoc/>
        public override string Csv(int index) => _values[index] is not string text ? ""
            : text.AsSpan().IndexOfAny("\",\r\n") < 0 ? text
            : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

        /// <inheritdoc/>
        public override Task WriteAsync(ParquetRowGroupWriter group, CancellationToken cancellation) => group.WriteAsync(Field, _values!, null);
    }
}
