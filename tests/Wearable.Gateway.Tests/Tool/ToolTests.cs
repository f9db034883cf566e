using System.CommandLine;
using System.Net;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using MQTTnet;
using Wearable.Contract;
using Wearable.Gateway.Brain;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Identity;
using Wearable.Gateway.Safety;
using Wearable.Gateway.Tests.Support;
using Wearable.Gateway.Tool;

namespace Wearable.Gateway.Tests.Tool;

/// <summary>The verbs that need a running gateway, in this process against a real one.</summary>
public sealed class ToolTests
{
    [Fact]
    public async Task Devices_shows_state_microphone_battery_memory_and_name()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        Assert.StartsWith("No wearable was heard of yet.", Run(gateway, "devices").Output, StringComparison.Ordinal);
        IMqttClient bear = await gateway.WearableAsync("bear");
        await bear.TellAsync(new Topics("bear").Status, StatusMessage.Online);
        await bear.TellAsync(new Topics("bear").State, Say.Bytes(new StateMessage { Microphone = Array.IndexOf(StateMessage.Microphones, "wake") }, 1));
        await bear.TellAsync(new Topics("bear").DeviceHealth, Say.Bytes(new DeviceHealthMessage { HasBattery = true, BatteryPercent = 83, FreeHeapBytes = 150 * 1024, HasRssi = true, RssiDbm = -61, ResetReason = "power" }, 2));
        await bear.TellAsync(new Topics("bear").Heart, Say.Bytes(Say.Heart(723), 3));
        (int exit, string output, string error) = Run(gateway, "devices");
        Assert.Equal((0, ""), (exit, error));
        Assert.Matches(@"bear +idle +wake +72 bpm +83% +150 KB +\d+ s ago +-61 dBm", output);
        Assert.Equal("bear", JsonDocument.Parse(Run(gateway, "devices", "--json").Output).RootElement[0].GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_renamed_wearable_keeps_its_id_and_what_is_stored()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        gateway.Get<DeviceAccounts>().Add("bear", "Bear", "password", replace: false);
        IMqttClient bear = await gateway.ConnectAsync("bear", options => options.WithCredentials("bear", "password"));
        await bear.TellAsync(new Topics("bear").Heart, Say.Bytes(Say.Heart(723), 1));
        Assert.Equal((0, $"bear is called Mia's bear now; its id stays.{Environment.NewLine}", ""), Run(gateway, "device", "rename", "bear", "Mia's bear"));
        Assert.Contains("Mia's bear", Run(gateway, "devices").Output, StringComparison.Ordinal);
        Assert.Equal(["bear|723"], await gateway.RowsAsync("SELECT device, bpm10 FROM heart"));
        await bear.TellAsync(new Topics("bear").Heart, Say.Bytes(Say.Heart(724), 2)); // its password holds
        Assert.Equal((1, "", $"rabbit was never added or is removed: device list shows what there is, device add adds it.{Environment.NewLine}"), Run(gateway, "device", "rename", "rabbit", "Rabbit"));
        Assert.Equal(1, Run(gateway, "device", "rename", "bear", "two\nlines").Exit);
    }

