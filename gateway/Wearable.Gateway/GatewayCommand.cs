using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using Wearable.Gateway.Brain.Languages;
using Wearable.Gateway.Brain.Llm;
using Wearable.Gateway.Cluster;
using Wearable.Gateway.Models;
using Wearable.Gateway.Mqtt.External;
using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway;

/// <summary>The command line: <c>gateway [options]</c>; further verbs are added as subcommands and share the options.</summary>
public sealed class GatewayCommand
{
    /// <summary>After Ctrl+C, the time to say goodbye to the wearables and to store what waits; then the process is ended.</summary>
    public static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(15);

    private readonly Option<int> _httpPort = Port("--http-port", "Port of the page and the API.", 5080);
    private readonly Option<int> _mqttPort = Port("--mqtt-port", "Port of the MQTT broker.", 1883);
    private readonly Option<int> _mqttsPort = Port("--mqtts-port", "Port of MQTT over TLS, when the gateway is open or with --tls.", 8883);
    private readonly Option<bool> _tls = new("--tls") { Description = "MQTT over TLS on this machine's own address too.", Recursive = true };
    private readonly Option<bool> _plainMqtt = new("--plain-mqtt")
    {
        Description = "Open MQTT without TLS to your network as well: a wearable's firmware does not speak TLS yet.",
        Recursive = true,
    };

    private readonly Option<IPAddress> _bind = new("--bind")
    {
        Description = "Address to listen on; 0.0.0.0 opens page (HTTPS, login) and MQTT over TLS to your network.",
        DefaultValueFactory = _ => IPAddress.Loopback,
        CustomParser = ParseAddress,
        HelpName = "ADDRESS",
        Recursive = true,
    };

    private readonly Option<string> _data = new("--data")
    {
        Description = "Folder of the database.",
        DefaultValueFactory = _ => GatewayOptions.DefaultDataFolder,
        HelpName = "FOLDER",
        Recursive = true,
    };

    private readonly Option<string?> _secret = new("--secret-file")
    {
        Description = $"File of the secret that locks the keys in the data folder, made when first needed; without it {Identity.HouseSecret.Variable}, else {Identity.HouseSecret.DefaultFile}.",
        HelpName = "FILE",
        Recursive = true,
    };

    private readonly Option<string?> _store = new("--store")
    {
        Description = $"Database: {StoreChoice.Syntax} (password in {StoreChoice.PasswordVariable}); without it {StoreChoice.Variable}, else sqlite.",
        HelpName = "WHERE",
        Recursive = true,
    };

    private readonly Option<string?> _models = new("--models") { Description = "Folder with the models, for an offline copy.", HelpName = "PATH", Recursive = true };
    private readonly Option<string> _language = new("--language")
    {
        Description = "What is heard and said: en, zh, or one of your own (languages/CODE.json in the data folder).",
        DefaultValueFactory = _ => "en",
        HelpName = "CODE",
        Recursive = true,
    };

    private readonly Option<string?> _speech = new("--speech") { Description = "Speech model of that language: a folder, or a name as in 'models pull'.", HelpName = "FOLDER", Recursive = true };
    private readonly Option<string?> _voice = new("--voice") { Description = "Voice of that language: a folder, or a name as in 'models pull'.", HelpName = "FOLDER", Recursive = true };
    private readonly Option<string> _brain = new("--brain")
    {
        Description = "Who answers what no skill knows: skills (nobody), onnx:FOLDER (a model in this process), ollama:URL, openai:URL (key in WEARABLE_BRAIN_KEY).",
        DefaultValueFactory = _ => "skills",
        HelpName = "BRAIN",
        Recursive = true,
    };

    private readonly Option<string> _brainModel = new("--brain-model") { Description = "Model name at an Ollama or OpenAI-compatible server.", HelpName = "NAME", Recursive = true };
    private readonly Option<bool> _allowWords = new("--allow-words") { Description = "Store and show the words of conversations.", Recursive = true };
    private readonly Option<int> _keepDays = new("--keep-days")
    {
        Description = "Days after which stored data is erased.",
        DefaultValueFactory = _ => new GatewayOptions().KeepDays,
        HelpName = "DAYS",
        Recursive = true,
    };

    private readonly Option<int> _followUp = new("--follow-up")
    {
        Description = "Seconds after an answer in which a question needs no wake word, 0 to 30; 0: never. The wearable shows that it listens.",
        HelpName = "SECONDS",
        Recursive = true,
    };

