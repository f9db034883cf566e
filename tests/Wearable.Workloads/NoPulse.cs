using Wearable.Firmware.Heart;

namespace Wearable.Workloads;

/// <summary>A device without a pulse sensor: keeps the rows of the voice free of the heart's cost.</summary>
internal sealed class NoPulse : IHeartMonitor
{
    public int Version => 0;

    public int BusErrors => 0;

    public HeartReading Reading { get; } = new();

    public void Step()
    {
    }

    public int TakeBeats(int[] intervalsMs, int[] accepted, out long firstBeatMs)
    {
        firstBeatMs = 0;
        return 0;
    }
}
