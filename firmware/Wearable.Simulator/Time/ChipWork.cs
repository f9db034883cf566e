using System.Runtime.Loader;
using Wearable.Firmware;
using Wearable.Meter;

namespace Wearable.Simulator.Time;

/// <summary>The meter's counters as work for a <see cref="ChipClock"/>: instructions, and what the library would cost.</summary>
public static class ChipWork
{
    /// <summary>True when the firmware of this load context is instrumented.</summary>
    public static bool IsCounted => AssemblyLoadContext.GetLoadContext(typeof(Device).Assembly) is MeteredContext;

    /// <summary>Work since the last call, in IL instructions.</summary>
    public static long Take()
    {
        long work = Counters.Instructions + Counters.Surcharge;
        Counters.Reset();
        return work;
    }
}
