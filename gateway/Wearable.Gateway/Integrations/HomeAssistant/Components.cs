using System.Text.Json.Nodes;
using Wearable.Contract;

namespace Wearable.Gateway.Integrations.HomeAssistant;

/// <summary>
/// What Home Assistant sees of a wearable. Everything reads the wearable's own topics; commands are the contract's own commands, so nothing is
/// translated on the way. A heart rate is never retained, goes away by itself after <see cref="HeartExpiresS"/> without news, and is "unknown"
/// whenever the wearable does not trust it.
/// </summary>
internal static class Components
{
    /// <summary>A wearable on a body sends every 2 to 5 s; this long without one there is no rate, s.</summary>
    public const int HeartExpiresS = 30;

    private const string Diagnostic = "diagnostic";

    /// <summary>All components, those this wearable cannot do too, in a fixed order.</summary>
    public static IEnumerable<Component> Of(Topics topics, InfoMessage info)
    {
        string[] can = info.Capabilities.Split(',');
        bool mic = can.Contains("mic"), speaker = can.Contains("speaker"), heart = can.Contains("heart");
        return
        [
            .. Heart(topics, heart),
            .. Voice(topics, mic, speaker),
            .. Health(topics, can.Contains("battery")),
            .. Triggers(topics, mic, can.Contains("button"), info.Words.Split(',', StringSplitOptions.RemoveEmptyEntries)),
        ];
    }

    private static IEnumerable<Component> Heart(Topics topics, bool has)
    {
        yield return new Component("heart_rate", "sensor", has, new JsonObject
        {
            ["name"] = $"Heart rate ({InfoMessage.Note})",
            ["stat_t"] = topics.Heart,
            ["val_tpl"] = "{{ value_json.bpm10 / 10 if value_json.bpm10 is not none else 'None' }}",
            ["unit_of_meas"] = "bpm",
            ["stat_cla"] = "measurement",
            ["exp_aft"] = HeartExpiresS,
            ["sug_dsp_prc"] = 0,
            ["ic"] = "mdi:heart-pulse",
        });
        yield return new Component("heart_quality", "sensor", has, new JsonObject
        {
            ["name"] = "Heart rate quality",
            ["stat_t"] = topics.Heart,
            ["val_tpl"] = "{{ value_json.q }}",
            ["unit_of_meas"] = "%",
            ["stat_cla"] = "measurement",
            ["exp_aft"] = HeartExpiresS,
            ["ent_cat"] = Diagnostic,
        });
        yield return new Component("heart_sensor", "sensor", has, Choice("Heart sensor", topics.Heart, "{{ value_json.st }}", HeartMessage.States, HeartExpiresS, "mdi:hand-pointing-up", Diagnostic));
    }

    private static IEnumerable<Component> Voice(Topics topics, bool mic, bool speaker)
    {
        yield return new Component("microphone", "sensor", true, Choice("Microphone", topics.State, "{{ value_json.mic }}", StateMessage.Microphones, 0, "mdi:microphone", null));
        yield return new Component("mode", "sensor", true, Choice("Doing", topics.State, "{{ value_json.mode }}", StateMessage.Modes, 0, "mdi:account-voice", null));
        yield return new Component("mute", "switch", mic, new JsonObject
        {
            ["name"] = "Mute microphone",
            ["stat_t"] = topics.State,
            ["val_tpl"] = "{{ 'ON' if value_json.mode == 'muted' else 'OFF' }}",
            ["stat_on"] = "ON",
            ["stat_off"] = "OFF",
            ["cmd_t"] = topics.Command(CommandNames.Mute),
            ["pl_on"] = Command("ha-mute", "1"),
            ["pl_off"] = Command("ha-mute", "0"),
            ["ic"] = "mdi:microphone-off",
        });
        yield return new Component("volume", "number", speaker, new JsonObject
        {
            ["name"] = "Volume",
            ["stat_t"] = topics.ConfigReported,
            ["val_tpl"] = "{{ value_json.volume_percent }}",
            ["cmd_t"] = topics.Command(CommandNames.Volume),
            ["cmd_tpl"] = Command("ha-volume", "{{ value | int }}"),
            ["min"] = 0,
            ["max"] = 100,
            ["step"] = 5,
            ["unit_of_meas"] = "%",
            ["ent_cat"] = "config",
            ["ic"] = "mdi:volume-high",
        });
        yield return new Component("say", "notify", speaker, new JsonObject { ["name"] = "Say aloud", ["cmd_t"] = HouseTopics.Say(topics.DeviceId) });
        yield return new Component("wake", "event", mic, new JsonObject
        {
            ["name"] = "Wake word",
            ["stat_t"] = topics.Wake,
            ["evt_typ"] = new JsonArray("heard"),
            ["val_tpl"] = "{{ {'event_type': 'heard', 'word': value_json.word, 'score': value_json.score} | tojson }}",
            ["ic"] = "mdi:ear-hearing",
        });
    }

