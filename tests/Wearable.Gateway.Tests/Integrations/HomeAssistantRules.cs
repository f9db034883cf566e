using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Wearable.Gateway.Tests.Integrations;

/// <summary>
/// Home Assistant's own rules for a device discovery message, written anew from reading its MQTT integration of November 2026 (discovery, schemas,
/// abbreviations, config, and the platforms used here). Stricter in one thing: a key that no platform knows is a fault here, Home Assistant
/// ignores it inside an entity.
/// </summary>
internal static partial class HomeAssistantRules
{
    private delegate string? Rule(JsonNode? value);

    private static readonly string[] Platforms = ["sensor", "switch", "number", "button", "event", "notify", "device_automation"];

    /// <summary>Every fault of a message, each with its place; none when Home Assistant takes it whole.</summary>
    /// <param name="topic">Where it was published.</param>
    /// <param name="payload">UTF-8 JSON.</param>
    /// <param name="prefix">Home Assistant's discovery prefix.</param>
    public static IReadOnlyList<string> Faults(string topic, byte[] payload, string prefix = "homeassistant")
    {
        List<string> faults = [];
        if (!topic.StartsWith(prefix + "/", StringComparison.Ordinal) || !DiscoveryTopic().IsMatch(topic[(prefix.Length + 1)..]))
        {
            return [$"topic: {prefix}/device/ID/config expected, got {topic}"];
        }

        JsonObject? message;
        try
        {
            message = JsonNode.Parse(payload) as JsonObject;
        }
        catch (System.Text.Json.JsonException e)
        {
            return ["payload: JSON expected, " + e.Message];
        }

        if (message is null)
        {
            return ["payload: an object expected"];
        }

        Expand(message);
        Check("", message, DeviceLevel, ["device", "components", "origin"], faults);
        if (message.ContainsKey("availability") && message.ContainsKey("availability_topic"))
        {
            faults.Add("availability: it excludes availability_topic");
        }

        foreach ((string key, JsonNode? node) in message["components"] as JsonObject ?? [])
        {
            CheckEntity("components." + key, node, faults);
        }

        string[] ids = [.. (message["components"] as JsonObject ?? []).Select(c => (string?)c.Value?["unique_id"]).OfType<string>()];
        faults.AddRange(ids.GroupBy(id => id).Where(same => same.Count() > 1).Select(same => $"unique_id: {same.Key} stands {same.Count()} times"));
        return faults;
    }

    /// <summary>The message with every abbreviation written out, as Home Assistant sees it.</summary>
    public static JsonObject Expanded(byte[] payload)
    {
        JsonObject message = JsonNode.Parse(payload)!.AsObject();
        Expand(message);
        return message;
    }

    private static void CheckEntity(string place, JsonNode? node, List<string> faults)
    {
        if (node is not JsonObject entity || (string?)entity["platform"] is not string platform || !Platforms.Contains(platform))
        {
            faults.Add($"{place}.platform: one of {string.Join(", ", Platforms)} expected");
            return;
        }

        if (entity.Count == 1)
        {
            return; // takes the entity away
        }

        (Dictionary<string, Rule> rules, string[] required) = RulesOf(platform);
        Check(place, entity, rules, required, faults);
        if (platform == "sensor")
        {
            CheckSensor(place, entity, faults);
        }
        else if (platform == "number" && (double?)entity["min"] >= (double?)entity["max"])
        {
            faults.Add(place + ".min: less than max expected");
        }
    }

    private static void CheckSensor(string place, JsonObject sensor, List<string> faults)
    {
        string? deviceClass = (string?)sensor["device_class"], unit = (string?)sensor["unit_of_measurement"];
        if ((string?)sensor["entity_category"] == "config")
        {
            faults.Add(place + ".entity_category: diagnostic expected, a sensor configures nothing");
        }

        if (sensor["options"] is JsonArray options)
        {
            if (options.Count == 0 || deviceClass != "enum" || unit is not null || sensor["state_class"] is not null)
            {
                faults.Add(place + ".options: at least one, with device class enum, without unit and state class expected");
            }
        }
        else if (deviceClass == "enum")
        {
            faults.Add(place + ".options: the choices of an enum expected"); // Home Assistant takes any text then; we never mean that
        }

        if (unit is not null && deviceClass is not null && Units.TryGetValue(deviceClass, out string[]? units) && !units.Contains(unit))
        {
            faults.Add($"{place}.unit_of_measurement: one of {string.Join(", ", units)} expected for {deviceClass}, got {unit}");
        }
    }