    private readonly Option<string> _homeAssistant = new("--home-assistant")
    {
        Description = "Home Assistant's discovery prefix, under which the broker tells it of your wearables; none: it is told nothing.",
        DefaultValueFactory = _ => new GatewayOptions().HomeAssistantPrefix!,
        HelpName = "PREFIX",
        Recursive = true,
    };
    // Not of the verbs: some of them have a --broker of their own.
    private readonly Option<string?> _broker = new("--broker") { Description = "Another MQTT 5 broker in place of the one inside.", HelpName = "mqtt[s]://HOST:PORT" };
    private readonly Option<string?> _brokerUser = new("--broker-user") { Description = "User at that broker; password in WEARABLE_BROKER_PASSWORD or a file.", HelpName = "NAME" };
    private readonly Option<string?> _brokerPassword = new("--broker-password-file") { Description = "File with that user's password in its first line.", HelpName = "FILE" };
    private readonly Option<string?> _brokerCa = new("--broker-ca") { Description = "PEM file of the authority that signed that broker's certificate.", HelpName = "FILE" };
    private readonly Option<string?> _cluster = new("--cluster") { Description = "One of several gateways at one broker and one PostgreSQL: where the others reach this one. Not encrypted: a network of their own.", HelpName = "ADDRESS:PORT" };
    private readonly Option<bool> _noHomes = new("--no-conversations") { Description = "With --cluster: stores and shows only, the others talk." };
    private readonly Option<int> _maxDevices = new("--max-devices") { Description = "Most wearables; a further one is refused.", DefaultValueFactory = _ => new GatewayOptions().MaxDevices, HelpName = "NUMBER", Recursive = true };
    private readonly Option<string?> _node = new("--node") { Description = "Name of this gateway among others at one broker; made and kept in the data folder when not given.", HelpName = "NAME" };

    private readonly Option<bool> _verbose = new("--verbose") { Description = "Log at debug level.", Recursive = true };