    private static IEnumerable<Component> Health(Topics topics, bool battery)
    {
        yield return new Component("battery", "sensor", battery, Measured("Battery", topics.DeviceHealth, "bat", "battery", "%"));
        yield return new Component("signal", "sensor", true, Measured("Wi-Fi signal", topics.DeviceHealth, "rssi", "signal_strength", "dBm"));
        yield return new Component("firmware", "sensor", true, new JsonObject
        {
            ["name"] = "Firmware",
            ["stat_t"] = topics.Info,
            ["val_tpl"] = "{{ value_json.fw }}",
            ["ent_cat"] = Diagnostic,
            ["ic"] = "mdi:chip",
        });
        yield return new Component("identify", "button", true, new JsonObject
        {
            ["name"] = "Blink",
            ["dev_cla"] = "identify",
            ["cmd_t"] = topics.Command(CommandNames.Identify),
            ["pl_prs"] = Command("ha-identify", null),
            ["ent_cat"] = Diagnostic,
        });
    }

    // On the chip the word is heard; the gateway confirms it a moment later. Automations may choose quick or sure.
    private static IEnumerable<Component> Triggers(Topics topics, bool mic, bool button, string[] words)
    {
        for (int i = 0; i < words.Length; i++)
        {
            yield return Component.TriggerOf($"word_{i + 1}", mic, topics.Wake, "wake_word_heard", words[i], "{{ value_json.word }}", words[i]);
        }

        yield return Component.TriggerOf("confirmed", mic, topics.Turn(TurnPhases.Verified), "wake_word_confirmed", "any", "{{ 'yes' if value_json.sid else 'no' }}", "yes");
        yield return Component.TriggerOf("button_short", button, topics.Button, "button_short_press", "button_1", "{{ value_json.what }}", "short");
        yield return Component.TriggerOf("button_long", button, topics.Button, "button_long_press", "button_1", "{{ value_json.what }}", "long");
    }

    private static JsonObject Choice(string name, string topic, string template, string[] choices, int expiresS, string icon, string? category)
    {
        JsonObject config = new()
        {
            ["name"] = name,
            ["stat_t"] = topic,
            ["val_tpl"] = template,
            ["dev_cla"] = "enum",
            ["ops"] = new JsonArray([.. choices.Select(choice => (JsonNode)choice)]),
            ["ic"] = icon,
        };
        if (expiresS > 0)
        {
            config["exp_aft"] = expiresS;
        }

        if (category is not null)
        {
            config["ent_cat"] = category;
        }

        return config;
    }

    // The chip says null where the board has no gauge; 'None' is Home Assistant's word for unknown.
    private static JsonObject Measured(string name, string topic, string field, string deviceClass, string unit) => new()
    {
        ["name"] = name,
        ["stat_t"] = topic,
        ["val_tpl"] = $"{{{{ value_json.{field} if value_json.{field} is not none else 'None' }}}}",
        ["dev_cla"] = deviceClass,
        ["unit_of_meas"] = unit,
        ["stat_cla"] = "measurement",
        ["ent_cat"] = Diagnostic,
    };

    // A command of the contract. Without a time it does not age: Home Assistant knows no template for the time in milliseconds that fits both ends' clocks.
    private static string Command(string id, string? value) => $$"""{"id":"{{id}}","ts":0,"ttl":0{{(value is null ? "" : ",\"value\":" + value)}}}""";
}
