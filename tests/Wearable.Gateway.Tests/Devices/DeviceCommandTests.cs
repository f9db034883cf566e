using System.CommandLine;
using System.Runtime.Versioning;
using System.Text.Json;
using Wearable.Contract;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests.Devices;

/// <summary><c>device add</c>, <c>list</c> and <c>remove</c> as the owner calls them, in this process.</summary>
public sealed class DeviceCommandTests : IDisposable
{
    private const string WifiPassword = "correct horse \"battery\"";

    private readonly string _folder = TestGateway.NewFolder();
    private string? _typed = WifiPassword;

    private string Out => Path.Combine(_folder, "bear files");

    private string Data => Path.Combine(_folder, "data");

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    [Fact]
    public void Added_wearable_gets_what_the_firmware_reads()
    {
        Assert.Equal(0, Add().Exit);
        byte[] file = File.ReadAllBytes(Path.Combine(Out, DeviceFiles.Wearable));
        // The same calls as the firmware's DeviceFile.
        WireReader reader = new();
        reader.Load("wearable.json", file, file.Length);
        Assert.Equal(("bear-01", "192.168.1.10", 1884, "bear-01"), (reader.Id("id"), reader.Text("host", 128), reader.Int("port", 1, 65535), reader.TextOr("user", 64, "")));
        Assert.Matches("^[A-Za-z0-9_-]{43}$", reader.TextOr("password", 128, ""));
    }

    [Fact]
    public void Added_wearable_gets_what_nanoff_reads()
    {
        Add();
        JsonElement wifi = Parse(DeviceFiles.Network).GetProperty("WirelessClient");
        Assert.Equal(
            ["Home", WifiPassword, "WPA2", "WPA2", "AutoConnect"],
            new[] { "Ssid", "Password", "Authentication", "Encryption", "ConfigurationOption" }.Select(name => wifi.GetProperty(name).GetString()));
        Assert.Equal(
            ["I:\\wearable.json < wearable.json", "I:\\ca.pem < ca.pem"],
            Parse(DeviceFiles.Files).GetProperty("Files").EnumerateArray().Select(file => $"{file.GetProperty("DestinationFilePath").GetString()} < {file.GetProperty("SourceFilePath").GetString()}"));
    }

    [Fact]
    public void A_wearable_speaks_tls_against_the_pinned_authority_unless_the_owner_says_plain()
    {
        (_, string output, _) = Add();
        Assert.Contains("192.168.1.10:8883, over TLS", output, StringComparison.Ordinal);
        Assert.DoesNotContain("--plain-mqtt", output, StringComparison.Ordinal);
        Assert.Equal(8883, Parse(DeviceFiles.Wearable).GetProperty("tlsPort").GetInt32());
        Assert.Contains("BEGIN CERTIFICATE", File.ReadAllText(Path.Combine(Out, DeviceFiles.Authority)), StringComparison.Ordinal);
        (_, output, _) = Add("--plain", "--replace");
        Assert.Contains("192.168.1.10:1884.", output, StringComparison.Ordinal);
        Assert.Contains("--plain-mqtt", output, StringComparison.Ordinal);
        Assert.False(Parse(DeviceFiles.Wearable).TryGetProperty("tlsPort", out _));
        Assert.Single(Parse(DeviceFiles.Files).GetProperty("Files").EnumerateArray());
    }

    [Fact]
    public void The_code_on_the_terminal_is_read_back_by_another_library()
    {
        (_, string output, _) = Add("--qr");
        string[] lines = [.. output.Split('\n').Where(line => line.Length > 30 && line.All("\u2580\u2584\u2588 ".Contains))];
        string wanted = File.ReadAllText(Path.Combine(Out, DeviceFiles.Wearable));
        Assert.Equal(wanted, Decoded(lines));
        Assert.DoesNotContain("\u2580", Add("--replace").Output, StringComparison.Ordinal); // never unasked
    }