    /// <summary>Makes the command; without a verb it runs the gateway.</summary>
    /// <param name="run">Runs the gateway until it is stopped; returns the exit code.</param>
    public GatewayCommand(Func<GatewayOptions, CancellationToken, Task<int>> run)
    {
        _brain.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && BrainChoice.Parse(result.Tokens[0].Value, "", out string problem) is null)
            {
                result.AddError(problem);
            }
        });
        _language.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !LanguagePack.IsCode(result.Tokens[0].Value))
            {
                result.AddError($"--language: a code such as en or zh expected, got \"{result.Tokens[0].Value}\"");
            }
        });
        _store.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && StoreChoice.Parse(result.Tokens[0].Value, Environment.GetEnvironmentVariable, out string problem) is null)
            {
                result.AddError(problem);
            }
        });
        _broker.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !BrokerAddress.TryParse(result.Tokens[0].Value, out _, out string problem))
            {
                result.AddError(problem);
            }
        });
        _cluster.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && ClusterChoice.Parse(result.Tokens[0].Value, out string problem) is null)
            {
                result.AddError(problem);
            }
        });
        _maxDevices.Validators.Add(result => RequireRange(result, 1, 1_000_000));
        _node.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !Wearable.Contract.Ids.IsValid(result.Tokens[0].Value))
            {
                result.AddError($"--node: 1 to 32 of a-z, 0-9 and - expected, got \"{result.Tokens[0].Value}\"");
            }
        });
        _keepDays.Validators.Add(result => RequireRange(result, 1, 3650));
        _homeAssistant.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && (result.Tokens[0].Value is not { Length: > 0 and <= 64 } prefix || prefix.Any(c => !(char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '/')) || prefix[0] == '/' || prefix[^1] == '/'))
            {
                result.AddError($"--home-assistant: a topic of letters, digits, - and _, or none, expected, got \"{result.Tokens[0].Value}\"");
            }
        });
        _followUp.Validators.Add(result => RequireRange(result, 0, 30));
        Root = new RootCommand("The gateway of your wearables: broker, voice and page in one process, no cloud.")
        {
            _httpPort, _mqttPort, _mqttsPort, _bind, _tls, _plainMqtt, _data, _secret, _store, _models, _language, _speech, _voice, _brain, _brainModel, _allowWords, _followUp, _keepDays, _verbose,
            _broker, _brokerUser, _brokerPassword, _brokerCa, _node, _cluster, _noHomes, _maxDevices,
        };
        Root.Options.Add(_homeAssistant);
        Root.SetAction((parsed, cancellation) => run(OptionsOf(parsed), cancellation));
    }

    /// <summary>Add verbs here.</summary>
    public RootCommand Root { get; }

    /// <summary>The options of a parsed command line, whichever verb it had.</summary>
    public GatewayOptions OptionsOf(ParseResult parsed) => new()
    {
        HttpPort = parsed.GetValue(_httpPort),
        MqttPort = parsed.GetValue(_mqttPort),
        MqttsPort = parsed.GetValue(_mqttsPort),
        Bind = parsed.GetValue(_bind) ?? IPAddress.Loopback,
        Tls = parsed.GetValue(_tls),
        PlainMqtt = parsed.GetValue(_plainMqtt),
        DataFolder = Path.GetFullPath(parsed.GetValue(_data) ?? GatewayOptions.DefaultDataFolder),
        SecretFile = parsed.GetValue(_secret) is string secret ? Path.GetFullPath(secret) : Identity.HouseSecret.DefaultFile,
        Store = StoreChoice.Parse(parsed.GetValue(_store), Environment.GetEnvironmentVariable, out string problem) ?? throw new GatewayStartException(problem + "."),
        ModelsFolder = parsed.GetValue(_models) is string models ? Path.GetFullPath(models) : null,
        Language = parsed.GetValue(_language) ?? "en",
        SpeechModel = parsed.GetValue(_speech),
        Voice = parsed.GetValue(_voice),
        Brain = BrainChoice.Parse(parsed.GetValue(_brain) ?? "skills", parsed.GetValue(_brainModel) ?? "", out _) ?? BrainChoice.Skills,
        AllowWords = parsed.GetValue(_allowWords),
        FollowUp = TimeSpan.FromSeconds(parsed.GetValue(_followUp)),
        KeepDays = parsed.GetValue(_keepDays),
        HomeAssistantPrefix = parsed.GetValue(_homeAssistant) is string prefix and not "none" ? prefix : null,
        Broker = BrokerOf(parsed),
        Cluster = parsed.GetValue(_cluster) is string cluster ? ClusterChoice.Parse(cluster, out _)! with { HasHomes = !parsed.GetValue(_noHomes) } : null,
        MaxDevices = parsed.GetValue(_maxDevices),
        Node = parsed.GetValue(_node) ?? "",
        LogLevel = parsed.GetValue(_verbose) ? LogLevel.Debug : LogLevel.Information,
    };

    /// <summary>Parses and runs. What the owner can cure is one sentence on standard error and exit code 1.</summary>
    public async Task<int> InvokeAsync(string[] args)
    {
        try
        {
            InvocationConfiguration how = new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = StopsWithin };
            return await Root.Parse(args).InvokeAsync(how).ConfigureAwait(false);
        }
        catch (Exception e) when (e is GatewayStartException or ModelException or StoreAwayException)
        {
            await Console.Error.WriteLineAsync(e.Message).ConfigureAwait(false);
            return 1;
        }
        catch (OperationCanceledException)
        {
            return 1; // Ctrl+C while a database server was waited for
        }
    }

    private BrokerChoice? BrokerOf(ParseResult parsed) => parsed.GetValue(_broker) is string text && BrokerAddress.TryParse(text, out BrokerAddress? address, out _)
        ? new BrokerChoice(address)
        {
            User = parsed.GetValue(_brokerUser) ?? "",
            PasswordFile = parsed.GetValue(_brokerPassword) is string file ? Path.GetFullPath(file) : null,
            AuthorityFile = parsed.GetValue(_brokerCa) is string authority ? Path.GetFullPath(authority) : null,
        }
        : null;

    private static Option<int> Port(string name, string description, int standard)
    {
        Option<int> option = new(name) { Description = description, DefaultValueFactory = _ => standard, HelpName = "NUMBER", Recursive = true };
        option.Validators.Add(result => RequireRange(result, 0, 65535));
        return option;
    }

    private static void RequireRange(OptionResult result, int min, int max)
    {
        if (result.Tokens.Count == 1 && (!int.TryParse(result.Tokens[0].Value, out int value) || value < min || value > max))
        {
            result.AddError($"{result.Option.Name}: a number from {min} to {max} expected, got \"{result.Tokens[0].Value}\"");
        }
    }

    private static IPAddress? ParseAddress(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (text == "localhost")
        {
            return IPAddress.Loopback;
        }

        if (IPAddress.TryParse(text, out IPAddress? address))
        {
            return address;
        }

        result.AddError($"--bind: an IP address expected, got \"{text}\"");
        return null;
    }
}
