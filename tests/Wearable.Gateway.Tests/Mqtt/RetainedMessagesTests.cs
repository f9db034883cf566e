using MQTTnet;
using Wearable.Contract;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Telemetry;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests.Mqtt;

public sealed class SqliteRetainedMessagesTests() : RetainedMessagesTests(StoreKind.Sqlite);

public sealed class PostgresRetainedMessagesTests() : RetainedMessagesTests(StoreKind.Postgres);

public abstract class RetainedMessagesTests(StoreKind kind)
{
    [Fact]
    public async Task What_wearables_are_and_owners_wish_outlives_a_restart_but_no_one_is_online_after_it()
    {
        string folder = TestGateway.NewFolder();
        Topics topics = new("bear");
        StoreChoice store;
        await using (TestGateway before = await TestGateway.StartAsync(options => options with { DataFolder = folder }, keepFolder: true, kind: kind))
        {
            store = before.Options.Store;
            IMqttClient bear = await before.WearableAsync("bear");
            await bear.TellAsync(topics.Status, StatusMessage.Online, retain: true);
            await bear.TellAsync(topics.Info, Say.Bytes(new InfoMessage { Board = "simulator" }, 1), retain: true);
            await bear.TellAsync(topics.State, Say.Bytes(new StateMessage { Microphone = 1 }, 2), retain: true);
            await before.Get<IDeviceSender>().SendConfigAsync("bear", new ConfigMessage { Version = 3 });
        }

        await using TestGateway after = await TestGateway.StartAsync(options => options with { DataFolder = folder, Store = store }, kind: kind);
        DeviceSnapshot device = Assert.Single(after.Get<DeviceRegistry>().All());
        Assert.Equal(("bear", false, "simulator", 1), (device.Id, device.Online, device.Info!.Board, device.State!.Microphone));
        Viewer viewer = await after.ViewerAsync("wearable/#");
        Dictionary<string, string> seen = [];
        for (int i = 0; i < 4; i++)
        {
            Viewer.Seen message = await viewer.NextAsync();
            Assert.True(message.Retained);
            seen[message.Topic] = message.Text;
        }

        Assert.Equal(("offline", """{"v":3}"""), (seen[topics.Status], seen[topics.ConfigDesired]));
        Assert.Contains("simulator", seen[topics.Info], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_retained_payload_erases()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(kind: kind);
        IMqttClient bear = await gateway.WearableAsync("bear");
        await bear.TellAsync(new Topics("bear").Info, Say.Bytes(new InfoMessage(), 1), retain: true);
        Assert.Equal([new Topics("bear").Info], await gateway.RowsAsync("SELECT topic FROM retained"));
        await bear.TellAsync(new Topics("bear").Info, "", retain: true);
        Assert.Empty(await gateway.RowsAsync("SELECT topic FROM retained"));
        Assert.Equal(0, gateway.Get<RefusalLog>().Total);
    }

    [Fact]
    public async Task A_pulse_is_never_retained()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(kind: kind);
        IMqttClient bear = await gateway.WearableAsync("bear");
        await bear.TellAsync(new Topics("bear").Heart, Say.Bytes(Say.Heart(723), 1), retain: true);
        await bear.TellAsync(new Topics("bear").Status, StatusMessage.Online, retain: true);
        Viewer viewer = await gateway.ViewerAsync("wearable/#");
        Assert.Equal(new Topics("bear").Status, (await viewer.NextAsync()).Topic);
        Assert.True(viewer.SawNothing);
        Assert.Equal(1, gateway.Get<Ingest>().CountsOf("bear").Received - 1); // heard all the same
        Assert.StartsWith("not retained expected", Assert.Single(gateway.Get<RefusalLog>().Recent()).Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_connects_later_finds_no_value_of_a_body_anywhere_home_assistant_included()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(kind: kind);
        IMqttClient bear = await gateway.WearableAsync("bear");
        Topics topics = new("bear");
        await bear.TellAsync(topics.Status, StatusMessage.Online, retain: true);
        await bear.TellAsync(topics.Heart, Say.Bytes(Say.Heart(723), 1), retain: true);
        await bear.TellAsync(topics.Beats, Say.Bytes(new BeatsMessage { FirstBeatMs = 5, Count = 1 }, 2), retain: true);
        Viewer viewer = await gateway.ViewerAsync("#");
        Viewer.Seen only = await viewer.NextAsync();
        Assert.Equal((topics.Status, "online"), (only.Topic, only.Text));
        await bear.TellAsync(topics.Heart, Say.Bytes(Say.Heart(724), 3), retain: true);
        Viewer.Seen live = await viewer.NextAsync();
        Assert.Equal((topics.Heart, false), (live.Topic, live.Retained));
        Assert.True(viewer.SawNothing); // the gateway itself publishes no value of a body
        Assert.Equal([topics.Status], await gateway.RowsAsync("SELECT topic FROM retained"));
    }

    [Fact]
    public async Task Oxygen_is_off_a_number_sent_all_the_same_is_neither_stored_nor_exported()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(kind: kind);
        IMqttClient bear = await gateway.WearableAsync("bear");
        string heart = System.Text.Encoding.UTF8.GetString(Say.Bytes(Say.Heart(723), 1));
        await bear.TellAsync(new Topics("bear").Heart, heart[..^1] + ",\"spo2\":97}");
        Assert.Equal(["723"], await gateway.RowsAsync("SELECT bpm10 FROM heart"));
        Assert.Empty(await gateway.RowsAsync(kind == StoreKind.Sqlite
            ? "SELECT name FROM sqlite_master WHERE lower(sql) LIKE '%spo2%'"
            : "SELECT column_name FROM information_schema.columns WHERE lower(column_name) LIKE '%spo2%'"));
        foreach (string path in new[] { "export?from=2020-01-01&format=csv&", "export?from=2020-01-01&format=fhir&", "export?from=2020-01-01&format=omh&", "day?" })
        {
            string text = await gateway.Http.GetStringAsync($"/api/heart/{path}device=bear");
            Assert.Contains("72.3", text, StringComparison.Ordinal);
            Assert.DoesNotContain("spo2", text, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task A_goodbye_without_a_word_is_offline_too()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(kind: kind);
        Viewer viewer = await gateway.ViewerAsync("wearable/#");
        IMqttClient bear = await gateway.WearableAsync("bear");
        await bear.TellAsync(new Topics("bear").Status, StatusMessage.Online, retain: true);
        Assert.Equal("online", (await viewer.NextAsync()).Text);
        await bear.DisconnectAsync();
        Assert.Equal("offline", (await viewer.NextAsync()).Text);
        Assert.False(gateway.Get<DeviceRegistry>().Find("bear")!.Online);
    }
}
