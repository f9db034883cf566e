using System.Collections.Concurrent;
using System.Text.Json;
using Wearable.Gateway.Privacy;

namespace Wearable.Gateway.Pulse;

/// <summary>
/// What the owner says about wearers, in <c>heart.json</c> of the data folder. Example: <c>{ "devices": { "bear-1": { "age": 34 } } }</c>.
/// Without an age there are no zones: nothing is guessed about a body.
/// </summary>
public sealed record HeartSettings(IReadOnlyDictionary<string, int> AgeYears) : IForgets
{
    private readonly ConcurrentDictionary<string, bool> _forgotten = new(StringComparer.Ordinal);

    /// <summary>Name in the data folder.</summary>
    public const string FileName = "heart.json";

    private const int LeastAge = 5, MostAge = 110;

    /// <summary>Age of the wearer, years; null when not said.</summary>
    public int? AgeOf(string deviceId) => AgeYears.TryGetValue(deviceId, out int age) && !_forgotten.ContainsKey(deviceId) ? age : null;

    /// <inheritdoc/>
    public ValueTask ForgetAsync(string deviceId)
    {
        if (AgeYears.ContainsKey(deviceId))
        {
            _forgotten[deviceId] = true;
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>The settings of a data folder; none without the file.</summary>
    /// <exception cref="GatewayStartException">The file cannot be read or says something that is not understood; nothing is guessed.</exception>
    public static HeartSettings Load(string dataFolder)
    {
        string path = Path.Combine(dataFolder, FileName);
        try
        {
            return File.Exists(path) ? Parse(File.ReadAllText(path)) : new HeartSettings(new Dictionary<string, int>());
        }
        catch (Exception e) when (e is FormatException or JsonException or IOException or UnauthorizedAccessException)
        {
            throw new GatewayStartException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Reads settings from JSON.</summary>
    /// <exception cref="FormatException">Names the setting, what came and what was wanted.</exception>
    /// <exception cref="JsonException">No JSON.</exception>
    public static HeartSettings Parse(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        Dictionary<string, int> ages = [];
        foreach (JsonProperty property in Members(document.RootElement, "the file"))
        {
            if (property.Name != "devices")
            {
                throw new FormatException($"devices expected, got \"{property.Name}\"");
            }

            foreach (JsonProperty device in Members(property.Value, "devices"))
            {
                foreach (JsonProperty setting in Members(device.Value, $"devices.{device.Name}"))
                {
                    if (setting.Name != "age")
                    {
                        throw new FormatException($"devices.{device.Name}: age expected, got \"{setting.Name}\"");
                    }

                    ages[device.Name] = setting.Value.ValueKind == JsonValueKind.Number && setting.Value.TryGetInt32(out int age) && age is >= LeastAge and <= MostAge
                        ? age
                        : throw new FormatException($"devices.{device.Name}.age: whole years from {LeastAge} to {MostAge} expected, got {setting.Value.GetRawText()}");
                }
            }
        }

        return new HeartSettings(ages);
    }

    private static JsonElement.ObjectEnumerator Members(JsonElement element, string where) =>
        element.ValueKind == JsonValueKind.Object ? element.EnumerateObject() : throw new FormatException($"{where}: an object expected, got {element.GetRawText()}");
}
