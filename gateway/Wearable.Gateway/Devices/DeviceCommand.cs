using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text;
using Wearable.Contract;
using Wearable.Gateway.Identity;

namespace Wearable.Gateway.Devices;

/// <summary>The verb <c>device</c>: add, list, rename and remove wearables. Passwords are never shown, logged or taken from the command line.</summary>
public sealed class DeviceCommand
{
    /// <summary>Environment variable with the Wi-Fi password.</summary>
    public const string WifiPasswordVariable = "WEARABLE_WIFI_PASSWORD";

    private const int MaxNameLength = 64, MaxHostLength = 128, MaxSsidBytes = 32;

    private readonly Func<ParseResult, GatewayOptions> _optionsOf;
    private readonly Func<string, string?> _ask;
    private readonly Option<string> _id = new("--id") { Description = "Id: 1 to 32 of a-z, 0-9 and -.", Required = true, HelpName = "ID" };
    private readonly Option<string?> _name = new("--name") { Description = "What you call it; the id when not given.", HelpName = "NAME" };
    private readonly Option<string> _ssid = new("--wifi-ssid") { Description = "Name of the Wi-Fi it joins (2.4 GHz).", Required = true, HelpName = "SSID" };
    private readonly Option<string?> _wifiPasswordFile = new("--wifi-password-file")
    {
        Description = $"File with the Wi-Fi password. Without it {WifiPasswordVariable} is taken, else you are asked.",
        HelpName = "FILE",
    };

    private readonly Option<bool> _wifiOpen = new("--wifi-open") { Description = "The Wi-Fi has no password." };
    private readonly Option<string?> _broker = new("--broker") { Description = "Where it finds the gateway; this computer when not given. PORT counts with --plain; over TLS it is --mqtts-port.", HelpName = "HOST:PORT" };
    private readonly Option<string> _out = new("--out") { Description = "Folder for the files that hardware/flash.sh --device writes to it.", Required = true, HelpName = "DIR" };
    private readonly Option<bool> _replace = new("--replace") { Description = "Make a new password for one that was added already." };
    private readonly Option<bool> _plain = new("--plain") { Description = "The wearable speaks without TLS, its password can be read in your network: for a board whose TLS does not work or that never learns the time." };
    private readonly Option<bool> _qr = new("--qr") { Description = "Also draw id, broker, password and authority as a QR code for an app's camera. Let nobody photograph it." };
    private readonly Argument<string> _which = new("id") { Description = "Its id." };
    private readonly Argument<string> _newName = new("name") { Description = "What you call it from now on, 1 to 64 characters." };

    private DeviceCommand(Func<ParseResult, GatewayOptions> optionsOf, Func<string, string?>? ask)
    {
        _optionsOf = optionsOf;
        _ask = ask ?? HiddenInput.Ask;
    }

    /// <summary>Makes the verb.</summary>
    /// <param name="optionsOf">The gateway's options of a parsed command line.</param>
    /// <param name="ask">Asks the owner for a password, given the question; null when it cannot. The terminal when not given.</param>
    public static Command Make(Func<ParseResult, GatewayOptions> optionsOf, Func<string, string?>? ask = null) => new DeviceCommand(optionsOf, ask).Make();

    private Command Make()
    {
        Command add = new("add", "Adds a wearable: its own password at the gateway, and the files to put on it.") { _id, _name, _ssid, _wifiPasswordFile, _wifiOpen, _broker, _out, _replace, _plain, _qr };
        add.SetAction(parsed => Run(parsed, Add));
        Command list = new("list", "Shows the wearables that were added.");
        list.SetAction(parsed => Run(parsed, List));
        Command remove = new("remove", "Ends a wearable's password: it can no longer connect.") { _which };
        remove.SetAction(parsed => Run(parsed, Remove));
        Command rename = new("rename", "Gives a wearable another name. Its id stays, and with it everything that is stored.") { _which, _newName };
        rename.SetAction(parsed => Run(parsed, Rename));
        _which.CompletionSources.Add(context => Tool.KnownDevices.Of(context, _optionsOf));
        return new Command("device", "Adds, lists, renames and removes wearables.") { add, list, rename, remove };
    }

