using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using MQTTnet;
using Wearable.Contract;
using Wearable.Gateway.Brain.Llm;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Doctor;
using Wearable.Gateway.Models;
using Wearable.Gateway.Telemetry.Sqlite;
using Wearable.Gateway.Tests.Support;
using Wearable.Gateway.Tool;

namespace Wearable.Gateway.Tests.Tool;

/// <summary>Broken set-ups, each made for real, and the one fault and cure that doctor names for it.</summary>
public sealed class DoctorTests : IDisposable
{
    private readonly string _folder = TestGateway.NewFolder();

    private string Data => Path.Combine(_folder, "data");

    private string Cache => Path.Combine(_folder, "models");

    public DoctorTests() => Directory.CreateDirectory(Path.Combine(_folder, "dev"));

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_fresh_machine_has_no_fault_and_nothing_is_made()
    {
        IReadOnlyList<Finding> findings = await DoctorCommand.LookAsync(Healthy(), TestContext.Current.CancellationToken);
        Assert.DoesNotContain(findings, finding => finding.Verdict == Verdict.Fault);
        Assert.Equal("speech models", Assert.Single(findings, finding => finding.Verdict == Verdict.Warning).Check); // installed at the first start
        Assert.False(Directory.Exists(Data));
        Assert.Equal(
            ["data folder", "free disk", "safety settings", "heart settings", "accounts of wearables", "users", "database", "clock", "port of the page", "port of the broker", "broker", "certificate authority", "speech models", "Node.js", "brain", "board on USB"],
            findings.Select(finding => finding.Check));
    }

