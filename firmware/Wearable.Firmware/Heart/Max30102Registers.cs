namespace Wearable.Firmware.Heart
{
    /// <summary>Registers and bits of the MAX30102 (data sheet 19-7740 Rev 1). Rev 1 has no proximity function: 0x10 and 0x30 are not used.</summary>
    public static class Max30102Registers
    {
        /// <summary>7-bit I2C address.</summary>
        public const int Address = 0x57;

        /// <summary>Value of <see cref="PartId"/>; the 30101 and 30105 say the same.</summary>
        public const int ExpectedPart = 0x15;

        /// <summary>Samples of red and infrared the FIFO holds.</summary>
        public const int FifoSamples = 32;

        /// <summary>Bytes of one FIFO sample in SpO2 mode: 3 per LED.</summary>
        public const int SampleBytes = 6;

        /// <summary>Most one ADC reading can say: 18 bits.</summary>
        public const int FullScale = 0x3FFFF;

        /// <summary>Most the overflow counter can say; then the loss is unknown.</summary>
        public const int OverflowMost = 31;

        /// <summary>Brown-out: registers were reset.</summary>
        public const int PowerReady = 0x01;

        /// <summary>Ambient light beyond what the part can cancel.</summary>
        public const int AmbientOverflow = 0x20;

        /// <summary>Bit of <see cref="Mode"/>.</summary>
        public const int ShutDown = 0x80;

        /// <summary>Bit of <see cref="Mode"/>; clears itself.</summary>
        public const int Reset = 0x40;

        /// <summary>Value of <see cref="Mode"/>: red and infrared.</summary>
        public const int SpO2Mode = 0x03;

        /// <summary>FIFO almost full: bit of <see cref="Status"/> and <see cref="InterruptEnable"/>.</summary>
        public const int AlmostFull = 0x80;

        /// <summary>Register addresses.</summary>
        public const int Status = 0x00, InterruptEnable = 0x02, WritePointer = 0x04, Overflow = 0x05, ReadPointer = 0x06,
            FifoData = 0x07, FifoConfig = 0x08, Mode = 0x09, SpO2Config = 0x0A, Led1 = 0x0C, Led2 = 0x0D, PartId = 0xFF;
    }
}
