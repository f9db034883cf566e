using Wearable.Firmware.Board;
using Wearable.Simulator.Time;

namespace Wearable.Simulator.Parts;

/// <summary>An I2C bus on which transfers take time, as on the chip, where they stop every thread: 9 clocks a byte at 400 kHz, two address bytes.</summary>
public sealed class TimedBus(II2cBus inner, ChipClock clock) : II2cBus
{
    private const double MsPerByte = 9 * 1000.0 / 400_000;

    /// <inheritdoc/>
    public I2cStatus WriteRead(int address, byte[] write, int writeCount, byte[] read, int readCount)
    {
        clock.Spend((2 + writeCount + readCount) * MsPerByte);
        return inner.WriteRead(address, write, writeCount, read, readCount);
    }
}
