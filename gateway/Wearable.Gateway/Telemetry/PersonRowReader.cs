using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;

namespace Wearable.Gateway.Telemetry;

/// <summary>Rows of one person as JSON: columns by their names; a payload that is JSON as such, other bytes as Base64, times also in words.</summary>
internal static class PersonRowReader
{
    private static readonly string[] Payloads = ["payload"];

    /// <summary>All rows of a table, oldest first; one is held at a time.</summary>
    public static IEnumerable<JsonObject> Read(SqliteConnection connection, PersonRows.Table table, string deviceId)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT * FROM {table.Name} WHERE {table.Where} ORDER BY at";
        command.Parameters.AddWithValue("$1", deviceId);
        using SqliteDataReader rows = command.ExecuteReader();
        while (rows.Read())
        {
            JsonObject row = [];
            for (int i = 0; i < rows.FieldCount; i++)
            {
                string name = rows.GetName(i);
                if (name == "id")
                {
                    continue; // the database's own
                }

                row[name] = Value(rows, i, name);
                if (name == "at")
                {
                    row["time"] = DateTimeOffset.FromUnixTimeMilliseconds(rows.GetInt64(i)).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
                }
            }

            yield return row;
        }
    }

    private static JsonNode? Value(SqliteDataReader rows, int i, string name) => rows.IsDBNull(i) ? null : rows.GetFieldType(i) switch
    {
        Type type when type == typeof(long) => rows.GetInt64(i),
        Type type when type == typeof(byte[]) => Payloads.Contains(name) ? Parsed((byte[])rows.GetValue(i)) : Convert.ToBase64String((byte[])rows.GetValue(i)),
        _ => Payloads.Contains(name) ? Parsed(System.Text.Encoding.UTF8.GetBytes(rows.GetString(i))) : rows.GetString(i),
    };

    private static JsonNode? Parsed(byte[] payload)
    {
        try
        {
            return JsonNode.Parse(payload);
        }
        catch (JsonException)
        {
            return System.Text.Unicode.Utf8.IsValid(payload) ? System.Text.Encoding.UTF8.GetString(payload) : Convert.ToBase64String(payload);
        }
    }
}
