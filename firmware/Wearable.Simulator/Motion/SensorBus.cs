using Wearable.Firmware.Board;
using Wearable.Firmware.Heart;

namespace Wearable.Simulator.Motion;

/// <summary>Both sensors on one bus; who is stuck holds it for both.</summary>
/// <param name="pulse">Answers at every address but the motion sensor's.</param>
/// <param name="motion">The motion sensor.</param>
public sealed class SensorBus(II2cBus pulse, FakeLis3dh motion) : II2cBus
{
    /// <inheritdoc/>
    public I2cStatus WriteRead(int address, byte[] write, int writeCount, byte[] read, int readCount) =>
        (address == Lis3dhRegisters.Address ? motion : pulse).WriteRead(address, write, writeCount, read, readCount);
}
