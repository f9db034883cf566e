using System.Net;

namespace Wearable.Gateway;

/// <summary>Everything the owner may choose at start. Port 0 takes a free one.</summary>
public sealed record GatewayOptions
{
    /// <summary>Port of page and HTTP API.</summary>
    public int HttpPort { get; init; } = 5080;

    /// <summary>Port of the MQTT broker.</summary>
    public int MqttPort { get; init; } = 1883;

    /// <summary>Port of the MQTT broker over TLS; only used when <see cref="UsesTls"/>.</summary>
    public int MqttsPort { get; init; } = 8883;

    /// <summary>Address the ports listen on. Loopback unless the owner asks.</summary>
    public IPAddress Bind { get; init; } = IPAddress.Loopback;

    /// <summary>Whether MQTT over TLS is there on loopback too.</summary>
    public bool Tls { get; init; }

    /// <summary>Whether MQTT without TLS leaves loopback: anyone in the network can then read and change what is sent.</summary>
    public bool PlainMqtt { get; init; }

    /// <summary>Another program's broker in place of the embedded one; null: the embedded one.</summary>
    public Mqtt.External.BrokerChoice? Broker { get; init; }

    /// <summary>Other gateways share wearables, broker and database with this one; null: it is alone.</summary>
    public Cluster.ClusterChoice? Cluster { get; init; }

    /// <summary>Name of this gateway among others, an id as of a wearable; empty: the data folder's own.</summary>
    public string Node { get; init; } = "";

    /// <summary>Whether others than this machine can reach the gateway: page and API then need HTTPS and a login, the broker an account.</summary>
    public bool IsOpen => !IPAddress.IsLoopback(Bind);

    /// <summary>Whether there is a port for MQTT over TLS.</summary>
    public bool UsesTls => IsOpen || (Tls && Broker is null);

    /// <summary>Address of MQTT without TLS.</summary>
    public IPAddress PlainMqttBind => IsOpen && !PlainMqtt ? IPAddress.Loopback : Bind;

    /// <summary>Folder of the database; made when absent, readable by this user only.</summary>
    public string DataFolder { get; init; } = DefaultDataFolder;

    /// <summary>File of the secret that locks the keys in <see cref="DataFolder"/>; made when first needed, outside that folder.</summary>
    public string SecretFile { get; init; } = Identity.HouseSecret.DefaultFile;

    /// <summary>Which database; SQLite's file lies in <see cref="DataFolder"/>.</summary>
    public Telemetry.StoreChoice Store { get; init; } = Telemetry.StoreChoice.Sqlite;

    /// <summary>Folder of the models, for an offline copy; null takes the model store's own.</summary>
    public string? ModelsFolder { get; init; }

    /// <summary>What is heard and said, as in <c>en</c> or <c>zh</c>; English needs nothing beside, others a speech model and a voice.</summary>
    public string Language { get; init; } = "en";

    /// <summary>Folder or pulled name of a speech model; null takes the language's own.</summary>
    public string? SpeechModel { get; init; }

    /// <summary>Folder or pulled name of a voice; null takes the language's own.</summary>
    public string? Voice { get; init; }

    /// <summary>Who answers what no skill knows.</summary>
    public Brain.Llm.BrainChoice Brain { get; init; } = global::Wearable.Gateway.Brain.Llm.BrainChoice.Skills;

    /// <summary>Whether heard and spoken words may be stored and shown. Off: they live in memory for their turn only.</summary>
    public bool AllowWords { get; init; }

    /// <summary>After an answer the microphone stays open for so long, and a question in it needs no wake word; zero: never.</summary>
    public TimeSpan FollowUp { get; init; } = TimeSpan.Zero;

    /// <summary>Home Assistant's discovery prefix, under which it is told of the wearables; null: it is told nothing.</summary>
    public string? HomeAssistantPrefix { get; init; } = "homeassistant";

    /// <summary>Days after which events, heart rates, beats, health and turns are erased.</summary>
    public int KeepDays { get; init; } = 30;

    /// <summary>Most wearables of one gateway; a further one is refused by name.</summary>
    public int MaxDevices { get; init; } = 256;

    /// <summary>Least severe log entry shown.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>This user's folder for application data, with the folder <c>wearable</c> in it.</summary>
    public static string DefaultDataFolder =>
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "wearable");
}