    private static void Check(string place, JsonObject it, Dictionary<string, Rule> rules, string[] required, List<string> faults)
    {
        faults.AddRange(required.Where(key => !it.ContainsKey(key)).Select(key => $"{place}.{key}: missing".TrimStart('.')));
        foreach ((string key, JsonNode? value) in it)
        {
            string? fault = rules.TryGetValue(key, out Rule? rule) ? rule(value) : "not a key Home Assistant knows here";
            if (fault is not null)
            {
                faults.Add($"{place}.{key}: {fault}".TrimStart('.'));
            }
        }
    }

    private static (Dictionary<string, Rule> Rules, string[] Required) RulesOf(string platform) => platform switch
    {
        "sensor" => (Entity(Read, new()
        {
            ["device_class"] = OneOf("battery", "signal_strength", "enum", "duration", "timestamp"), ["expire_after"] = PositiveInt, ["force_update"] = Bool,
            ["last_reset_value_template"] = Template, ["options"] = Strings, ["suggested_display_precision"] = PositiveInt,
            ["state_class"] = OneOf("measurement", "total", "total_increasing"), ["unit_of_measurement"] = Text,
        }), ["unique_id", "state_topic"]),
        "switch" => (Entity(Written, new()
        {
            ["value_template"] = Template, ["command_template"] = Template, ["payload_on"] = Text, ["payload_off"] = Text, ["state_on"] = Text, ["state_off"] = Text,
            ["device_class"] = OneOf("switch", "outlet"),
        }), ["unique_id", "command_topic"]),
        "number" => (Entity(Written, new()
        {
            ["value_template"] = Template, ["command_template"] = Template, ["min"] = Number, ["max"] = Number, ["step"] = Number, ["mode"] = OneOf("auto", "box", "slider"),
            ["unit_of_measurement"] = Text, ["payload_reset"] = Text,
        }), ["unique_id", "command_topic"]),
        "button" => (Entity(Base, new()
        {
            ["command_topic"] = PublishTopic, ["command_template"] = Template, ["payload_press"] = Text, ["retain"] = Bool, ["device_class"] = OneOf("identify", "restart", "update"),
        }), ["unique_id", "command_topic"]),
        "event" => (Entity(Read, new() { ["event_types"] = Strings, ["device_class"] = OneOf("button", "doorbell", "motion") }), ["unique_id", "state_topic", "event_types"]),
        "notify" => (Entity(Base, new() { ["command_topic"] = PublishTopic, ["command_template"] = Template, ["retain"] = Bool }), ["unique_id", "command_topic"]),
        _ => (new()
        {
            ["platform"] = Text, ["automation_type"] = OneOf("trigger"), ["topic"] = SubscribeTopic, ["type"] = Text, ["subtype"] = Text, ["payload"] = Text, ["value_template"] = Template, ["qos"] = Qos,
        }, ["automation_type", "topic", "type", "subtype"]),
    };

    private static readonly Dictionary<string, string[]> Units = new() { ["battery"] = ["%"], ["signal_strength"] = ["dB", "dBm"] };

    private static readonly Dictionary<string, Rule> Base = new() { ["qos"] = Qos, ["encoding"] = Text };

    private static readonly Dictionary<string, Rule> Read = new(Base) { ["state_topic"] = SubscribeTopic, ["value_template"] = Template };

    private static readonly Dictionary<string, Rule> Written = new(Base) { ["state_topic"] = SubscribeTopic, ["command_topic"] = PublishTopic, ["optimistic"] = Bool, ["retain"] = Bool };

    private static readonly Dictionary<string, Rule> Availability = new()
    {
        ["availability_topic"] = SubscribeTopic, ["availability_template"] = Template, ["availability_mode"] = OneOf("all", "any", "latest"), ["availability"] = AvailabilityList,
        ["payload_available"] = Text, ["payload_not_available"] = Text,
    };

    private static readonly Dictionary<string, Rule> Common = new(Availability)
    {
        ["platform"] = Text, ["name"] = Text, ["unique_id"] = Text, ["default_entity_id"] = EntityId, ["entity_category"] = OneOf("config", "diagnostic"), ["icon"] = Icon,
        ["enabled_by_default"] = Bool, ["entity_picture"] = Url, ["json_attributes_topic"] = SubscribeTopic, ["json_attributes_template"] = Template,
    };

