using Wearable.Simulator.Time;

namespace Wearable.Workloads.Faults;

/// <summary>Virtual time whose wall clock can be set, as a time server does; uptime goes on.</summary>
internal sealed class JumpingClock : VirtualClock
{
    /// <summary>How far the wall clock is off, ms.</summary>
    public double OffMs { get; set; }

    public override double BootEpochMs => base.BootEpochMs + OffMs;
}
