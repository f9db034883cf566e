namespace Wearable.Workloads.Faults;

/// <summary>How one fault was borne.</summary>
/// <param name="Kind">What went wrong.</param>
/// <param name="Seed">With the kind: the same run again.</param>
public sealed record FaultResult(FaultKind Kind, int Seed)
{
    /// <summary>Why the wearable counts as stuck; empty: it is not.</summary>
    public string Stuck { get; init; } = "";

    /// <summary>From the end of the fault to a connection, ms; 0: it was connected.</summary>
    public double ReconnectMs { get; init; }

    /// <summary>Button, wake and speech events that the device made.</summary>
    public int Events { get; init; }

    /// <summary>Of those, how many never came.</summary>
    public int Lost { get; init; }

    /// <summary>Messages that the device's full queue dropped, by its own word.</summary>
    public int ToldDropped { get; init; }

    /// <summary>Events that a breaking connection had taken and not delivered: the device has to send them again.</summary>
    public int InFlight { get; init; }

    /// <summary>Events that came more than once with the same boot id and number: the gateway removes them.</summary>
    public int Again { get; init; }

    /// <summary>Events that came again under another number: nobody could tell. Has to be 0.</summary>
    public int Doubled { get; init; }

    /// <summary>Lost events that the device's full queue does not explain.</summary>
    public int LostBeyondLimit => Math.Max(0, Lost - ToldDropped);

    /// <summary>True when nothing is wrong.</summary>
    public bool IsGood => Stuck.Length == 0 && LostBeyondLimit == 0 && Doubled == 0;

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Kind} seed {Seed}: {(Stuck.Length > 0 ? "STUCK " + Stuck + ", " : "")}{Lost} of {Events} events lost ({ToldDropped} messages told as dropped, {InFlight} events in flight when a connection broke), {Doubled} doubled, connected {ReconnectMs:F0} ms after the end";
}