    private static readonly Dictionary<string, Rule> DeviceLevel = new(Availability)
    {
        ["device"] = Device, ["origin"] = Origin, ["components"] = value => value is JsonObject ? null : "an object expected",
        ["state_topic"] = SubscribeTopic, ["command_topic"] = PublishTopic, ["qos"] = Qos, ["encoding"] = Text,
    };

    private static readonly Dictionary<string, Rule> DeviceKeys = new()
    {
        ["identifiers"] = Strings, ["connections"] = value => value is JsonArray pairs && pairs.All(pair => pair is JsonArray { Count: 2 }) ? null : "pairs expected", ["manufacturer"] = Text,
        ["model"] = Text, ["model_id"] = Text, ["name"] = Text, ["hw_version"] = Text, ["serial_number"] = Text, ["sw_version"] = Text, ["via_device"] = Text, ["suggested_area"] = Text,
        ["configuration_url"] = Url,
    };

    private static readonly Dictionary<string, Rule> OriginKeys = new() { ["name"] = Text, ["sw_version"] = Text, ["support_url"] = Url };

    private static Dictionary<string, Rule> Entity(Dictionary<string, Rule> kind, Dictionary<string, Rule> own) => Common.Concat(kind).Concat(own).ToDictionary(rule => rule.Key, rule => rule.Value);

    private static string? Device(JsonNode? value)
    {
        List<string> faults = [];
        if (value is not JsonObject device)
        {
            return "an object expected";
        }

        Check("", device, DeviceKeys, [], faults);
        if (device["identifiers"] is not (JsonArray { Count: > 0 } or JsonValue) && device["connections"] is not JsonArray { Count: > 0 })
        {
            faults.Add("at least one of identifiers and connections expected");
        }

        return faults.Count == 0 ? null : string.Join("; ", faults);
    }

    private static string? Origin(JsonNode? value)
    {
        List<string> faults = [];
        if (value is not JsonObject origin)
        {
            return "an object expected";
        }

        Check("", origin, OriginKeys, ["name"], faults);
        return faults.Count == 0 ? null : string.Join("; ", faults);
    }

    private static string? AvailabilityList(JsonNode? value)
    {
        List<string> faults = [];
        Dictionary<string, Rule> keys = new() { ["topic"] = SubscribeTopic, ["payload_available"] = Text, ["payload_not_available"] = Text, ["value_template"] = Template };
        foreach (JsonNode? one in value as JsonArray ?? [value?.DeepClone()])
        {
            Check("", one as JsonObject ?? [], keys, ["topic"], faults);
        }

        return faults.Count == 0 ? null : string.Join("; ", faults);
    }

    private static string? Text(JsonNode? value) => value is JsonValue ? null : "text expected";

    private static string? Bool(JsonNode? value) => value?.GetValueKind() is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False ? null : "true or false expected";

    private static string? Number(JsonNode? value) => value?.GetValueKind() == System.Text.Json.JsonValueKind.Number ? null : "a number expected";

    private static string? PositiveInt(JsonNode? value) => value is JsonValue v && v.TryGetValue(out int number) && number >= 0 ? null : "a whole number of 0 or more expected";

    private static string? Qos(JsonNode? value) => value is JsonValue v && v.TryGetValue(out int number) && number is >= 0 and <= 2 ? null : "0, 1 or 2 expected";

    private static string? Strings(JsonNode? value) => value is JsonArray list && list.All(one => one?.GetValueKind() == System.Text.Json.JsonValueKind.String) ? null : "a list of texts expected";

    private static string? Icon(JsonNode? value) => (string?)value is string icon && icon.Contains(':') ? null : "an icon like mdi:name expected";

