using Wearable.Firmware.Board;
using Wearable.Firmware.Heart;

namespace Wearable.Simulator.Parts;

/// <summary>A bus nobody is on, and the one reading that follows from it: sensor_error, never a rate.</summary>
public sealed class UnpluggedPulse : II2cBus, IHeartMonitor
{
    /// <inheritdoc/>
    public int Version => 1;

    /// <inheritdoc/>
    public HeartReading Reading { get; } = new() { State = HeartState.SensorError };

    /// <inheritdoc/>
    public int BusErrors => 0;

    /// <inheritdoc/>
    public I2cStatus WriteRead(int address, byte[] write, int writeCount, byte[] read, int readCount) => I2cStatus.AddressNotAcknowledged;

    /// <inheritdoc/>
    public void Step()
    {
    }

    /// <inheritdoc/>
    public int TakeBeats(int[] intervalsMs, int[] accepted, out long firstBeatMs)
    {
        firstBeatMs = 0;
        return 0;
    }
}
