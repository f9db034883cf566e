using System.Text;
using System.Text.Json.Nodes;

namespace Wearable.Gateway.Tests.Integrations;

/// <summary>The rules can say no.</summary>
public sealed class HomeAssistantRulesTests
{
    private const string Good = """
        {"dev":{"ids":["x"]},"o":{"name":"y"},"avty_t":"a/b","qos":1,"cmps":{
          "heart":{"p":"sensor","uniq_id":"u1","stat_t":"a/c","unit_of_meas":"bpm","stat_cla":"measurement"},
          "mute":{"p":"switch","uniq_id":"u2","cmd_t":"a/d"},
          "gone":{"p":"sensor"},
          "word":{"p":"device_automation","atype":"trigger","t":"a/e","type":"heard","stype":"one"}}}
        """;

    [Fact]
    public void A_right_message_has_no_fault() => Assert.Empty(HomeAssistantRules.Faults("homeassistant/device/bear/config", Encoding.UTF8.GetBytes(Good)));

    [Theory]
    [InlineData("homeassistant/devices/bear/config", "topic")]
    [InlineData("homeassistant/device/the bear/config", "topic")]
    [InlineData("wearable/device/bear/config", "topic")]
    public void A_topic_Home_Assistant_does_not_listen_to_is_refused(string topic, string place) =>
        Assert.StartsWith(place, Assert.Single(HomeAssistantRules.Faults(topic, Encoding.UTF8.GetBytes(Good))), StringComparison.Ordinal);

    [Theory]
    [InlineData("o", null, "origin")]
    [InlineData("dev", """{"name":"bear"}""", "device")]
    [InlineData("dev", """{"ids":["x"],"colour":"red"}""", "device")]
    [InlineData("~", "\"wearable\"", "~")]
    [InlineData("qos", "3", "qos")]
    [InlineData("avty_t", "\"a/b#\"", "availability_topic")]
    [InlineData("avty", """[{"t":"a/b"}]""", "availability")]
    [InlineData("cmps.heart.stat_t", null, "components.heart.state_topic")]
    [InlineData("cmps.heart.uniq_id", null, "components.heart.unique_id")]
    [InlineData("cmps.heart.uniq_id", "\"u2\"", "unique_id")]
    [InlineData("cmps.heart.stat_cla", "\"often\"", "components.heart.state_class")]
    [InlineData("cmps.heart.dev_cla", "\"heart_rate\"", "components.heart.device_class")]
    [InlineData("cmps.heart.dev_cla", "\"battery\"", "components.heart.unit_of_measurement")]
    [InlineData("cmps.heart.ent_cat", "\"config\"", "components.heart.entity_category")]
    [InlineData("cmps.heart.ops", """["a"]""", "components.heart.options")]
    [InlineData("cmps.heart.exp_aft", "-1", "components.heart.expire_after")]
    [InlineData("cmps.heart.val_tpl", "\"{{ value_json.q }\"", "components.heart.value_template")]
    [InlineData("cmps.heart.value_templat", "\"x\"", "components.heart.value_templat")]
    [InlineData("cmps.mute.cmd_t", "\"a/+/d\"", "components.mute.command_topic")]
    [InlineData("cmps.mute.stat_cla", "\"measurement\"", "components.mute.state_class")]
    [InlineData("cmps.mute.p", "\"toggle\"", "components.mute.platform")]
    [InlineData("cmps.mute.def_ent_id", "\"switch.the-bear\"", "components.mute.default_entity_id")]
    [InlineData("cmps.mute.ic", "\"heart\"", "components.mute.icon")]
    [InlineData("cmps.word.stype", null, "components.word.subtype")]
    public void A_wrong_message_is_refused_at_its_place(string path, string? value, string place)
    {
        JsonObject message = JsonNode.Parse(Good)!.AsObject();
        string[] steps = path.Split('.');
        JsonObject parent = steps.SkipLast(1).Aggregate(message, (at, step) => at[step]!.AsObject());
        parent.Remove(steps[^1]);
        if (value is not null)
        {
            parent[steps[^1]] = JsonNode.Parse(value);
        }

        IReadOnlyList<string> faults = HomeAssistantRules.Faults("homeassistant/device/bear/config", Encoding.UTF8.GetBytes(message.ToJsonString()));
        TestContext.Current.TestOutputHelper?.WriteLine($"{path} = {value ?? "(left out)"}: {string.Join("; ", faults)}");
        Assert.Contains(faults, fault => fault.StartsWith(place + ":", StringComparison.Ordinal));
    }
}
