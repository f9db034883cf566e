using System.Security.Cryptography.X509Certificates;
using Wearable.Firmware.Board;
using Wearable.Simulator.Link;
using Wearable.Simulator.Microphone;
using Wearable.Simulator.Speaker;
using Wearable.Simulator.Time;

namespace Wearable.Simulator;

/// <summary>One simulated wearable.</summary>
public sealed record SimulatedWearableOptions
{
    /// <summary>Device id, <c>[a-z0-9-]{1,32}</c>.</summary>
    public string Id { get; init; } = "sim-1";

    /// <summary>Name or address of the broker.</summary>
    public string BrokerHost { get; init; } = "127.0.0.1";

    /// <summary>Its port.</summary>
    public int BrokerPort { get; init; } = 1883;

    /// <summary>The gateway's certificate authority: TLS, and only a server of it is believed. Null: in the clear.</summary>
    public X509Certificate2? Authority { get; init; }

    /// <summary>Broker account, or null for none.</summary>
    public string? User { get; init; }

    /// <summary>Broker password, or null for none.</summary>
    public string? Password { get; init; }

    /// <summary>Seed of noise, pulse and outages; with a virtual clock also of the boot id.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The wearable's time; null: a new real-time clock.</summary>
    public SimulatorClock? Clock { get; init; }

    /// <summary>
    /// IL instructions a second of the chip whose speed is simulated; null: computing takes no time. Needs instrumented firmware: see
    /// <see cref="CommandLine.ChipRun"/>.
    /// </summary>
    public long? ChipSpeed { get; init; }

    /// <summary>Makes the connection instead of MQTT over TCP, for runs in virtual time; null: TCP.</summary>
    public Func<SimulatorClock, INetwork, IMessageLink>? Link { get; init; }

    /// <summary>Background noise at the microphone, dB below full scale; negative infinity is silence.</summary>
    public double NoiseDb { get; init; } = BackgroundNoise.QuietRoomDb;

    /// <summary>Sound of a real room for its microphone; null: only what is said to it.</summary>
    public LiveSound? Room { get; init; }

    /// <summary>Who plays its answers; null: the speaker's own clock.</summary>
    public IMembrane? Membrane { get; init; }

    /// <summary>What the finger does.</summary>
    public PulseOptions Pulse { get; init; } = new();

    /// <summary>When the Wi-Fi fails by itself.</summary>
    public OutagePlan Outages { get; init; } = OutagePlan.None;

    /// <summary>Codec of the sound sent: 0 or 30; null: the firmware's own choice.</summary>
    public int? UpCodec { get; init; }

    /// <summary>Files that survive a restart; null: memory of this object.</summary>
    public IStorage? Storage { get; init; }
}
