using Wearable.Firmware.Board;

namespace Wearable.Simulator.Time;

/// <summary>
/// The clock of one simulated board. Microphone and speaker pace by it, so the whole board runs
/// in real time or as fast as it can, depending on which clock it was given.
/// </summary>
public abstract class SimulatorClock : IClock
{
    /// <summary>Milliseconds since boot, with fractions: one sample lasts 0.0625 ms.</summary>
    public abstract double NowMs { get; }

    /// <summary>UTC at boot, ms since 1970-01-01.</summary>
    public abstract double BootEpochMs { get; }

    /// <inheritdoc/>
    public long UptimeMs => (long)NowMs;

    /// <inheritdoc/>
    public long EpochMs => (long)ToEpochMs(NowMs);

    /// <summary>A time of this clock as ms since 1970-01-01 UTC.</summary>
    public double ToEpochMs(double nowMs) => BootEpochMs + nowMs;

    /// <summary>Returns once <see cref="NowMs"/> is at least <paramref name="dueMs"/>; at once when it is already.</summary>
    public abstract void WaitUntil(double dueMs);

    /// <inheritdoc/>
    public void Sleep(int ms) => WaitUntil(NowMs + ms);
}
