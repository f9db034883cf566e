namespace Wearable.Firmware.Heart
{
    /// <summary>Registers of the LIS3DH accelerometer (STMicroelectronics, data sheet DocID17530, application note AN3308).</summary>
    public static class Lis3dhRegisters
    {
        /// <summary>7-bit address with SA0 at ground; 0x19 with SA0 high.</summary>
        public const int Address = 0x18;

        /// <summary>WHO_AM_I and its content.</summary>
        public const int WhoAmI = 0x0F, ExpectedPart = 0x33;

        /// <summary>CTRL_REG1: rate in bits 4-7, axes in bits 0-2.</summary>
        public const int Control1 = 0x20;

        /// <summary>CTRL_REG4: block update, range, high resolution.</summary>
        public const int Control4 = 0x23;

        /// <summary>CTRL_REG5: FIFO on.</summary>
        public const int Control5 = 0x24;

        /// <summary>First of six data registers; in FIFO mode a long read goes round them, one sample per round.</summary>
        public const int Data = 0x28;

        /// <summary>FIFO_CTRL_REG; FIFO_SRC_REG follows it.</summary>
        public const int FifoControl = 0x2E;

        /// <summary>FIFO_SRC_REG.</summary>
        public const int FifoSource = 0x2F;

        /// <summary>Set in the register address: the next byte belongs to the next register.</summary>
        public const int Increment = 0x80;

        /// <summary>25 samples a second, three axes, normal mode.</summary>
        public const int At25Hz = 0x37;

        /// <summary>Block data update, +-4 g, high resolution: 12 bits of 2 milli-g, left-justified.</summary>
        public const int FourG = 0x98;

        /// <summary>FIFO_EN.</summary>
        public const int FifoOn = 0x40;

        /// <summary>Stream mode: the newest 32 samples are kept.</summary>
        public const int StreamMode = 0x80;

        /// <summary>FIFO_SRC: samples were overwritten.</summary>
        public const int Overrun = 0x40;

        /// <summary>FIFO_SRC: unread samples, 31 at most; one more when overrun.</summary>
        public const int Unread = 0x1F;

        /// <summary>Bytes of a sample: x, y, z, low byte first.</summary>
        public const int SampleBytes = 6;

        /// <summary>Samples the FIFO holds.</summary>
        public const int FifoSamples = 32;
    }
}
