using Wearable.Firmware.Board;
using Wearable.Simulator.Time;

namespace Wearable.Simulator.Parts;

/// <summary>The clock as the device sees it: looking costs something.</summary>
internal sealed class TimedClock(ChipClock clock) : IClock
{
    public long UptimeMs
    {
        get
        {
            clock.SpendInstructions(BoardCost.Clock);
            return clock.UptimeMs;
        }
    }

    public long EpochMs
    {
        get
        {
            clock.SpendInstructions(BoardCost.TimeOfDay);
            return clock.EpochMs;
        }
    }

    public void Sleep(int ms) => clock.Sleep(ms);
}
