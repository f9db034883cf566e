using Wearable.Firmware.Board;
using Wearable.Simulator.Time;

namespace Wearable.Simulator.Parts;

/// <summary>A speaker whose calls cost something, and which holds the loop while it is full.</summary>
internal sealed class TimedSpeaker(ISpeaker inner, ChipClock clock) : ISpeaker
{
    public int WritableBytes
    {
        get
        {
            clock.SpendInstructions(BoardCost.Clock);
            return inner.WritableBytes;
        }
    }

    public bool IsPlaying
    {
        get
        {
            clock.SpendInstructions(BoardCost.Clock);
            return inner.IsPlaying;
        }
    }

    public void Write(byte[] pcm, int offset, int count)
    {
        clock.SpendInstructions(BoardCost.Transfer + BoardCost.Clock);
        clock.Hold(() => clock.Aside(() =>
        {
            inner.Write(pcm, offset, count);
            return true;
        }));
    }

    public void Flush() => clock.Aside(() =>
    {
        inner.Flush();
        return true;
    });
}
