using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Wearable.Gateway.Safety;

/// <summary>
/// Reads <c>safety.json</c> of the data folder. Without the file the defaults hold: a child under eight. A wearable takes what it does not name
/// from <c>default</c>. Example:
/// <c>{ "default": { "band": "8-12", "quiet_hours": "20:00-07:00", "session_minutes": 30, "helpline": "...", "memory": true }, "devices": { "bear-1": { "band": "adult" } } }</c>
/// </summary>
public static class SafetySettingsFile
{
    /// <summary>Name in the data folder.</summary>
    public const string Name = "safety.json";

    private const int MaxSessionMinutes = 24 * 60;
    private const int MaxHelpline = 300;

    /// <summary>Registers the settings of the gateway's data folder, unless there are some.</summary>
    public static void AddSafetySettings(this IServiceCollection services) =>
        services.TryAddSingleton(p => Load(p.GetRequiredService<GatewayOptions>().DataFolder));

    /// <summary>The settings of a data folder.</summary>
    /// <exception cref="GatewayStartException">The file cannot be read or says something that is not understood; nothing is guessed.</exception>
    public static SafetySettings Load(string dataFolder)
    {
        string path = Path.Combine(dataFolder, Name);
        try
        {
            return File.Exists(path) ? Parse(File.ReadAllText(path)) : new SafetySettings();
        }
        catch (Exception e) when (e is FormatException or JsonException or IOException or UnauthorizedAccessException)
        {
            throw new GatewayStartException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Reads settings from JSON.</summary>
    /// <exception cref="FormatException">Names the setting, what came and what was wanted.</exception>
    /// <exception cref="JsonException">No JSON.</exception>
    public static SafetySettings Parse(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        DeviceSafety standard = new();
        Dictionary<string, DeviceSafety> devices = [];
        foreach (JsonProperty property in Members(document.RootElement, "the file"))
        {
            if (property.Name is not ("default" or "devices"))
            {
                throw new FormatException($"default or devices expected, got \"{property.Name}\"");
            }
        }

        if (document.RootElement.TryGetProperty("default", out JsonElement common))
        {
            standard = Device(common, "default", standard);
        }

        if (document.RootElement.TryGetProperty("devices", out JsonElement all))
        {
            foreach (JsonProperty device in Members(all, "devices"))
            {
                devices[device.Name] = Device(device.Value, $"devices.{device.Name}", standard);
            }
        }

        return new SafetySettings { Standard = standard, Devices = devices };
    }

    private static DeviceSafety Device(JsonElement element, string where, DeviceSafety safety)
    {
        foreach (JsonProperty property in Members(element, where))
        {
            string name = $"{where}.{property.Name}";
            safety = property.Name switch
            {
                "band" => safety with { Band = Band(property.Value, name) },
                "quiet_hours" => Quiet(property.Value, name, safety),
                "session_minutes" => safety with { SessionMinutes = Minutes(property.Value, name) },
                "helpline" => safety with { Helpline = Helpline(property.Value, name) },
                "memory" => safety with { Memory = OnOff(property.Value, name) },
                _ => throw new FormatException($"{where}: band, quiet_hours, session_minutes, helpline or memory expected, got \"{property.Name}\""),
            };
        }

        return safety;
    }

    private static JsonElement.ObjectEnumerator Members(JsonElement element, string where) =>
        element.ValueKind == JsonValueKind.Object ? element.EnumerateObject() : throw new FormatException($"{where}: an object expected, got {element.GetRawText()}");

    private static AgeBand Band(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.String && AgeBands.TryParse(value.GetString()!, out AgeBand band)
            ? band
            : throw new FormatException($"{name}: one of {AgeBands.All} expected, got {value.GetRawText()}");

    private static DeviceSafety Quiet(JsonElement value, string name, DeviceSafety safety)
    {
        string text = value.ValueKind == JsonValueKind.String ? value.GetString()! : "?";
        if (text.Length == 0)
        {
            return safety with { QuietFrom = default, QuietTo = default };
        }

        string[] ends = text.Split('-');
        if (ends.Length == 2 && Time(ends[0], out TimeOnly from) && Time(ends[1], out TimeOnly to) && from != to)
        {
            return safety with { QuietFrom = from, QuietTo = to };
        }

        throw new FormatException($"{name}: two different times such as \"20:00-07:00\", or \"\" for none, expected, got {value.GetRawText()}");
    }

    private static bool Time(string text, out TimeOnly time) => TimeOnly.TryParseExact(text.Trim(), "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out time);

    private static int Minutes(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int minutes) && minutes is >= 0 and <= MaxSessionMinutes
            ? minutes
            : throw new FormatException($"{name}: minutes from 0 (no limit) to {MaxSessionMinutes} expected, got {value.GetRawText()}");

    private static bool OnOff(JsonElement value, string name) =>
        value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw new FormatException($"{name}: true or false expected, got {value.GetRawText()}");

    private static string Helpline(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.String && value.GetString() is { Length: <= MaxHelpline } text
            ? text.Trim()
            : throw new FormatException($"{name}: a text of at most {MaxHelpline} characters expected, got {value.GetRawText()}");
}