    // Module by module: finding a code in a picture is the camera's trade, and misses some.
    private static string? Decoded(string[] lines)
    {
        bool Dark(int x, int y) => y / 2 < lines.Length && x < lines[y / 2].Length && lines[y / 2][x] is char drawn && drawn != '\u2588' && drawn != (y % 2 == 0 ? '\u2580' : '\u2584');
        int side = lines.Max(line => line.Length); // with the quiet zone; the lower half of the last line is none of it
        (int X, int Y)[] dark = [.. from y in Enumerable.Range(0, side) from x in Enumerable.Range(0, side) where Dark(x, y) select (x, y)];
        int quiet = dark.Min(module => module.Y);
        ZXing.Common.BitMatrix modules = new(side - (2 * quiet));
        foreach ((int x, int y) in dark)
        {
            modules[x - quiet, y - quiet] = true;
        }

        return new ZXing.QrCode.Internal.Decoder().decode(modules, null)?.Text;
    }

    [Fact]
    public void An_open_network_has_no_password()
    {
        _typed = null;
        Assert.Equal(0, Add("--wifi-open").Exit);
        JsonElement wifi = Parse(DeviceFiles.Network).GetProperty("WirelessClient");
        Assert.Equal(("", "Open", "None"), (wifi.GetProperty("Password").GetString(), wifi.GetProperty("Authentication").GetString(), wifi.GetProperty("Encryption").GetString()));
    }

    [Fact]
    public void Wifi_password_comes_from_a_file_without_its_line_end()
    {
        _typed = null;
        Directory.CreateDirectory(_folder);
        string file = Path.Combine(_folder, "wifi");
        File.WriteAllText(file, "from the file\n");
        Assert.Equal(0, Add("--wifi-password-file", file).Exit);
        Assert.Equal("from the file", Parse(DeviceFiles.Network).GetProperty("WirelessClient").GetProperty("Password").GetString());
    }

