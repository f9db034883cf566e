using System.Text.Json.Nodes;

namespace Wearable.Gateway.Integrations.HomeAssistant;

/// <summary>One entity or trigger of a wearable in Home Assistant.</summary>
/// <param name="Key">Its name inside the message, the same for ever: its unique id is made of it.</param>
/// <param name="Platform">Home Assistant's platform: sensor, switch, ...</param>
/// <param name="Has">Whether this wearable can do it.</param>
/// <param name="Config">Its own keys, abbreviated.</param>
internal sealed record Component(string Key, string Platform, bool Has, JsonObject Config)
{
    // A trigger is no entity: it has neither an id nor a name.
    private const string Trigger = "device_automation";

    /// <summary>What stands in the message.</summary>
    public JsonObject Entity(string deviceId)
    {
        JsonObject entity = new() { ["p"] = Platform };
        if (!Has)
        {
            return entity;
        }

        if (Platform != Trigger)
        {
            string id = deviceId.Replace('-', '_');
            entity["uniq_id"] = $"wearable_{deviceId}_{Key}";
            entity["def_ent_id"] = $"{Platform}.{id}_{Key}";
        }

        foreach ((string key, JsonNode? value) in Config)
        {
            entity[key] = value?.DeepClone();
        }

        return entity;
    }

    /// <summary>A trigger for automations: a message of this topic whose value is the payload.</summary>
    public static Component TriggerOf(string key, bool has, string topic, string type, string subtype, string template, string payload) =>
        new(key, Trigger, has, new JsonObject { ["atype"] = "trigger", ["t"] = topic, ["type"] = type, ["stype"] = subtype, ["val_tpl"] = template, ["pl"] = payload });
}
