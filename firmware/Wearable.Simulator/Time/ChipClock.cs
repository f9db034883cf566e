namespace Wearable.Simulator.Time;

/// <summary>
/// Time as on the chip: it passes by waiting, and by what the device's thread computes. Work is taken from a meter whenever that thread looks at the
/// clock or waits. The clock underneath only sets the pace: at a wait a real one sleeps until the wall has caught up with the chip, which is slower
/// than a PC; a PC that was held up lets the chip catch up instead, so that no delay of the PC is ever booked on the chip.
/// One device a thread: the meter counts by thread.
/// </summary>
/// <param name="pace">Passes the time: real or virtual.</param>
/// <param name="instructionsPerSecond">Speed of the chip; 2,000,000 is what the product plans with.</param>
/// <param name="takeWork">Instructions since the last call.</param>
public sealed class ChipClock(SimulatorClock pace, long instructionsPerSecond, Func<long> takeWork) : SimulatorClock
{
    private int _owner;
    private double _nowMs;
    private bool _aside;

    /// <summary>Time since <see cref="Own"/> in which the device could do nothing else: computing, transfers on a bus, waiting for a full speaker.</summary>
    public double BusyMs { get; private set; }

    /// <summary>Work since <see cref="Own"/> in IL instructions; what library and board would cost is in it (an estimate), transfers on a bus are not.</summary>
    public long Instructions { get; private set; }

    /// <inheritdoc/>
    public override double BootEpochMs => pace.BootEpochMs;

    /// <inheritdoc/>
    public override double NowMs
    {
        get
        {
            if (Environment.CurrentManagedThreadId == _owner)
            {
                Settle();
            }

            return Volatile.Read(ref _nowMs);
        }
    }

    /// <summary>The calling thread is the chip from now on; work done before is forgotten.</summary>
    public void Own()
    {
        _owner = Environment.CurrentManagedThreadId;
        BusyMs = 0;
        Instructions = 0;
        takeWork();
    }

    /// <summary>The chip is busy for a while with something that is no instruction of the firmware: a transfer on a bus.</summary>
    public void Spend(double ms)
    {
        BusyMs += ms;
        Volatile.Write(ref _nowMs, _nowMs + ms);
    }

    /// <summary>As <see cref="Spend"/>, in instructions: an adapter or driver that runs on the chip but not in the simulator.</summary>
    public void SpendInstructions(long instructions)
    {
        Instructions += instructions;
        Spend(instructions * 1000.0 / instructionsPerSecond);
    }

    /// <summary>Runs something that holds the loop while it waits, as a write to a full speaker does.</summary>
    public void Hold(Action wait)
    {
        double before = NowMs;
        wait();
        BusyMs += NowMs - before;
    }

    /// <summary>
    /// Runs something of the simulator's own on the device's thread: it may use the firmware's classes, and is no work of the chip.
    /// </summary>
    public T Aside<T>(Func<T> work)
    {
        Settle();
        bool before = _aside;
        _aside = true;
        try
        {
            return work();
        }
        finally
        {
            takeWork();
            _aside = before;
        }
    }

    /// <inheritdoc/>
    public override void WaitUntil(double dueMs)
    {
        if (Environment.CurrentManagedThreadId != _owner)
        {
            pace.WaitUntil(dueMs);
            return;
        }

        Settle();
        if (dueMs > _nowMs)
        {
            Volatile.Write(ref _nowMs, dueMs);
        }

        pace.WaitUntil(_nowMs);
    }

    private void Settle()
    {
        long work = takeWork();
        if (!_aside)
        {
            SpendInstructions(work);
        }
    }
}
