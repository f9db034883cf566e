namespace Wearable.Firmware.Board
{
    /// <summary>How one I2C transfer ended, as System.Device.I2c reports it.</summary>
    public enum I2cStatus
    {
        /// <summary>All bytes went through.</summary>
        Ok,

        /// <summary>Nobody answered at the address.</summary>
        AddressNotAcknowledged,

        /// <summary>The bus was held; on the chip this call froze every thread for up to 1 s.</summary>
        Timeout,

        /// <summary>Fewer bytes went through than asked for.</summary>
        Partial,
    }

    /// <summary>An I2C bus. Reads are at most 30 bytes (nanoframework/Home#756: 32 and more fail).</summary>
    public interface II2cBus
    {
        /// <summary>Writes, then reads without releasing the bus. Either count may be 0.</summary>
        /// <param name="address">7-bit address.</param>
        /// <param name="write">Bytes to send; not changed.</param>
        /// <param name="writeCount">How many of them.</param>
        /// <param name="read">Receives the answer from index 0; contents are meaningless unless <see cref="I2cStatus.Ok"/>.</param>
        /// <param name="readCount">How many bytes to read, at most 30.</param>
        I2cStatus WriteRead(int address, byte[] write, int writeCount, byte[] read, int readCount);
    }
}
