using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Wearable.Gateway.Telemetry;

/// <summary>Rows of one person as JSON: columns by their names; a payload that is JSON as such, other bytes as Base64, times also in words.</summary>
internal static class PersonRowReader
{
    private static readonly string[] Payloads = ["payload"];

    /// <summary>All rows of a table, oldest first; a page is held at a time.</summary>
    public static async IAsyncEnumerable<JsonObject> ReadAsync(IStore store, StoreTable table, string deviceId, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (object?[] values in store.OfDeviceAsync(table, deviceId, cancellation: cancellation).ConfigureAwait(false))
        {
            JsonObject row = [];
            for (int i = 0; i < values.Length; i++)
            {
                string name = table.Columns[i].Name;
                row[name] = Value(values[i], name);
                if (name == "at")
                {
                    row["time"] = DateTimeOffset.FromUnixTimeMilliseconds((long)values[i]!).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
                }
            }

            yield return row;
        }
    }

    private static JsonNode? Value(object? value, string name) => value switch
    {
        null => null,
        long number => number,
        int number => number,
        byte[] bytes => Payloads.Contains(name) ? Parsed(bytes) : Convert.ToBase64String(bytes),
        string text => Payloads.Contains(name) ? Parsed(System.Text.Encoding.UTF8.GetBytes(text)) : text,
        _ => throw new NotSupportedException($"{name}: {value.GetType()}"),
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