    private static int Run(ParseResult parsed, Action<ParseResult, TextWriter> action)
    {
        try
        {
            action(parsed, parsed.InvocationConfiguration.Output);
            return 0;
        }
        catch (DeviceRefusedException e)
        {
            parsed.InvocationConfiguration.Error.WriteLine(e.Message);
            return 1;
        }
    }

    private void Add(ParseResult parsed, TextWriter output)
    {
        string id = parsed.GetRequiredValue(_id);
        if (!Ids.IsValid(id))
        {
            throw new DeviceRefusedException($"--id: 1 to {Ids.MaxLength} of a-z, 0-9 and - expected, got \"{id}\".");
        }

        if (id == Mqtt.Broker.GatewayClientId)
        {
            throw new DeviceRefusedException($"--id: {id} is the gateway itself, choose another.");
        }

        string name = Named("--name", parsed.GetValue(_name) ?? id);
        GatewayOptions options = _optionsOf(parsed);
        string ssid = parsed.GetRequiredValue(_ssid);
        if (Encoding.UTF8.GetByteCount(ssid) is 0 or > MaxSsidBytes || ssid.Any(char.IsControl))
        {
            throw new DeviceRefusedException($"--wifi-ssid: 1 to {MaxSsidBytes} bytes expected, got {Encoding.UTF8.GetByteCount(ssid)}.");
        }

        (string host, int port) = Broker(parsed.GetValue(_broker), options);
        DeviceAccounts accounts = new(options, TimeProvider.System);
        bool replace = parsed.GetValue(_replace);
        if (!replace && accounts.All().Any(account => account.Id == id && account.RemovedAt is null))
        {
            throw new DeviceRefusedException($"{id} was added already: give --replace to make it a new password, which ends its old one.");
        }

        string? wifiPassword = WifiPassword(parsed, ssid);
        string folder = Path.GetFullPath(parsed.GetRequiredValue(_out));
        string password = DevicePassword.Make();
        bool plain = parsed.GetValue(_plain);
        // The files first: an account without files would lock out a wearable that has its old ones.
        using GatewayCertificate certificate = Authority(options);
        DeviceFiles.Write(folder, id, password, host, port, ssid, wifiPassword, plain ? null : options.MqttsPort, certificate);
        accounts.Add(id, name, password, replace);
        output.WriteLine($"{id} added; it will look for its gateway at {host}:{(plain ? port : options.MqttsPort)}{(plain ? "" : ", over TLS")}. Put it on the board, then delete the folder, it holds passwords:");
        output.WriteLine($"  hardware/flash.sh --board esp32-s3-octal --port PORT --device {folder}");
        string otherPort = plain && port == options.MqttPort && port != 1883 ? $" --mqtt-port {port}" : "";
        output.WriteLine($"Start the gateway so that the board reaches it: --bind 0.0.0.0{(plain ? " --plain-mqtt" : "")}{otherPort}");
        if (!plain)
        {
            output.WriteLine("The firmware's TLS was not tried on a board yet. It needs the time, which the board asks the internet for. If it does not connect: device add --replace --plain.");
            output.WriteLine($"A wearable without hardware: dotnet run --project firmware/Wearable.Simulator -- --device {folder}");
        }

        if (parsed.GetValue(_qr))
        {
            output.WriteLine("This code holds its password. Clear the screen when the app has it:");
            output.WriteLine(PairingCode.Draw(File.ReadAllText(Path.Combine(folder, DeviceFiles.Wearable))));
        }
    }

    private void List(ParseResult parsed, TextWriter output)
    {
        IReadOnlyList<DeviceAccount> all = new DeviceAccounts(_optionsOf(parsed), TimeProvider.System).All();
        if (all.Count == 0)
        {
            output.WriteLine("No wearable was added yet.");
            return;
        }

        output.WriteLine($"{"id",-32}  {"added",-16}  {"state",-7}  name");
        foreach (DeviceAccount account in all)
        {
            string added = account.AddedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
            output.WriteLine($"{account.Id,-32}  {added,-16}  {(account.RemovedAt is null ? "added" : "removed"),-7}  {account.Name}");
        }
    }