    private static string? Url(JsonNode? value) => Uri.TryCreate((string?)value, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https" or "homeassistant" ? null : "a URL expected";

    private static string? EntityId(JsonNode? value) => (string?)value is string id && EntityIdShape().IsMatch(id) ? null : "an entity id (domain.name of a-z, 0-9, _) expected";

    private static Rule OneOf(params string[] texts) => value => value is null || texts.Contains((string?)value) ? null : $"one of {string.Join(", ", texts)} expected, got {value}";

    private static string? PublishTopic(JsonNode? value) => TopicFault((string?)value) ?? (((string)value!).AsSpan().IndexOfAny("+#") < 0 ? null : "a topic without wildcards expected");

    private static string? SubscribeTopic(JsonNode? value)
    {
        if (TopicFault((string?)value) is string fault)
        {
            return fault;
        }

        string[] levels = ((string)value!).Split('/');
        bool plus = levels.All(level => level == "+" || !level.Contains('+'));
        bool hash = levels.SkipLast(1).All(level => !level.Contains('#')) && (levels[^1] == "#" || !levels[^1].Contains('#'));
        return plus && hash ? null : "a wildcard fills its level, # the last one";
    }

    private static string? TopicFault(string? topic) => topic switch
    {
        null or "" => "a topic expected",
        { Length: > 16_000 } => "a shorter topic expected",
        _ when topic.Any(c => char.IsControl(c)) => "a topic without control characters expected",
        _ => null,
    };

    // Only that the braces pair; what it gives is checked by the real engine, see Jinja.
    private static string? Template(JsonNode? value) => (string?)value is string text && Regex.Count(text, @"\{\{") == Regex.Count(text, @"\}\}") ? null : "a template expected";

    private static void Expand(JsonObject message)
    {
        Replace(message, Abbreviations);
        Replace(message["origin"], OriginAbbreviations);
        Replace(message["device"], DeviceAbbreviations);
        foreach ((string _, JsonNode? component) in message["components"] as JsonObject ?? [])
        {
            Replace(component, Abbreviations);
            foreach (JsonNode? one in component?["availability"] as JsonArray ?? [])
            {
                Replace(one, Abbreviations);
            }
        }
    }

    private static void Replace(JsonNode? node, Dictionary<string, string> names)
    {
        foreach (string key in node is JsonObject it ? it.Select(pair => pair.Key).Where(names.ContainsKey).ToArray() : [])
        {
            JsonNode? value = node![key];
            node.AsObject().Remove(key);
            node[names[key]] = value;
        }
    }

    // Those of Home Assistant's list that belong to the platforms above.
    private static readonly Dictionary<string, string> Abbreviations = new()
    {
        ["atype"] = "automation_type", ["avty"] = "availability", ["avty_mode"] = "availability_mode", ["avty_t"] = "availability_topic", ["avty_tpl"] = "availability_template",
        ["cmd_t"] = "command_topic", ["cmd_tpl"] = "command_template", ["cmps"] = "components", ["def_ent_id"] = "default_entity_id", ["dev"] = "device", ["dev_cla"] = "device_class",
        ["e"] = "encoding", ["en"] = "enabled_by_default", ["ent_cat"] = "entity_category", ["ent_pic"] = "entity_picture", ["evt_typ"] = "event_types", ["exp_aft"] = "expire_after",
        ["frc_upd"] = "force_update", ["ic"] = "icon", ["json_attr_t"] = "json_attributes_topic", ["json_attr_tpl"] = "json_attributes_template", ["lrst_val_tpl"] = "last_reset_value_template",
        ["o"] = "origin", ["ops"] = "options", ["opt"] = "optimistic", ["p"] = "platform", ["pl"] = "payload", ["pl_avail"] = "payload_available", ["pl_not_avail"] = "payload_not_available",
        ["pl_off"] = "payload_off", ["pl_on"] = "payload_on", ["pl_prs"] = "payload_press", ["pl_rst"] = "payload_reset", ["ret"] = "retain", ["stat_cla"] = "state_class", ["stat_off"] = "state_off",
        ["stat_on"] = "state_on", ["stat_t"] = "state_topic", ["stype"] = "subtype", ["sug_dsp_prc"] = "suggested_display_precision", ["t"] = "topic", ["uniq_id"] = "unique_id",
        ["unit_of_meas"] = "unit_of_measurement", ["val_tpl"] = "value_template",
    };

    private static readonly Dictionary<string, string> DeviceAbbreviations = new()
    {
        ["cns"] = "connections", ["cu"] = "configuration_url", ["ids"] = "identifiers", ["mf"] = "manufacturer", ["mdl"] = "model", ["mdl_id"] = "model_id", ["hw"] = "hw_version",
        ["sw"] = "sw_version", ["sa"] = "suggested_area", ["sn"] = "serial_number",
    };

    private static readonly Dictionary<string, string> OriginAbbreviations = new() { ["sw"] = "sw_version", ["url"] = "support_url" };

    [GeneratedRegex("^device/([a-zA-Z0-9_-]+/)?[a-zA-Z0-9_-]+/config$")]
    private static partial Regex DiscoveryTopic();

    [GeneratedRegex("^[a-z_]+\\.[a-z0-9_]+$")]
    private static partial Regex EntityIdShape();
}
