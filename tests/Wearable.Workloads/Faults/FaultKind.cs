namespace Wearable.Workloads.Faults;

/// <summary>What goes wrong for a while in a <see cref="FaultRun"/>.</summary>
public enum FaultKind
{
    /// <summary>A fifth of the answer's packets never arrives.</summary>
    Loss,

    /// <summary>All that travels takes up to two seconds longer.</summary>
    Delay,

    /// <summary>What comes down overtakes what was sent before it.</summary>
    Reorder,

    /// <summary>Every third message comes twice.</summary>
    Duplicate,

    /// <summary>The broker is silent behind a connection that looks well, until the keep-alive ends it.</summary>
    HalfOpen,

    /// <summary>The connection takes three messages a second.</summary>
    SlowLink,

    /// <summary>Two hundred commands a second.</summary>
    Flood,

    /// <summary>Damaged commands, settings and sound.</summary>
    BadMessages,

    /// <summary>Writing a file takes half a second, and files are written often.</summary>
    SlowStorage,

    /// <summary>The wall clock jumps hours forth and back.</summary>
    ClockJump,

    /// <summary>The pulse sensor does not answer.</summary>
    SensorGone,

    /// <summary>The sensor holds the bus: every transfer freezes the device for a second.</summary>
    SensorBusStuck,

    /// <summary>Transfers of the sensor fail and break off.</summary>
    SensorFlaky,

    /// <summary>The sensor loses its settings or stops without a word.</summary>
    SensorReset,

    /// <summary>The broker's name is not found, for up to two minutes.</summary>
    DnsGone,

    /// <summary>Wi-Fi comes and goes every few seconds.</summary>
    WifiFlapping,

    /// <summary>The broker is away for up to two minutes.</summary>
    BrokerRestart,

    /// <summary>Answers stop in the middle and never say that they are over.</summary>
    AnswerStall,

    /// <summary>No question is answered.</summary>
    AnswerMissing,

    /// <summary>The gateway restarts in the middle of every turn and knows nothing of it afterwards.</summary>
    GatewayRestart,
}
