namespace Wearable.Simulator.Time;

/// <summary>
/// Time as on the chip: what the device's thread computes takes time. Work is taken from a meter whenever the device looks at the clock or waits, and
/// delays it from then on; other threads see the clock underneath. One device a process: the meter is one.
/// </summary>
/// <param name="inner">Passes the time: real or virtual.</param>
/// <param name="instructionsPerSecond">Speed of the chip; 2,000,000 is what the product plans with.</param>
/// <param name="takeWork">Instructions since the last call.</param>
public sealed class ChipClock(SimulatorClock inner, long instructionsPerSecond, Func<long> takeWork) : SimulatorClock
{
    private int _owner;
    private double _pendingMs;

    /// <summary>Time spent computing since <see cref="Own"/>, ms.</summary>
    public double BusyMs { get; private set; }

    /// <inheritdoc/>
    public override double BootEpochMs => inner.BootEpochMs;

    /// <inheritdoc/>
    public override double NowMs
    {
        get
        {
            if (Environment.CurrentManagedThreadId != _owner)
            {
                return inner.NowMs;
            }

            Settle();
            return inner.NowMs + _pendingMs;
        }
    }

    /// <summary>The calling thread is the chip from now on; work done before is forgotten.</summary>
    public void Own()
    {
        _owner = Environment.CurrentManagedThreadId;
        _pendingMs = 0;
        BusyMs = 0;
        takeWork();
    }

    /// <summary>Time passes in which the device can do nothing else: a transfer on a bus.</summary>
    public void Spend(double ms)
    {
        _pendingMs += ms;
        BusyMs += ms;
    }

    /// <inheritdoc/>
    public override void WaitUntil(double dueMs)
    {
        if (Environment.CurrentManagedThreadId == _owner)
        {
            Settle();
            dueMs = Math.Max(dueMs, inner.NowMs + _pendingMs);
            _pendingMs = 0;
        }

        inner.WaitUntil(dueMs);
    }

    private void Settle() => Spend(takeWork() * 1000.0 / instructionsPerSecond);
}
