using System.Buffers;
using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace Wearable.Gateway.Telemetry.Postgres;

/// <summary>Rows of one table as binary COPY, and values as PostgreSQL takes them.</summary>
internal static class PostgresCopy
{
    // PostgreSQL's text holds every character but U+0000, and no half of a pair.
    private static readonly SearchValues<char> Doubtful = SearchValues.Create([.. Enumerable.Range(0xD800, 0x800).Select(c => (char)c).Prepend('\0')]);

    /// <summary>Adds the rows, in their order; the rows must have one value for each column.</summary>
    public static async Task WriteAsync(NpgsqlConnection connection, StoreTable table, IEnumerable<object?[]> rows, TimeSpan? patience = null, CancellationToken cancellation = default)
    {
        await using NpgsqlBinaryImporter copy = await connection.BeginBinaryImportAsync($"COPY {table.Name}({table.ColumnList}) FROM STDIN (FORMAT BINARY)", cancellation).ConfigureAwait(false);
        if (patience is TimeSpan longer)
        {
            copy.Timeout = longer;
        }

        foreach (object?[] row in rows)
        {
            copy.StartRow();
            for (int i = 0; i < row.Length; i++)
            {
                Write(copy, table.Columns[i].Type, row[i]);
            }
        }

        await copy.CompleteAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>A value as a parameter of its column's type.</summary>
    public static NpgsqlParameter Parameter(StoreType type, object? value) => value is null
        ? new NpgsqlParameter { NpgsqlDbType = TypeOf(type), Value = DBNull.Value }
        : type switch
        {
            StoreType.Text => new NpgsqlParameter<string> { TypedValue = Clean((string)value) },
            StoreType.Int => new NpgsqlParameter<int> { TypedValue = Convert.ToInt32(value, CultureInfo.InvariantCulture) },
            StoreType.Long => new NpgsqlParameter<long> { TypedValue = Convert.ToInt64(value, CultureInfo.InvariantCulture) },
            _ => new NpgsqlParameter<byte[]> { TypedValue = (byte[])value },
        };

    private static void Write(NpgsqlBinaryImporter copy, StoreType type, object? value)
    {
        switch (value)
        {
            case null:
                copy.WriteNull();
                break;
            case string text:
                copy.Write(Clean(text), NpgsqlDbType.Text);
                break;
            case int number when type == StoreType.Int:
                copy.Write(number, NpgsqlDbType.Integer);
                break;
            case byte[] bytes:
                copy.Write(bytes, NpgsqlDbType.Bytea);
                break;
            default:
                WriteNumber(copy, type, Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    private static void WriteNumber(NpgsqlBinaryImporter copy, StoreType type, long number)
    {
        if (type == StoreType.Int)
        {
            copy.Write(checked((int)number), NpgsqlDbType.Integer);
        }
        else
        {
            copy.Write(number, NpgsqlDbType.Bigint);
        }
    }

    private static NpgsqlDbType TypeOf(StoreType type) => type switch
    {
        StoreType.Text => NpgsqlDbType.Text,
        StoreType.Int => NpgsqlDbType.Integer,
        StoreType.Long => NpgsqlDbType.Bigint,
        _ => NpgsqlDbType.Bytea,
    };

    /// <summary>The text with what PostgreSQL cannot hold replaced by U+FFFD.</summary>
    public static string Clean(string text)
    {
        if (!text.AsSpan().ContainsAny(Doubtful))
        {
            return text;
        }

        char[] clean = text.ToCharArray();
        for (int i = 0; i < clean.Length; i++)
        {
            bool pair = char.IsHighSurrogate(clean[i]) && i + 1 < clean.Length && char.IsLowSurrogate(clean[i + 1]);
            if (pair)
            {
                i++;
            }
            else if (clean[i] == '\0' || char.IsSurrogate(clean[i]))
            {
                clean[i] = '\uFFFD';
            }
        }

        return new string(clean);
    }
}