    [Fact]
    public async Task Say_speaks_through_the_announcer_and_tells_when_not()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(services: AddVoice);
        Announced announced = gateway.Get<Announced>();
        Assert.Equal((1, "", $"device: no wearable was heard of yet.{Environment.NewLine}"), Run(gateway, "say", "bear", "hello"));
        await (await gateway.WearableAsync("bear")).TellAsync(new Topics("bear").Status, StatusMessage.Online);
        Assert.Equal((0, $"Said.{Environment.NewLine}", ""), Run(gateway, "say", "bear", "dinner is ready"));
        Assert.Equal(["bear: dinner is ready"], announced.Said);
        Assert.Equal((1, "", $"device: one of bear expected.{Environment.NewLine}"), Run(gateway, "say", "baer", "hello"));
        Assert.Equal((1, "", $"text: 1 to 300 characters on one line expected.{Environment.NewLine}"), Run(gateway, "say", "bear", new string('a', 301)));
        announced.Busy = true;
        Assert.Equal((1, "", $"Not said: the wearable is away or busy, or the safety rules refuse the text.{Environment.NewLine}"), Run(gateway, "say", "bear", "hello"));
    }

    [Fact]
    public async Task Ask_answers_within_the_safety_rules_and_is_spoken_where_wanted()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(services: AddVoice);
        await (await gateway.WearableAsync("bear")).TellAsync(new Topics("bear").Status, StatusMessage.Online);
        (int exit, string output, _) = Run(gateway, "ask", "say after me, good morning");
        Assert.Equal((0, "good morning."), (exit, output.Trim().ToLowerInvariant()));
        Assert.Empty(gateway.Get<Announced>().Said);
        string refused = Run(gateway, "ask", "how do i make a bomb").Output.Trim();
        Assert.Equal(new SafetyGate(new SafetySettings(), TimeProvider.System).CheckHeard("terminal", "how do i make a bomb").Reply, refused);
        Assert.Contains("timer of five minutes", Run(gateway, "ask", "set a timer for five minutes", "--device", "bear").Output, StringComparison.Ordinal);
        Assert.StartsWith("bear: ", Assert.Single(gateway.Get<Announced>().Said), StringComparison.Ordinal);
        Assert.True(JsonDocument.Parse(Run(gateway, "ask", "what time is it", "--device", "bear", "--json").Output).RootElement.GetProperty("spoken").GetBoolean());
    }

    [Fact]
    public async Task Another_program_of_this_machine_may_not_speak_without_key_or_password()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(services: AddVoice);
        using StringContent body = new("""{"device":"bear","text":"hello"}""", System.Text.Encoding.UTF8, "application/json");
        Assert.Equal(HttpStatusCode.Unauthorized, (await gateway.Http.PostAsync("/api/say", body)).StatusCode);
        gateway.Http.DefaultRequestHeaders.Authorization = new("Bearer", $"viewer:{gateway.Get<UserAccounts>().Add("viewer", UserRole.Reader)}");
        Assert.Equal(HttpStatusCode.Forbidden, (await gateway.Http.PostAsync("/api/ask", body)).StatusCode);
        Assert.Empty(gateway.Get<Announced>().Said);
    }

    [Fact]
    public async Task Watch_writes_json_lines_into_a_pipe_and_filters()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        IMqttClient bear = await gateway.WearableAsync("bear"), rabbit = await gateway.WearableAsync("rabbit");
        await bear.TellAsync(new Topics("bear").Status, StatusMessage.Online, retain: true);
        Task<(int Exit, string Output, string Error)> watching = Task.Run(() => Run(gateway, "watch", "--device", "bear", "--kind", "heart", "status", "--count", "3"));
        // Until the watcher is there, nobody knows when it is: its first line is the retained status.
        for (int n = 1; !watching.IsCompleted; n++)
        {
            await rabbit.TellAsync(new Topics("rabbit").Heart, Say.Bytes(Say.Heart(800), n));
            await bear.TellAsync(new Topics("bear").Button, Say.Bytes(Say.Button(), (2 * n) - 1));
            await bear.TellAsync(new Topics("bear").Heart, Say.Bytes(Say.Heart(723), 2 * n));
            await Task.WhenAny(watching, Task.Delay(50));
        }

        (int exit, string output, string error) = await watching;
        Assert.Equal((0, ""), (exit, error));
        JsonElement[] lines = [.. output.Trim().Split(Environment.NewLine).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(("wearable/v1/bear/status", true, "online"), (lines[0].GetProperty("topic").GetString(), lines[0].GetProperty("retained").GetBoolean(), lines[0].GetProperty("payload").GetString()));
        Assert.All(lines.Skip(1), line => Assert.Equal(("bear", "heart", 723), (line.GetProperty("device").GetString(), line.GetProperty("kind").GetString(), line.GetProperty("payload").GetProperty("bpm10").GetInt32())));
    }

    [Fact]
    public async Task From_another_machine_a_user_signs_in_by_environment_and_pins_the_authority()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(options => options with { Bind = IPAddress.Any });
        string password = gateway.Get<UserAccounts>().Add("viewer", UserRole.Reader), passwordFile = gateway.Options.DataFolder + ".password";
        await File.WriteAllTextAsync(passwordFile, password + "\n");
        string elsewhere = TestGateway.NewFolder(), authority = Path.Combine(gateway.Options.DataFolder, GatewayCertificate.AuthorityFile), page = gateway.Get<GatewayPorts>().Page.ToString();
        string[] signIn = ["--gateway", page, "--user", "viewer", "--password-file", passwordFile, "--ca", authority, "--data", elsewhere];
        Assert.Equal((0, ""), Pick(Call(["devices", .. signIn])));
        (int exit, _, string error) = Call(["ask", "what time is it", .. signIn]);
        Assert.Equal((3, "This user may only look: \"user add NAME --admin\" at the gateway makes one that may do this."), (exit, error.Trim()));
        (exit, _, error) = Call(["devices", "--gateway", page, "--ca", authority, "--data", elsewhere]);
        Assert.Equal(3, exit);
        Assert.StartsWith("The gateway wants a user and password: give --user NAME and WEARABLE_PASSWORD", error, StringComparison.Ordinal);
        (exit, _, error) = Call(["devices", "--gateway", page, "--data", elsewhere]);
        Assert.Equal(3, exit);
        Assert.Contains("is not of your gateway's authority: give its ca.pem with --ca FILE", error, StringComparison.Ordinal);
        string mqtts = $"mqtts://127.0.0.1:{gateway.Get<GatewayPorts>().Mqtts}";
        await (await gateway.WearableAsync("bear")).TellAsync(new Topics("bear").Status, StatusMessage.Online, retain: true);
        (exit, string output, _) = Call(["watch", "--count", "1", "--broker", mqtts, "--user", "viewer", "--password-file", passwordFile, "--ca", authority, "--data", elsewhere]);
        Assert.Equal(0, exit);
        Assert.Contains("wearable/v1/bear/status", output, StringComparison.Ordinal);
        File.Delete(passwordFile);
        Assert.DoesNotContain(gateway.Log.All, entry => entry.Contains(password, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("devices")]
    [InlineData("say", "bear", "hello")]
    [InlineData("ask", "what time is it")]
    [InlineData("watch")]
    [InlineData("record", "--device", "bear")]
    [InlineData("wake-model", "--device", "bear", "--shipped")]
    public void Without_a_gateway_one_sentence_says_how_to_start_it_and_the_exit_code_is_2(params string[] verb)
    {
        string folder = TestGateway.NewFolder();
        // Port 9 is nobody's.
        (int exit, _, string error) = Call([.. verb, .. verb[0] == "record" ? new[] { "--out", folder } : [], "--http-port", "9", "--mqtt-port", "9", "--data", folder]);
        Assert.Equal(2, exit);
        Assert.Single(error.Trim().Split('\n'));
        Assert.Matches("(No|no) gateway .*start it with \"wearable\"", error);
        Assert.False(Directory.Exists(Path.Combine(folder, "data")));
    }

    [Fact]
    public async Task What_a_crash_left_behind_is_not_taken_for_a_gateway()
    {
        string folder = TestGateway.NewFolder();
        byte[] said;
        await using (TestGateway gateway = await TestGateway.StartAsync(options => options with { DataFolder = folder }, keepFolder: true))
        {
            said = await File.ReadAllBytesAsync(Path.Combine(folder, RunningGateway.FileName));
            RunningGateway running = RunningGateway.Find(folder)!;
            Assert.Equal((Environment.ProcessId, gateway.Get<GatewayPorts>().Page, gateway.MqttPort), (running.ProcessId, running.Page, running.MqttPort));
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, RunningGateway.FileName)));
            }
        }

        Assert.False(File.Exists(Path.Combine(folder, RunningGateway.FileName)));
        await File.WriteAllBytesAsync(Path.Combine(folder, RunningGateway.FileName), said);
        Assert.Null(RunningGateway.Find(folder));
        SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    private static (int Exit, string Error) Pick((int Exit, string Output, string Error) run) => (run.Exit, run.Error);

    private static (int Exit, string Output, string Error) Run(TestGateway gateway, params string[] arguments) => Call([.. arguments, "--data", gateway.Options.DataFolder]);

    internal static (int Exit, string Output, string Error) Call(string[] arguments)
    {
        using StringWriter output = new(), error = new();
        int exit = WearableTool.Make().Root.Parse(arguments).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output, Error = error });
        return (exit, output.ToString(), error.ToString());
    }

    private static void AddVoice(IServiceCollection services)
    {
        services.AddBrain();
        services.AddSingleton<IChatClient>(p => p.GetRequiredService<SkillsChatClient>());
        services.AddSingleton<ISafetyGate>(p => new SafetyGate(p.GetRequiredService<SafetySettings>(), p.GetRequiredService<TimeProvider>()));
        services.AddSingleton<Announced>();
        services.AddSingleton<IAnnouncer>(p => p.GetRequiredService<Announced>());
    }

    private sealed class Announced : IAnnouncer
    {
        public List<string> Said { get; } = [];

        public bool Busy { get; set; }

        public Task<bool> AnnounceAsync(string deviceId, string text, CancellationToken cancellation)
        {
            if (!Busy)
            {
                Said.Add($"{deviceId}: {text}");
            }

            return Task.FromResult(!Busy);
        }
    }
}
