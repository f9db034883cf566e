using System.Buffers;
using System.CommandLine;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using MQTTnet;
using MQTTnet.Protocol;
using Wearable.Contract;
using Wearable.Gateway.Brain;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Identity;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Privacy;
using Wearable.Gateway.Pulse;
using Wearable.Gateway.Safety;
using Wearable.Gateway.Telemetry;
using Wearable.Gateway.Telemetry.Sqlite;
using Wearable.Gateway.Tests.Support;
using Wearable.Gateway.Tool;

namespace Wearable.Gateway.Tests.Privacy;

/// <summary>One of two people is forgotten: the other's rows and files stay as they are, and nothing of the first is in any byte.</summary>
public sealed class ErasureTests : IDisposable
{
    private readonly string _folder = TestGateway.NewFolder();

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    [Fact]
    public async Task Stopped_one_of_two_is_erased_and_no_byte_is_left()
    {
        await using (TestGateway gateway = await StartAsync())
        {
            await TwoPeople.LiveAsync(gateway);
        }

        SqliteStore database = SqliteStore.Open(new GatewayOptions { DataFolder = _folder });
        string tom = await TwoPeople.HashOfAsync(database, TwoPeople.Tom);
        byte[] toms = File.ReadAllBytes(Path.Combine(_folder, "memory", TwoPeople.Tom + ".json"));
        Assert.Contains("wearable.db", TwoPeople.FilesWith(_folder, TwoPeople.Mia)); // the search can find
        Assert.Contains("wearable.db", TwoPeople.FilesWith(_folder, TwoPeople.MiasWords));
        SqliteConnection.ClearAllPools();

        (int exit, string output, string error) = Forget(TwoPeople.Mia, "--account", "--json");
        Assert.Equal((0, ""), (exit, error));
        ErasureReport report = JsonSerializer.Deserialize<ErasureReport>(output, JsonSerializerOptions.Web)!;
        Assert.True(report.Search.Clean);
        Assert.Equal(["events", "health", "heart", "heart_sums", "numbers", "retained", "turns"], report.Rows.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(50, report.Rows["heart"]);
        Assert.Equal([$"memory/{TwoPeople.Mia}.json", $"recordings/{TwoPeople.Mia}/day.jsonl"], report.Files);
        Assert.Equal(["safety.json", "heart.json"], report.Settings);
        Assert.Equal(ErasureReport.AccountErased, report.Account);

        AssertNoByteLeft();
        Assert.Equal(tom, await TwoPeople.HashOfAsync(database, TwoPeople.Tom));
        Assert.Equal(toms, File.ReadAllBytes(Path.Combine(_folder, "memory", TwoPeople.Tom + ".json")));
        Assert.True(File.Exists(Path.Combine(_folder, "recordings", TwoPeople.Tom, "day.jsonl")));
        AssertTomsSettings();
        Assert.Equal([TwoPeople.Tom], new DeviceAccounts(new GatewayOptions { DataFolder = _folder }, TimeProvider.System).All().Select(account => account.Id));
    }

    [Fact]
    public async Task Running_one_of_two_is_erased_at_broker_store_and_memory_and_no_byte_is_left()
    {
        await using TestGateway gateway = await StartAsync();
        (IMqttClient mia, IMqttClient tom) = await TwoPeople.LiveAsync(gateway);
        await gateway.RowsAsync("SELECT 1");
        string before = await TwoPeople.HashOfAsync(gateway.Get<IStore>(), TwoPeople.Tom);
        TaskCompletionSource forgot = Obeying(mia);
        await mia.SubscribeAsync(new Topics(TwoPeople.Mia).Command(CommandNames.Forget), MqttQualityOfServiceLevel.AtLeastOnce);
        Viewer viewer = await gateway.ViewerAsync("homeassistant/#");
        Assert.NotEmpty((await viewer.NextAsync()).Payload);
        Assert.NotEmpty((await viewer.NextAsync()).Payload);

        (int exit, string output, string error) = await Task.Run(() => Forget(TwoPeople.Mia, "--account", "--json"));
        Assert.Equal((0, ""), (exit, error));
        ErasureReport report = JsonSerializer.Deserialize<ErasureReport>(output, JsonSerializerOptions.Web)!;
        Assert.True(report.Search.Clean);
        Assert.True(forgot.Task.IsCompleted);
        Assert.StartsWith("forgot its own settings", report.Wearable, StringComparison.Ordinal);
        Assert.Equal(
            new[] { "cfg/desired", "cfg/model", "info", "state", "status" }.Select(topic => $"wearable/v1/{TwoPeople.Mia}/{topic}").Prepend($"wearable-house/v1/{TwoPeople.Mia}/available").Prepend($"homeassistant/device/{TwoPeople.Mia}/config").Order(StringComparer.Ordinal), report.Topics);
        Viewer.Seen emptied = await viewer.NextAsync();
        Assert.Equal(($"homeassistant/device/{TwoPeople.Mia}/config", 0), (emptied.Topic, emptied.Payload.Length));

        AssertNoByteLeft();
        Assert.Equal(before, await TwoPeople.HashOfAsync(gateway.Get<IStore>(), TwoPeople.Tom));
        AssertTomsSettings();
        Assert.Equal([TwoPeople.Tom], gateway.Get<DeviceRegistry>().All().Select(device => device.Id));
        Assert.Null(gateway.Get<IHeartHistory>().Latest(TwoPeople.Mia));
        Assert.NotNull(gateway.Get<IHeartHistory>().Latest(TwoPeople.Tom));
        Assert.Equal(0, gateway.Get<Ingest>().CountsOf(TwoPeople.Mia).Received);
        Assert.DoesNotContain(gateway.Get<TopicBook>().Since(0).Topics, topic => topic.Topic.Contains($"/{TwoPeople.Mia}/", StringComparison.Ordinal));
        Assert.Equal(AgeBand.Adult, gateway.Get<SafetySettings>().Of(TwoPeople.Mia).Band);
        Assert.Equal(AgeBand.Teen, gateway.Get<SafetySettings>().Of(TwoPeople.Tom).Band);
        Assert.Null(gateway.Get<HeartSettings>().AgeOf(TwoPeople.Mia));
        Assert.False(mia.IsConnected);
        Assert.True(tom.IsConnected);
        Viewer later = await gateway.ViewerAsync("wearable/#");
        for (int i = 0; i < 5; i++)
        {
            Assert.StartsWith($"wearable/v1/{TwoPeople.Tom}/", (await later.NextAsync()).Topic, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Who_comes_back_after_being_forgotten_is_new()
    {
        await using TestGateway gateway = await StartAsync();
        IMqttClient first = await gateway.WearableAsync("rabbit");
        await first.TellAsync(new Topics("rabbit").Heart, Say.Bytes(Say.Heart(720), 1));
        JsonElement report = await gateway.Http.DeleteFromJsonAsync<JsonElement>("/api/devices/rabbit");
        Assert.Equal(1, report.GetProperty("rows").GetProperty("heart").GetInt64());
        IMqttClient again = await gateway.WearableAsync("rabbit");
        await again.TellAsync(new Topics("rabbit").Heart, Say.Bytes(Say.Heart(730), 1)); // the same boot and number: not a duplicate
        Assert.Equal(["730"], await gateway.RowsAsync("SELECT bpm10 FROM heart"));
        Assert.Equal(["1|1"], await gateway.RowsAsync("SELECT first, newest FROM numbers"));
    }

    [Fact]
    public async Task What_is_left_is_named_and_the_exit_code_is_1()
    {
        await using (TestGateway gateway = await StartAsync())
        {
            await TwoPeople.LiveAsync(gateway);
        }

        await File.WriteAllTextAsync(Path.Combine(_folder, "notes.txt"), $"ask about {TwoPeople.Mia}, not {TwoPeople.Tom}; {TwoPeople.MiasFact}");
        (int exit, string output, _) = Forget(TwoPeople.Mia);
        Assert.Equal(1, exit);
        Assert.Contains("notes.txt: its id, 1 times", output, StringComparison.Ordinal);
        Assert.Contains("notes.txt: a remembered fact, 1 times", output, StringComparison.Ordinal);
        Assert.DoesNotContain("turquoise", output, StringComparison.Ordinal);
        Assert.Contains("kept in devices.json", output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_folder, "notes.txt"))); // the owner's own
    }

    [Fact]
    public async Task A_word_that_another_person_said_is_not_taken_for_what_is_left()
    {
        await using (TestGateway gateway = await TestGateway.StartAsync(options => TwoPeople.Options(options) with { DataFolder = _folder }, keepFolder: true))
        {
            await (await gateway.WearableAsync("bear")).TellAsync(new Topics("bear").Button, Say.Bytes(Say.Button(), 1));
            await (await gateway.WearableAsync("rabbit")).TellAsync(new Topics("rabbit").Button, Say.Bytes(Say.Button(), 1));
            await gateway.Get<IDeviceSender>().PublishTurnAsync("rabbit", "done", new TurnMessage { TurnId = "t", Heard = "a story about a bear, please", Answer = "Once there was a bear." });
        }

        (int exit, string output, _) = Forget("bear");
        Assert.Equal(0, exit);
        Assert.Contains("each in rows of other wearables", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nobody", "Nothing of nobody was found: ")]
    [InlineData("../bear", "id: 1 to 32 of a-z, 0-9 and - expected, got \"../bear\".")]
    public void Whom_nobody_knows_is_said(string id, string sentence)
    {
        SqliteStore.Open(new GatewayOptions { DataFolder = _folder });
        (int exit, _, string error) = Forget(id);
        Assert.Equal(1, exit);
        Assert.StartsWith(sentence, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_typed_id_nothing_is_erased()
    {
        new FactMemory(new GatewayOptions { DataFolder = _folder }).Add("bear", "likes honey");
        SqliteStore.Open(new GatewayOptions { DataFolder = _folder });
        (int exit, _, string error) = Run("yes", "forget", "bear");
        Assert.Equal((1, "Nothing was erased: the id bear expected as an answer, or --yes."), (exit, error.Trim()));
        Assert.Single(new FactMemory(new GatewayOptions { DataFolder = _folder }).Of("bear"));
        Assert.Equal(0, Run("bear", "forget", "bear").Exit);
        Assert.False(Directory.Exists(Path.Combine(_folder, "memory")));
    }

    [Fact]
    public async Task Every_table_of_the_database_is_known_to_hold_somebody()
    {
        // A table added later must have a column device or topic, or be decided about here.
        SqliteStore database = SqliteStore.Open(new GatewayOptions { DataFolder = _folder });
        Assert.Empty(await TestStore.RowsAsync(database, """
            SELECT t.name FROM sqlite_master t WHERE t.type = 'table' AND NOT EXISTS (SELECT 1 FROM pragma_table_info(t.name) c WHERE c.name IN ('device', 'topic'))
            """));
        Assert.Equal(
            StoreTable.All.Select(table => table.Name).Append("heart_sums").Order(StringComparer.Ordinal), await TestStore.RowsAsync(database, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"));
    }

    [Fact]
    public async Task Through_a_gateway_open_to_the_network_only_an_admin_erases()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(options => options with { Bind = IPAddress.Any });
        string reader = gateway.Get<UserAccounts>().Add("viewer", UserRole.Reader);
        using HttpClientHandler handler = new() { ServerCertificateCustomValidationCallback = (_, _, _, _) => true };
        using HttpClient client = new(handler) { BaseAddress = gateway.Get<GatewayPorts>().Page };
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.DeleteAsync("/api/devices/bear")).StatusCode);
        client.DefaultRequestHeaders.Authorization = new("Bearer", $"viewer:{reader}");
        Assert.Equal(HttpStatusCode.Forbidden, (await client.DeleteAsync("/api/devices/bear")).StatusCode);
        client.DefaultRequestHeaders.Authorization = new(Presence.Scheme, RunningGateway.Find(gateway.Options.DataFolder)!.Key);
        Assert.Equal(HttpStatusCode.OK, (await client.DeleteAsync("/api/devices/bear")).StatusCode);
        client.DefaultRequestHeaders.Authorization = new(Presence.Scheme, "another key");
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.DeleteAsync("/api/devices/bear")).StatusCode);
    }

    private Task<TestGateway> StartAsync()
    {
        TwoPeople.WriteSettings(_folder);
        return TestGateway.StartAsync(options => TwoPeople.Options(options) with { DataFolder = _folder }, keepFolder: true);
    }

    private static TaskCompletionSource Obeying(IMqttClient client)
    {
        TaskCompletionSource obeyed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        client.ApplicationMessageReceivedAsync += async received =>
        {
            WireReader reader = new();
            byte[] payload = received.ApplicationMessage.Payload.ToArray();
            reader.Load("cmd", payload, payload.Length);
            CommandMessage command = new();
            command.Read(reader);
            obeyed.TrySetResult();
            await client.TellAsync(new Topics(TwoPeople.Mia).Ack, Say.Bytes(new AckMessage { CommandId = command.Id, Ok = true }, 900));
        };
        return obeyed;
    }

    private void AssertNoByteLeft()
    {
        foreach (string text in (string[])[TwoPeople.Mia, TwoPeople.MiasFact, TwoPeople.MiasWords, "grandmother", "Mia's bear"])
        {
            Assert.Empty(TwoPeople.FilesWith(_folder, text));
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder, $"{TwoPeople.Mia}*", SearchOption.AllDirectories));
    }

    private void AssertTomsSettings()
    {
        string safety = File.ReadAllText(Path.Combine(_folder, "safety.json"));
        Assert.Contains("// Who is who.", safety, StringComparison.Ordinal);
        Assert.Equal(AgeBand.Teen, SafetySettingsFile.Load(_folder).Of(TwoPeople.Tom).Band);
        Assert.Equal(41, HeartSettings.Load(_folder).AgeOf(TwoPeople.Tom));
    }

    private (int Exit, string Output, string Error) Forget(string id, params string[] more) => Run(null, ["forget", id, "--yes", .. more]);

    private (int Exit, string Output, string Error) Run(string? typed, params string[] arguments)
    {
        GatewayCommand command = new((_, _) => Task.FromResult(99));
        command.Root.Subcommands.Add(ForgetCommand.Make(command.OptionsOf, _ => typed));
        using StringWriter output = new(), error = new();
        int exit = command.Root.Parse([.. arguments, "--data", _folder]).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output, Error = error });
        return (exit, output.ToString(), error.ToString());
    }
}
