using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Wearable.Contract;

namespace Wearable.Gateway.Integrations.HomeAssistant;

/// <summary>
/// The one retained message from which Home Assistant (2024.11 and newer) makes a device with its entities: its "device discovery". The keys
/// are the abbreviations Home Assistant knows.
/// </summary>
public static class Discovery
{
    // Quotes in templates stay readable in every viewer; nothing here becomes HTML.
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// Makes the message of one wearable. What the wearable cannot do stands in it as a platform alone, which takes an entity of an earlier
    /// firmware away again.
    /// </summary>
    /// <param name="deviceId">The wearable.</param>
    /// <param name="name">What its owner calls it.</param>
    /// <param name="info">What it said about itself.</param>
    /// <returns>UTF-8 JSON, about 5 KB.</returns>
    public static byte[] Message(string deviceId, string name, InfoMessage info)
    {
        JsonObject entities = [];
        foreach (Component component in Components.Of(new Topics(deviceId), info))
        {
            entities[component.Key] = component.Entity(deviceId);
        }

        JsonObject message = new()
        {
            ["dev"] = new JsonObject
            {
                ["ids"] = new JsonArray("wearable-" + deviceId),
                ["name"] = name,
                ["mf"] = "Wearable",
                ["mdl"] = "Wearable, " + InfoMessage.Note,
                ["mdl_id"] = info.Board,
                ["sn"] = deviceId,
                ["sw"] = info.FirmwareVersion,
            },
            ["o"] = new JsonObject { ["name"] = "Wearable gateway", ["sw"] = typeof(Discovery).Assembly.GetName().Version?.ToString(3) ?? "0" },
            ["avty_t"] = HouseTopics.Availability(deviceId),
            ["qos"] = 1,
            ["cmps"] = entities,
        };
        return JsonSerializer.SerializeToUtf8Bytes(message, Readable);
    }
}