    [Fact]
    public async Task A_running_gateway_and_its_broker_are_found_and_no_fault()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        IReadOnlyList<Finding> findings = await DoctorCommand.LookAsync(Healthy(gateway.Options with { HttpPort = gateway.Get<GatewayPorts>().Http, MqttPort = gateway.MqttPort }), TestContext.Current.CancellationToken);
        Assert.DoesNotContain(findings, finding => finding.Verdict == Verdict.Fault);
        Assert.Contains("is the running gateway's (process ", Of(findings, "port of the broker").Found, StringComparison.Ordinal);
        Assert.Equal($"answers at 127.0.0.1:{gateway.MqttPort}", Of(findings, "broker").Found);
        Assert.StartsWith($"sound, schema {SqliteStore.SchemaVersion}", Of(findings, "database").Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("port of the broker", "--mqtt-port")]
    [InlineData("port of the page", "--http-port")]
    public async Task Broken_1_and_2_a_taken_port_is_named_with_who_took_it(string check, string option)
    {
        using TcpListener other = new(IPAddress.Loopback, 0);
        other.Start();
        int port = ((IPEndPoint)other.LocalEndpoint).Port;
        GatewayOptions options = option == "--mqtt-port" ? Options() with { MqttPort = port } : Options() with { HttpPort = port };
        Finding fault = await FaultAsync(Healthy(options));
        Assert.Equal((check, $"Stop that program, or choose another port with {option} NUMBER."), (fault.Check, fault.Cure));
        Assert.StartsWith($"127.0.0.1:{port} is taken by ", fault.Found, StringComparison.Ordinal);
        if (OperatingSystem.IsLinux())
        {
            Assert.EndsWith($"(process {Environment.ProcessId})", fault.Found, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Broken_3_a_damaged_model_is_named_by_file()
    {
        string installed = new ModelStore(new ModelStoreOptions { CacheFolder = Cache }, TextWriter.Null).InstalledFolder;
        ModelFile first = ModelManifest.Read().Files[0];
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(installed, first.RelativePath))!);
        await File.WriteAllTextAsync(Path.Combine(installed, first.RelativePath), "half of it", TestContext.Current.CancellationToken);
        Finding fault = await FaultAsync(Healthy());
        Assert.Equal("speech models", fault.Check);
        Assert.Contains($"{first.RelativePath} is damaged: {first.Bytes} bytes expected, got 10", fault.Found, StringComparison.Ordinal);
        Assert.StartsWith($"Delete {installed} and start the gateway", fault.Cure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Broken_4_nodejs_is_not_there_where_the_models_are_not_either()
    {
        Finding fault = await FaultAsync(Healthy() with { Models = Models(Path.Combine(_folder, "empty path")) });
        Assert.Equal(("Node.js", "node or npm is not on the PATH", "18 or newer, with npm"), (fault.Check, fault.Found, fault.Wanted));
        Assert.StartsWith("Install Node.js 18 or newer", fault.Cure, StringComparison.Ordinal);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Broken_5_nodejs_is_too_old()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "a shell script stands in for node");
        Finding fault = await FaultAsync(Healthy() with { Models = Models(Node("v16.20.2")) });
        Assert.Equal(("Node.js", "v16.20.2", "18 or newer, with npm"), (fault.Check, fault.Found, fault.Wanted));
    }

    [Fact]
    public async Task Broken_6_a_clock_before_what_was_stored_is_wrong()
    {
        await using (TestGateway gateway = await TestGateway.StartAsync(options => options with { DataFolder = Data }, keepFolder: true))
        {
            await (await gateway.WearableAsync("bear")).TellAsync(new Topics("bear").Button, Say.Bytes(Say.Button(), 1));
        }

        FakeTimeProvider behind = new(DateTimeOffset.UtcNow - TimeSpan.FromHours(3));
        Finding fault = await FaultAsync(Healthy() with { Time = behind });
        Assert.Equal("clock", fault.Check);
        Assert.Matches("(179|180) minutes before the newest row in the database$", fault.Found);
        Assert.StartsWith("Switch on time from the internet", fault.Cure, StringComparison.Ordinal);
        Assert.Equal("clock", (await FaultAsync(Healthy() with { Time = new FakeTimeProvider(DateTimeOffset.UnixEpoch) })).Check); // a battery that went flat
    }

    [Fact]
    public async Task Broken_7_a_damaged_database_is_named()
    {
        Private(Path.Combine(Data, SqliteStore.FileName), "this is no database, though long enough to be one ................................................................");
        Finding fault = await FaultAsync(Healthy());
        Assert.Equal("database", fault.Check);
        Assert.StartsWith("damaged (", fault.Found, StringComparison.Ordinal);
        Assert.Contains("restore a copy", fault.Cure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Broken_8_a_database_of_a_newer_gateway_is_named()
    {
        using (SqliteConnection connection = SqliteStore.Open(Options()).Connect())
        {
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 99";
            command.ExecuteNonQuery();
        }

        Finding fault = await FaultAsync(Healthy());
        Assert.Equal(("database", "schema 99, of a newer gateway", $"schema {SqliteStore.SchemaVersion} or older"), (fault.Check, fault.Found, fault.Wanted));
        Assert.StartsWith("Update the gateway", fault.Cure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Broken_9_a_data_folder_that_cannot_be_made_is_named()
    {
        // Below a file: so for every user, also for the one that runs the tests.
        await File.WriteAllTextAsync(Path.Combine(_folder, "file"), "", TestContext.Current.CancellationToken);
        GatewayOptions options = Options() with { DataFolder = Path.Combine(_folder, "file", "data") };
        Finding fault = await FaultAsync(Healthy(options));
        Assert.Equal(("data folder", "Give this user rights on it, or choose another with --data FOLDER."), (fault.Check, fault.Cure));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Broken_10_secrets_that_others_can_read_are_named()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix file modes");
        Private(Path.Combine(Data, "ca.key"), "");
        File.Delete(Path.Combine(Data, "ca.key"));
        Private(Path.Combine(Data, "devices.json"), """{"version":1,"devices":[]}""");
        File.SetUnixFileMode(Path.Combine(Data, "devices.json"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        Finding fault = await FaultAsync(Healthy());
        Assert.Equal(("data folder", $"others on this machine have rights on {Path.Combine(Data, "devices.json")}"), (fault.Check, fault.Found));
        Assert.StartsWith("chmod go-rwx ", fault.Cure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Broken_11_a_board_this_user_may_not_use_is_named_with_the_group()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "serial ports of Linux");
        await File.WriteAllTextAsync(Path.Combine(_folder, "dev", "ttyUSB0"), "", TestContext.Current.CancellationToken);
        Finding fault = await FaultAsync(Healthy() with { MayUse = path => !path.Contains("ttyUSB", StringComparison.Ordinal) });
        Assert.Equal(("board on USB", $"{Path.Combine(_folder, "dev", "ttyUSB0")}: this user may not use it"), (fault.Check, fault.Found));
        Assert.StartsWith("sudo usermod -aG dialout ", fault.Cure, StringComparison.Ordinal);
        Assert.EndsWith("ttyUSB0", Of(await DoctorCommand.LookAsync(Healthy(), TestContext.Current.CancellationToken), "board on USB").Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Broken_12_a_full_disk_is_named_with_its_room()
    {
        Finding fault = await FaultAsync(Healthy() with { FreeBytes = _ => 12_000_000 });
        Assert.Equal(("free disk", "200 MB or more"), (fault.Check, fault.Wanted));
        Assert.StartsWith("12 MB", fault.Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Broken_13_an_expired_certificate_authority_is_named()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 old = new CertificateRequest("CN=old", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-20), DateTimeOffset.UtcNow.AddDays(-10));
        Private(Path.Combine(Data, "ca.pem"), old.ExportCertificatePem());
        Private(Path.Combine(Data, "ca.key"), key.ExportPkcs8PrivateKeyPem());
        Finding fault = await FaultAsync(Healthy());
        Assert.Equal(("certificate authority", $"ended {DateTime.UtcNow.AddDays(-10):yyyy-MM-dd}"), (fault.Check, fault.Found));
    }

    [Theory]
    [InlineData("onnx:/no/such/model", "no such folder", "\"wearable models pull OWNER/NAME\" gets one")]
    [InlineData("ollama:http://127.0.0.1:9", "does not answer", "Start it with \"ollama serve\"")]
    public async Task Broken_14_and_15_a_brain_that_is_not_there_is_named(string brain, string found, string cure)
    {
        Finding fault = await FaultAsync(Healthy(Options() with { Brain = BrainChoice.Parse(brain, "", out _)! }));
        Assert.Equal("brain", fault.Check);
        Assert.Contains(found, fault.Found, StringComparison.Ordinal);
        Assert.StartsWith(cure, fault.Cure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Broken_16_settings_with_a_mistake_are_named_by_their_place()
    {
        Private(Path.Combine(Data, "safety.json"), """{ "devices": { "bear": { "band": "baby" } } }""");
        Finding fault = await FaultAsync(Healthy());
        Assert.Equal("safety settings", fault.Check);
        Assert.Contains("devices.bear.band: one of under-8, 8-12, teen, adult expected, got \"baby\"", fault.Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wearable_whose_clock_is_off_is_a_warning()
    {
        await using (TestGateway gateway = await TestGateway.StartAsync(options => options with { DataFolder = Data }, keepFolder: true))
        {
            OccurrenceMessage button = Say.Button();
            button.TimestampMs = (DateTimeOffset.UtcNow - TimeSpan.FromHours(2)).ToUnixTimeMilliseconds();
            await (await gateway.WearableAsync("bear")).TellAsync(new Topics("bear").Button, Say.Bytes(button, 1));
        }

        Finding clock = Of(await DoctorCommand.LookAsync(Healthy(), TestContext.Current.CancellationToken), "clock");
        Assert.Equal(Verdict.Warning, clock.Verdict);
        Assert.Matches("the clock of bear is (119|120) minutes behind$", clock.Found);
    }

    [Fact]
    public void The_verb_prints_the_cure_and_ends_with_1_as_text_and_as_json()
    {
        Private(Path.Combine(Data, "heart.json"), "{");
        (int exit, string output) = Run("doctor");
        Assert.Equal(1, exit);
        Assert.Contains("FAULT    heart settings", output, StringComparison.Ordinal);
        Assert.Contains("cure: Correct what the sentence names, or move the file away.", output, StringComparison.Ordinal);
        Assert.Contains("1 fault.", output, StringComparison.Ordinal);
        (exit, output) = Run("doctor", "--json");
        Assert.Equal(1, exit);
        Assert.Contains(JsonDocument.Parse(output).RootElement.EnumerateArray(), finding => finding.GetProperty("check").GetString() == "heart settings" && finding.GetProperty("verdict").GetString() == "fault");
        File.Delete(Path.Combine(Data, "heart.json"));
        Assert.Equal(0, Run("doctor").Exit);
    }

    private GatewayOptions Options() => new() { DataFolder = Data, HttpPort = 0, MqttPort = 0 };

    private ModelStoreOptions Models(string searchPath) => new() { CacheFolder = Cache, SearchPath = searchPath };

    // A machine without faults, whatever the one that runs the tests has.
    private Patient Healthy(GatewayOptions? options = null) => new(options ?? Options())
    {
        Models = Models(Node("v22.1.0")), DevicesFolder = Path.Combine(_folder, "dev"), MayUse = _ => true, FreeBytes = _ => 50_000_000_000,
    };

    private string Node(string version)
    {
        string path = Path.Combine(_folder, "bin-" + version);
        Directory.CreateDirectory(path);
        foreach (string name in (string[])["node", "npm"])
        {
            string file = Path.Combine(path, name);
            File.WriteAllText(file, $"#!/bin/sh\necho {version}\n");
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }

        return path;
    }

    // As the gateway itself makes its files: for this user only.
    private static void Private(string file, string content)
    {
        string folder = Path.GetDirectoryName(file)!;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(file, content);
            return;
        }

        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.WriteAllText(file, content);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static Finding Of(IReadOnlyList<Finding> findings, string check) => Assert.Single(findings, finding => finding.Check == check);

    private static async Task<Finding> FaultAsync(Patient patient)
    {
        IReadOnlyList<Finding> findings = await DoctorCommand.LookAsync(patient, TestContext.Current.CancellationToken);
        return Assert.Single(findings, finding => finding.Verdict == Verdict.Fault);
    }

    private (int Exit, string Output) Run(params string[] arguments)
    {
        GatewayCommand command = new((_, _) => Task.FromResult(99));
        command.Root.Subcommands.Add(DoctorCommand.Make(command.OptionsOf, patient => Healthy(patient.Options)));
        using StringWriter output = new(), error = new();
        int exit = command.Root.Parse([.. arguments, "--data", Data, "--http-port", "0", "--mqtt-port", "0"]).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output, Error = error });
        Assert.Equal("", error.ToString());
        return (exit, output.ToString());
    }
}
