using Wearable.Firmware.Board;
using Wearable.Simulator.Time;

namespace Wearable.Simulator.Parts;

/// <summary>An I2C bus on which transfers take time, as on the chip, where they stop every thread: 9 clocks a byte at 400 kHz, address bytes included.</summary>
internal sealed class TimedBus(II2cBus inner, ChipClock clock) : II2cBus
{
    private const double MsPerByte = 9 * 1000.0 / 400_000;

    public I2cStatus WriteRead(int address, byte[] write, int writeCount, byte[] read, int readCount)
    {
        int addressBytes = (writeCount > 0 ? 1 : 0) + (readCount > 0 ? 1 : 0);
        clock.SpendInstructions(BoardCost.Transfer);
        clock.Spend((addressBytes + writeCount + readCount) * MsPerByte);

        // A stuck bus waits inside: that, too, holds the loop.
        I2cStatus status = I2cStatus.Ok;
        clock.Hold(() => status = inner.WriteRead(address, write, writeCount, read, readCount));
        return status;
    }
}
