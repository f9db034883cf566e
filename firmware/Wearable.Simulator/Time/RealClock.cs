namespace Wearable.Simulator.Time;

/// <summary>Time as it passes. UTC is read once at boot and then carried on by the stopwatch, so a correction of the system's clock never moves a measured span.</summary>
public sealed class RealClock : SimulatorClock
{
    private readonly TimeProvider _time;
    private readonly Action<TimeSpan> _sleep;
    private readonly long _bootTimestamp;

    /// <summary>The system's clock.</summary>
    public RealClock()
        : this(TimeProvider.System, Thread.Sleep)
    {
    }

    /// <summary>A clock on another source of time.</summary>
    /// <param name="time">Where time comes from.</param>
    /// <param name="sleep">Lets that time pass; may return early or late.</param>
    public RealClock(TimeProvider time, Action<TimeSpan> sleep)
    {
        _time = time;
        _sleep = sleep;
        _bootTimestamp = time.GetTimestamp();
        BootEpochMs = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMilliseconds;
    }

    /// <inheritdoc/>
    public override double BootEpochMs { get; }

    /// <inheritdoc/>
    public override double NowMs => _time.GetElapsedTime(_bootTimestamp).TotalMilliseconds;

    /// <inheritdoc/>
    public override void WaitUntil(double dueMs)
    {
        while (true)
        {
            double leftMs = dueMs - NowMs;
            if (leftMs <= 0)
            {
                return;
            }

            // Thread.Sleep cuts to whole ms; below one it would spin without ever giving the core away.
            _sleep(TimeSpan.FromMilliseconds(Math.Max(1, leftMs)));
        }
    }
}
