using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MQTTnet;
using MQTTnet.Formatter;
using Wearable.Contract;
using Wearable.Gateway.Brain;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Integrations;
using Wearable.Gateway.Integrations.HomeAssistant;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests.Integrations;

/// <summary>What Home Assistant sees on the broker, judged by its own rules.</summary>
public sealed class HomeAssistantTests
{
    private const string Topic = "homeassistant/device/bear/config";
    private static readonly Topics Bear = new("bear");

    [Fact]
    public async Task A_wearable_that_says_what_it_is_becomes_a_device_that_Home_Assistant_takes_whole()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        IMqttClient bear = await gateway.WearableAsync("bear");
        await bear.TellAsync(Bear.Status, StatusMessage.Online, retain: true);
        await TellInfoAsync(bear, Info());
        Viewer late = await gateway.ViewerAsync("homeassistant/#");
        Viewer.Seen seen = await late.NextAsync();
        Assert.Equal((Topic, true), (seen.Topic, seen.Retained));
        IReadOnlyList<string> faults = HomeAssistantRules.Faults(seen.Topic, seen.Payload);
        JsonObject message = HomeAssistantRules.Expanded(seen.Payload);
        TestContext.Current.TestOutputHelper?.WriteLine($"{seen.Topic}: {seen.Payload.Length} bytes, {message["components"]!.AsObject().Count} components, {faults.Count} faults");
        Assert.Empty(faults);
        Assert.Equal(
            ["battery", "button_long", "button_short", "confirmed", "firmware", "heart_quality", "heart_rate", "heart_sensor", "identify", "microphone", "mode", "mute", "say", "signal", "volume", "wake", "word_1", "word_2"],
            message["components"]!.AsObject().Select(component => component.Key).Order());
        Assert.Contains("not a medical device", (string?)message["components"]!["heart_rate"]!["name"], StringComparison.Ordinal);
        Assert.Equal(30, (int?)message["components"]!["heart_rate"]!["expire_after"]);
        Assert.Equal("0.1.0", (string?)message["device"]!["sw_version"]);
        Viewer availability = await gateway.ViewerAsync(HouseTopics.Root + "#");
        Assert.Equal((HouseTopics.Availability("bear"), "online"), await TextAsync(availability));
    }

    [Fact]
    public async Task Templates_give_what_Home_Assistant_is_to_show_from_the_wearables_own_bytes()
    {
        JsonNode components = HomeAssistantRules.Expanded(Discovery.Message("bear", "Bear", Info()))["components"]!;
        WakeMessage wake = new() { TurnId = "ab-1", Word = "hey \"you\"", Score = 88, Threshold = 62, LevelDb = -23, PreRollMs = 900 };
        StateMessage muted = new() { Mode = 5, Microphone = 0 }, streaming = new() { Mode = 2, Microphone = 2 };
        ConfigMessage config = new() { Version = 3 };
        config.Add("volume_percent", 70);
        (string Key, string Field, string Payload, string Shown)[] cases =
        [
            ("heart_rate", "value_template", Wire(Say.Heart(716)), "71.6"),
            ("heart_rate", "value_template", Wire(Say.Heart(null)), "None"),
            ("heart_quality", "value_template", Wire(Say.Heart(716, quality: 98)), "98"),
            ("heart_sensor", "value_template", Wire(Say.Heart(null)), "no_contact"),
            ("battery", "value_template", Wire(new DeviceHealthMessage { ResetReason = "power" }), "None"),
            ("battery", "value_template", Wire(new DeviceHealthMessage { HasBattery = true, BatteryPercent = 42, ResetReason = "power" }), "42"),
            ("signal", "value_template", Wire(new DeviceHealthMessage { HasRssi = true, RssiDbm = -61, ResetReason = "power" }), "-61"),
            ("microphone", "value_template", Wire(streaming), "stream"),
            ("mode", "value_template", Wire(muted), "muted"),
            ("mute", "value_template", Wire(muted), "ON"),
            ("mute", "value_template", Wire(streaming), "OFF"),
            ("volume", "value_template", Text(config.Write), "70"),
            ("firmware", "value_template", Wire(Info()), "0.1.0"),
            ("wake", "value_template", Wire(wake), """{"event_type": "heard", "score": 88, "word": "hey \"you\""}"""),
            ("word_1", "value_template", Wire(new WakeMessage { TurnId = "ab-1", Word = "computer" }), "computer"),
            ("confirmed", "value_template", Text(new TurnMessage { TurnId = "ab-1" }.Write), "yes"),
            ("button_long", "value_template", Wire(new OccurrenceMessage { What = "long", Count = 1 }), "long"),
        ];
        string[] shown = await Jinja.RenderAsync([.. cases.Select(c => ((string)components[c.Key]![c.Field]!, c.Payload))]);
        Assert.Equal(cases.Select(c => $"{c.Key}: {c.Shown}"), cases.Select((c, i) => $"{c.Key}: {shown[i]}"));
        Assert.All(cases.Where(c => c.Key is "heart_sensor" or "microphone" or "mode"), c => Assert.Contains(c.Shown, components[c.Key]!["options"]!.AsArray().Select(o => (string?)o)));
    }

    [Fact]
    public async Task What_Home_Assistant_publishes_is_a_command_the_wearable_obeys()
    {
        JsonNode components = HomeAssistantRules.Expanded(Discovery.Message("bear", "Bear", Info()))["components"]!;
        string[] volume = await Jinja.RenderAsync(((string)components["volume"]!["command_template"]!, "65.0"));
        (string Name, int? Value, string Payload)[] published =
        [
            (CommandNames.Mute, 1, (string)components["mute"]!["payload_on"]!),
            (CommandNames.Mute, 0, (string)components["mute"]!["payload_off"]!),
            (CommandNames.Volume, 65, volume[0]),
            (CommandNames.Identify, null, (string)components["identify"]!["payload_press"]!),
        ];
        foreach ((string name, int? value, string payload) in published)
        {
            WireReader reader = new();
            reader.Load("cmd/" + name, Encoding.UTF8.GetBytes(payload), Encoding.UTF8.GetByteCount(payload));
            CommandMessage command = new();
            command.Read(reader);
            Assert.Equal((value is not null, value ?? 0, 0L), (command.HasValue, command.Value, command.SentMs));
            Assert.Contains(components.AsObject(), c => (string?)c.Value!["command_topic"] == Bear.Command(name));
        }
    }

    [Fact]
    public void A_board_without_voice_or_battery_has_no_entities_of_them()
    {
        InfoMessage info = Info();
        info.Capabilities = "heart,button,light";
        byte[] message = Discovery.Message("bear", "Bear", info);
        Assert.Empty(HomeAssistantRules.Faults(Topic, message));
        JsonObject components = HomeAssistantRules.Expanded(message)["components"]!.AsObject();
        Assert.Equal(["battery", "confirmed", "mute", "say", "volume", "wake", "word_1", "word_2"], components.Where(c => c.Value!.AsObject().Count == 1).Select(c => c.Key).Order());
    }

    [Fact]
    public async Task It_is_told_again_when_Home_Assistant_starts_and_when_the_gateway_starts()
    {
        string folder = TestGateway.NewFolder();
        await using (TestGateway first = await TestGateway.StartAsync(options => options with { DataFolder = folder }, keepFolder: true))
        {
            IMqttClient bear = await first.WearableAsync("bear");
            await bear.TellAsync(Bear.Status, StatusMessage.Online, retain: true);
            await TellInfoAsync(bear, Info());
            Viewer viewer = await first.ViewerAsync("homeassistant/device/+/config");
            Assert.True((await viewer.NextAsync()).Retained);
            IMqttClient home = await first.ConnectAsync("home_assistant");
            await home.TellAsync("homeassistant/status", "online");
            Assert.False((await viewer.NextAsync()).Retained);
            await home.TellAsync("homeassistant/status", "offline");
            Assert.True(viewer.SawNothing);
        }

        await using TestGateway second = await TestGateway.StartAsync(options => options with { DataFolder = folder });
        Viewer after = await second.ViewerAsync("homeassistant/#");
        Assert.Empty(HomeAssistantRules.Faults(Topic, (await after.NextAsync()).Payload));
        Viewer availability = await second.ViewerAsync(HouseTopics.Root + "#");
        Assert.Equal((HouseTopics.Availability("bear"), "offline"), await TextAsync(availability)); // until it is back
    }

    [Fact]
    public async Task A_removed_wearable_leaves_Home_Assistant_and_a_renamed_one_is_told_anew()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        DeviceAccounts accounts = gateway.Get<DeviceAccounts>();
        accounts.Add("bear", "Teddy", "a password of a test", replace: false);
        IMqttClient bear = await gateway.ConnectAsync("bear", options => options.WithCredentials("bear", "a password of a test"));
        await TellInfoAsync(bear, Info());
        Viewer viewer = await gateway.ViewerAsync("homeassistant/#");
        Assert.Equal("Teddy", (string?)HomeAssistantRules.Expanded((await viewer.NextAsync()).Payload)["device"]!["name"]);
        accounts.Add("bear", "Bruno", "another password", replace: true);
        await gateway.Get<HomeAssistantAnnouncer>().LookAsync();
        Assert.Equal("Bruno", (string?)HomeAssistantRules.Expanded((await viewer.NextAsync()).Payload)["device"]!["name"]);
        accounts.Remove("bear");
        await gateway.Get<HomeAssistantAnnouncer>().LookAsync();
        Assert.Empty((await viewer.NextAsync()).Payload);
        IMqttClient home = await gateway.ConnectAsync("home_assistant");
        await home.TellAsync("homeassistant/status", "online");
        Assert.Equal((Topic, ""), await TextAsync(viewer)); // Home Assistant may have been away when it was removed
        Assert.Equal(("homeassistant/status", "online"), await TextAsync(viewer));
        Assert.DoesNotContain(Topic, await RetainedAsync(gateway));
    }

    [Fact]
    public async Task Forgotten_it_stays_away_until_it_says_again_what_it_is()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        IMqttClient bear = await gateway.WearableAsync("bear");
        await TellInfoAsync(bear, Info());
        HomeAssistantAnnouncer announcer = gateway.Get<HomeAssistantAnnouncer>();
        await announcer.ForgetAsync("bear");
        await announcer.AnnounceAllAsync();
        Assert.Equal([Bear.Info], await RetainedAsync(gateway));
        await TellInfoAsync(bear, Info(), number: 2);
        Assert.Contains(Topic, await RetainedAsync(gateway));
    }

    [Fact]
    public async Task A_wearable_that_is_back_within_fifteen_seconds_was_never_away()
    {
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        await using TestGateway gateway = await TestGateway.StartAsync(services: added => added.AddSingleton<TimeProvider>(time));
        IMqttClient bear = await gateway.WearableAsync("bear");
        await TellInfoAsync(bear, Info());
        Viewer viewer = await gateway.ViewerAsync(HouseTopics.Root + "#");
        Assert.Equal("offline", (await viewer.NextAsync()).Text);
        await bear.TellAsync(Bear.Status, StatusMessage.Online, retain: true);
        Assert.Equal("online", (await viewer.NextAsync()).Text);
        await bear.TellAsync(Bear.Status, StatusMessage.Offline, retain: true);
        time.Advance(HomeAssistantAnnouncer.OfflineAfter - TimeSpan.FromSeconds(1));
        await bear.TellAsync(Bear.Status, StatusMessage.Online, retain: true);
        time.Advance(HomeAssistantAnnouncer.OfflineAfter);
        Assert.True(viewer.SawNothing);
        await bear.TellAsync(Bear.Status, StatusMessage.Offline, retain: true);
        time.Advance(HomeAssistantAnnouncer.OfflineAfter);
        Assert.Equal("offline", (await viewer.NextAsync()).Text);
    }

    [Fact]
    public async Task Told_nothing_where_the_owner_wants_it_so()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(options => options with { HomeAssistantPrefix = null });
        IMqttClient bear = await gateway.WearableAsync("bear");
        await TellInfoAsync(bear, Info());
        Assert.Equal([Bear.Info], await RetainedAsync(gateway));
    }

    [Theory]
    [InlineData("homeassistant/device/bear/config")]
    [InlineData("homeassistant/sensor/evil/config")]
    [InlineData("homeassistant/status")]
    [InlineData("wearable-house/v1/bear/available")]
    [InlineData("wearable-house/v1/owl/say")]
    public async Task A_wearable_puts_nothing_into_Home_Assistant(string topic)
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        IMqttClient bear = await gateway.ConnectAsync("bear", options => options.WithProtocolVersion(MqttProtocolVersion.V500));
        await TellInfoAsync(bear, Info());
        Assert.Equal(MqttClientPublishReasonCode.NotAuthorized, (await bear.TellAsync(topic, "online")).ReasonCode);
    }

    [Fact]
    public async Task Only_the_gateway_speaks_on_its_topics_but_the_owner_may_erase_there()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        IMqttClient bear = await gateway.WearableAsync("bear");
        await TellInfoAsync(bear, Info());
        IMqttClient tool = await gateway.ConnectAsync("my_tool", options => options.WithProtocolVersion(MqttProtocolVersion.V500));
        Assert.Equal(MqttClientPublishReasonCode.NotAuthorized, (await tool.TellAsync(Topic, "{}", retain: true)).ReasonCode);
        Assert.Equal(MqttClientPublishReasonCode.NotAuthorized, (await tool.TellAsync(HouseTopics.Availability("bear"), "online", retain: true)).ReasonCode);
        Assert.True((await tool.TellAsync("homeassistant/sensor/lamp/config", "{}", retain: true)).IsSuccess); // another program's own
        Assert.True((await tool.TellAsync(Topic, "", retain: true)).IsSuccess);
        Assert.DoesNotContain(Topic, await RetainedAsync(gateway));
    }

    [Fact]
    public async Task A_text_on_the_say_topic_is_said_and_seen_by_nobody_else()
    {
        Announcer announcer = new();
        await using TestGateway gateway = await TestGateway.StartAsync(services: added => added.AddSingleton<IAnnouncer>(announcer));
        IMqttClient bear = await gateway.WearableAsync("bear");
        await bear.TellAsync(Bear.Status, StatusMessage.Online);
        Viewer viewer = await gateway.ViewerAsync("#");
        IMqttClient home = await gateway.ConnectAsync("home_assistant", options => options.WithProtocolVersion(MqttProtocolVersion.V500));
        Assert.Equal(MqttClientPublishReasonCode.Success, (await home.TellAsync(HouseTopics.Say("bear"), "Dinner is ready", retain: true)).ReasonCode);
        Assert.Equal((HouseTopics.Said("bear"), """{"said":true}"""), await TextAsync(viewer));
        Assert.Equal([("bear", "Dinner is ready")], announcer.Said);
        announcer.Free = false;
        await home.TellAsync(HouseTopics.Say("bear"), "Again");
        Assert.StartsWith("{\"said\":false,\"why\":\"the wearable is away", (await viewer.NextAsync()).Text, StringComparison.Ordinal);
        Assert.DoesNotContain(gateway.Get<TopicBook>().Since(0).Topics, topic => topic.Topic == HouseTopics.Say("bear"));
    }

    [Theory]
    [InlineData("bear", "", "1 to 300 characters")]
    [InlineData("bear", "two\nlines", "1 to 300 characters")]
    [InlineData("owl", "hello", "no wearable owl")]
    [InlineData("bear", "hello", "without voice")]
    public async Task A_text_that_cannot_be_said_is_refused_by_name(string device, string text, string why)
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        IMqttClient bear = await gateway.WearableAsync("bear");
        await bear.TellAsync(Bear.Status, StatusMessage.Online);
        IMqttClient home = await gateway.ConnectAsync("home_assistant", options => options.WithProtocolVersion(MqttProtocolVersion.V500));
        Assert.Equal(MqttClientPublishReasonCode.NotAuthorized, (await home.TellAsync(HouseTopics.Say(device), text)).ReasonCode);
        Assert.Contains(why, Assert.Single(gateway.Get<RefusalLog>().Recent()).Why, StringComparison.Ordinal);
    }

    private static InfoMessage Info() => new()
    {
        FirmwareVersion = "0.1.0", ClrVersion = "1.17", Board = "ESP32_S3_OCTAL", Capabilities = "mic,speaker,heart,button,light,battery", Codecs = [0, 30], Words = "computer,view glass", Thresholds = [62, 52], ModelVersion = "both-1",
    };

    private static async Task TellInfoAsync(IMqttClient wearable, InfoMessage info, int number = 1) =>
        await wearable.TellAsync(Bear.Info, Say.Bytes(info, number), retain: true);

    private static string Wire(DeviceMessage message) => Encoding.UTF8.GetString(Say.Bytes(message, 1));

    private static string Text(Action<WireWriter> write)
    {
        WireWriter writer = new();
        write(writer);
        return Encoding.UTF8.GetString(writer.ToArray());
    }

    private static async Task<IEnumerable<string>> RetainedAsync(TestGateway gateway) => (await gateway.Get<Broker>().Server.GetRetainedMessagesAsync()).Select(message => message.Topic);

    private static async Task<(string Topic, string Text)> TextAsync(Viewer viewer)
    {
        Viewer.Seen seen = await viewer.NextAsync();
        return (seen.Topic, seen.Text);
    }

    private sealed class Announcer : IAnnouncer
    {
        public List<(string Device, string Text)> Said { get; } = [];

        public bool Free { get; set; } = true;

        public Task<bool> AnnounceAsync(string deviceId, string text, CancellationToken cancellation)
        {
            Said.Add((deviceId, text));
            return Task.FromResult(Free);
        }
    }
}
