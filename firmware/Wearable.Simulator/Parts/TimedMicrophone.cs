using Wearable.Firmware.Board;
using Wearable.Simulator.Time;

namespace Wearable.Simulator.Parts;

/// <summary>A microphone whose reads cost something beyond the wait.</summary>
internal sealed class TimedMicrophone(IMicrophone inner, ChipClock clock) : IMicrophone
{
    public int Overruns => inner.Overruns;

    public void Start() => inner.Start();

    public void Stop() => inner.Stop();

    public void Read(byte[] hop)
    {
        clock.SpendInstructions(BoardCost.Transfer);
        clock.Aside(() =>
        {
            inner.Read(hop);
            return true;
        });
    }
}