    private void Remove(ParseResult parsed, TextWriter output)
    {
        string id = parsed.GetRequiredValue(_which);
        new DeviceAccounts(_optionsOf(parsed), TimeProvider.System).Remove(id);
        output.WriteLine($"{id} removed: an open connection ends within two seconds, and it is refused from then on.");
    }

    private void Rename(ParseResult parsed, TextWriter output)
    {
        string id = parsed.GetRequiredValue(_which), name = Named("name", parsed.GetRequiredValue(_newName));
        new DeviceAccounts(_optionsOf(parsed), TimeProvider.System).Rename(id, name);
        output.WriteLine($"{id} is called {name} now; its id stays.");
    }

    private static string Named(string what, string name) => name.Trim().Length == 0 || name.Length > MaxNameLength || name.Any(char.IsControl)
        ? throw new DeviceRefusedException($"{what}: 1 to {MaxNameLength} characters without control characters expected.")
        : name;

    private static GatewayCertificate Authority(GatewayOptions options)
    {
        try
        {
            return GatewayCertificate.Ensure(options.DataFolder, options.SecretFile, options.Bind, TimeProvider.System);
        }
        catch (GatewayStartException e)
        {
            throw new DeviceRefusedException(e.Message);
        }
    }

    private static (string Host, int Port) Broker(string? given, GatewayOptions options)
    {
        if (given is null)
        {
            string own = LanAddress.Find() ?? throw new DeviceRefusedException("--broker: this computer's address in your network was not found, give HOST:PORT.");
            return (own, options.MqttPort);
        }

        int colon = given.LastIndexOf(':');
        string host = colon < 0 ? given : given[..colon];
        int port = options.MqttPort;
        bool hasPort = colon < 0 || (int.TryParse(given[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is >= 1 and <= 65535);
        if (!hasPort || host.Length > MaxHostLength || Uri.CheckHostName(host) is not (UriHostNameType.Dns or UriHostNameType.IPv4))
        {
            throw new DeviceRefusedException($"--broker: HOST:PORT with a name or an IPv4 address and a port from 1 to 65535 expected, got \"{given}\".");
        }

        if (host == "localhost" || (IPAddress.TryParse(host, out IPAddress? address) && IPAddress.IsLoopback(address)))
        {
            throw new DeviceRefusedException($"--broker: {host} would be the wearable itself; give this computer's address in your network.");
        }

        return (host, port);
    }

    private string? WifiPassword(ParseResult parsed, string ssid)
    {
        string? file = parsed.GetValue(_wifiPasswordFile);
        if (parsed.GetValue(_wifiOpen))
        {
            return file is null ? null : throw new DeviceRefusedException("--wifi-open and --wifi-password-file exclude each other.");
        }

        string password = (file is not null ? ReadPassword(file) : Environment.GetEnvironmentVariable(WifiPasswordVariable) ?? _ask($"Password of the Wi-Fi {ssid}: "))
            ?? throw new DeviceRefusedException($"The Wi-Fi password is missing and there is no terminal to ask at: give --wifi-password-file FILE, {WifiPasswordVariable} or --wifi-open.");
        // WPA2: 8 to 63 printable ASCII characters, or the key itself as 64 hexadecimal digits.
        bool isKey = password.Length == 64 && password.All(char.IsAsciiHexDigit);
        if (!isKey && (password.Length is < 8 or > 63 || password.Any(c => c is < ' ' or > '~')))
        {
            throw new DeviceRefusedException($"The Wi-Fi password: 8 to 63 printable ASCII characters or 64 hexadecimal digits expected, got {password.Length} characters.");
        }

        return password;
    }

    private static string ReadPassword(string file)
    {
        try
        {
            return File.ReadAllText(file).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new DeviceRefusedException($"--wifi-password-file: {file} cannot be read ({e.Message.TrimEnd('.')}).");
        }
    }
}