    [Fact]
    public void No_password_is_shown_and_only_a_hash_is_kept()
    {
        (_, string output, string error) = Add();
        string password = PasswordOf(Out);
        string store = File.ReadAllText(Path.Combine(Data, DeviceAccounts.FileName));
        foreach (string secret in new[] { password, WifiPassword, "horse" })
        {
            Assert.DoesNotContain(secret, output + error, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, store, StringComparison.Ordinal);
        }

        Assert.Contains("sha256:", store, StringComparison.Ordinal);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void Files_and_folders_are_for_this_user_only()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix file modes");
        Add();
        UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        foreach (string folder in new[] { Out, Data })
        {
            Assert.Equal(owner | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
            foreach (string file in Directory.GetFiles(folder))
            {
                Assert.Equal(owner, File.GetUnixFileMode(file));
            }
        }
    }

    [Fact]
    public void Every_wearable_and_every_replacement_has_another_password()
    {
        Add();
        string first = PasswordOf(Out);
        Assert.Equal(1, Add().Exit);
        Assert.Equal(first, PasswordOf(Out));
        Assert.Equal(0, Add("--replace").Exit);
        string second = PasswordOf(Out);
        Assert.NotEqual(first, second);
        DeviceAccounts accounts = Accounts();
        Assert.NotNull(accounts.Refuse("bear-01", "bear-01", first));
        Assert.Null(accounts.Refuse("bear-01", "bear-01", second));
    }

    [Fact]
    public void List_shows_names_and_what_was_removed()
    {
        Assert.Equal("No wearable was added yet.\n", Run("device", "list").Output);
        Add("--name", "Bear");
        Assert.Equal(0, Run("device", "remove", "bear-01").Exit);
        string[] lines = Run("device", "list").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.Matches(@"^bear-01 +\d{4}-\d\d-\d\d \d\d:\d\d  removed  Bear$", lines[1]);
        Assert.Equal((1, "bear-01 was never added or is removed already: device list shows what there is.\n"), (Run("device", "remove", "bear-01").Exit, Run("device", "remove", "bear-01").Error));
        Assert.Equal(0, Add().Exit); // a removed one may come back, with a new password
    }

    [Theory]
    [InlineData("--id: 1 to 32 of a-z, 0-9 and - expected, got \"Bear 1\".", "--id", "Bear 1")]
    [InlineData("--id: wearable-gateway is the gateway itself, choose another.", "--id", "wearable-gateway")]
    [InlineData("--name: 1 to 64 characters without control characters expected.", "--name", "a\tb")]
    [InlineData("--wifi-ssid: 1 to 32 bytes expected, got 33.", "--wifi-ssid", "123456789012345678901234567890123")]
    [InlineData("--broker: HOST:PORT with a name or an IPv4 address and a port from 1 to 65535 expected, got \"house:70000\".", "--broker", "house:70000")]
    [InlineData("--broker: HOST:PORT with a name or an IPv4 address and a port from 1 to 65535 expected, got \"a b\".", "--broker", "a b")]
    [InlineData("--broker: localhost would be the wearable itself; give this computer's address in your network.", "--broker", "localhost:1883")]
    [InlineData("--wifi-open and --wifi-password-file exclude each other.", "--wifi-open", "--wifi-password-file", "x")]
    public void What_is_wrong_is_one_sentence_and_changes_nothing(string sentence, params string[] arguments)
    {
        (int exit, string output, string error) = Add(arguments);
        Assert.Equal((1, "", sentence + "\n"), (exit, output, error));
        Assert.False(Directory.Exists(Out));
        Assert.Empty(Accounts().All());
    }

    [Theory]
    [InlineData(null, "The Wi-Fi password is missing and there is no terminal to ask at: give --wifi-password-file FILE, WEARABLE_WIFI_PASSWORD or --wifi-open.")]
    [InlineData("short", "The Wi-Fi password: 8 to 63 printable ASCII characters or 64 hexadecimal digits expected, got 5 characters.")]
    public void A_wifi_password_that_cannot_be_is_refused(string? typed, string sentence)
    {
        _typed = typed;
        Assert.Equal((1, sentence + "\n"), (Add().Exit, Add().Error));
        Assert.Empty(Accounts().All());
    }

    [Fact]
    public void A_folder_that_cannot_be_written_leaves_no_account()
    {
        Directory.CreateDirectory(_folder);
        File.WriteAllText(Out, "a file");
        (int exit, _, string error) = Add();
        Assert.Equal(1, exit);
        Assert.StartsWith("--out: the folder ", error, StringComparison.Ordinal);
        Assert.Empty(Accounts().All());
    }

    private DeviceAccounts Accounts() => new(new GatewayOptions { DataFolder = Data }, TimeProvider.System);

    private JsonElement Parse(string name) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Out, name))).RootElement;

    private static string PasswordOf(string folder) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, DeviceFiles.Wearable))).RootElement.GetProperty("password").GetString()!;

    // Later options win over the standard ones.
    private (int Exit, string Output, string Error) Add(params string[] more)
    {
        Dictionary<string, string> standard = new() { ["--id"] = "bear-01", ["--wifi-ssid"] = "Home", ["--broker"] = "192.168.1.10:1884", ["--out"] = Out };
        IEnumerable<string> given = standard.Where(option => !more.Contains(option.Key)).SelectMany(option => new[] { option.Key, option.Value });
        return Run([.. new[] { "device", "add" }.Concat(given).Concat(more)]);
    }

    private (int Exit, string Output, string Error) Run(params string[] arguments)
    {
        GatewayCommand command = new((_, _) => Task.FromResult(99));
        command.Root.Subcommands.Add(DeviceCommand.Make(command.OptionsOf, _ => _typed));
        using StringWriter output = new() { NewLine = "\n" }, error = new() { NewLine = "\n" };
        int exit = command.Root.Parse([.. arguments, "--data", Data]).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output, Error = error });
        return (exit, output.ToString(), error.ToString());
    }
}
