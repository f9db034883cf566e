using Wearable.Meter;

namespace Wearable.Simulator.Time;

/// <summary>The meter's counters as work for a <see cref="ChipClock"/>: instructions, and what the library would cost.</summary>
public static class ChipWork
{
    /// <summary>Work since the last call, in IL instructions.</summary>
    public static long Take()
    {
        long work = Counters.Instructions + Counters.Surcharge;
        Counters.Reset();
        return work;
    }

    /// <summary>Runs something of the simulator's own on the device's thread: it may use the firmware's classes, and is not the chip's work.</summary>
    public static void Uncounted(Action work)
    {
        (long instructions, long allocations, long surcharge) = (Counters.Instructions, Counters.Allocations, Counters.Surcharge);
        work();
        (Counters.Instructions, Counters.Allocations, Counters.Surcharge) = (instructions, allocations, surcharge);
    }
}
