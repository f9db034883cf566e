namespace Wearable.Simulator.Time;

/// <summary>Time that stands still until somebody waits: a simulated hour takes as long as its arithmetic. Waits come from the device's one thread; any thread may read.</summary>
public class VirtualClock : SimulatorClock
{
    /// <summary>2026-01-01 00:00 UTC: a fixed day, so that a replay says the same times.</summary>
    public const double DefaultBootEpochMs = 1767225600000;

    private double _nowMs;

    /// <summary>A clock at boot.</summary>
    /// <param name="bootEpochMs">UTC at boot, ms since 1970-01-01.</param>
    public VirtualClock(double bootEpochMs = DefaultBootEpochMs)
    {
        BootEpochMs = bootEpochMs;
    }

    /// <inheritdoc/>
    public override double BootEpochMs { get; }

    /// <inheritdoc/>
    public override double NowMs => Volatile.Read(ref _nowMs);

    /// <inheritdoc/>
    public override void WaitUntil(double dueMs)
    {
        if (dueMs > _nowMs)
        {
            Volatile.Write(ref _nowMs, dueMs);
        }
    }
}
