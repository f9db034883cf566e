using System.Security.Cryptography.X509Certificates;
using Wearable.Simulator.Microphone;

namespace Wearable.Simulator.CommandLine;

/// <summary>What the command line asked for, checked.</summary>
public sealed record RunOptions
{
    /// <summary>Name or address of the broker.</summary>
    public string BrokerHost { get; init; } = "127.0.0.1";

    /// <summary>Its port.</summary>
    public int BrokerPort { get; init; } = 1883;

    /// <summary>The gateway's certificate authority, for TLS; null: in the clear.</summary>
    public X509Certificate2? Authority { get; init; }

    /// <summary>Where the gateway's HTTP is, for <see cref="Say"/>.</summary>
    public Uri Gateway { get; init; } = new("http://127.0.0.1:5080");

    /// <summary>Device id.</summary>
    public string Id { get; init; } = "sim-1";

    /// <summary>Broker account, or null.</summary>
    public string? User { get; init; }

    /// <summary>Broker password, or null.</summary>
    public string? Password { get; init; }

    /// <summary>Said after the files; the gateway's speech synthesis speaks it. Null: nothing.</summary>
    public string? Say { get; init; }

    /// <summary>Voice of the speech synthesis.</summary>
    public string Voice { get; init; } = "awb";

    /// <summary>WAV files heard one after another.</summary>
    public IReadOnlyList<string> WavFiles { get; init; } = [];

    /// <summary>Background noise in dB below full scale.</summary>
    public double NoiseDb { get; init; } = BackgroundNoise.QuietRoomDb;

    /// <summary>What the finger on the sensor does.</summary>
    public PulseOptions Pulse { get; init; } = new();

    /// <summary>Seed of noise and pulse.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Speed of the simulated chip, IL instructions a second; null: computing takes no time.</summary>
    public long? ChipSpeed { get; init; }

    /// <summary>Codec of the sound sent to the gateway: 0 or 30; null: the firmware's own choice.</summary>
    public int? UpCodec { get; init; }

    /// <summary>Where to write the played answer, or null.</summary>
    public string? SaveAnswer { get; init; }

    /// <summary>Folder for the device's own files, or null: they end with the process.</summary>
    public string? Storage { get; init; }

    /// <summary>Ends after this many seconds; null: no limit of its own.</summary>
    public int? Seconds { get; init; }

    /// <summary>Keeps running after the answer, and keeps trying when there is no broker.</summary>
    public bool Keep { get; init; }

    /// <summary>True when there is something to say, so the run is one question and its answer.</summary>
    public bool HasQuestion => Say != null || WavFiles.Count > 0;
}
