using Wearable.Firmware.Board;
using Wearable.Firmware.Heart;

namespace Wearable.DeviceTests
{
    /// <summary>
    /// A small MAX30102 on a bus: registers, a FIFO of 32 samples that does not roll over, an overflow counter, one sample every 20 ms.
    /// The full one, with every fault, is the simulator's; this one is small enough for the chip.
    /// </summary>
    internal sealed class FakeSensor : II2cBus
    {
        private readonly FakeClock _clock;
        private readonly byte[] _registers = new byte[256];
        private readonly int[] _fifo = new int[Max30102Registers.FifoSamples];
        private int _count;
        private int _read;
        private int _byteOfSample;
        private long _nextMs;

        /// <summary>Light, when it pulses; else <see cref="Light"/>.</summary>
        public SyntheticPulse Pulse;

        /// <summary>Constant light, counts.</summary>
        public int Light = 110000;

        /// <summary>Bus calls that will fail.</summary>
        public int FailNext;

        /// <summary>Bus calls so far.</summary>
        public int Calls;

        /// <summary>Longest read so far, bytes.</summary>
        public int LongestRead;

        /// <summary>Puts a part on the bus.</summary>
        public FakeSensor(FakeClock clock)
        {
            _clock = clock;
            _registers[Max30102Registers.PartId] = Max30102Registers.ExpectedPart;
        }

        /// <summary>What a register holds.</summary>
        public int Register(int register)
        {
            return _registers[register];
        }

        /// <summary>Power drops for a moment: all registers are lost.</summary>
        public void BrownOut()
        {
            Reset();
            _registers[Max30102Registers.Status] = Max30102Registers.PowerReady;
        }

        /// <inheritdoc/>
        public I2cStatus WriteRead(int address, byte[] write, int writeCount, byte[] read, int readCount)
        {
            Calls++;
            if (address != Max30102Registers.Address || FailNext > 0)
            {
                FailNext--;
                return I2cStatus.AddressNotAcknowledged;
            }

            Measure();
            if (writeCount == 2)
            {
                Set(write[0], write[1]);
            }

            if (readCount > LongestRead)
            {
                LongestRead = readCount;
            }

            int register = write[0];
            for (int i = 0; i < readCount; i++)
            {
                read[i] = (byte)Get(register);
                if (register != Max30102Registers.FifoData)
                {
                    register++;
                }
            }

            return I2cStatus.Ok;
        }

        private void Set(int register, int value)
        {
            if (register == Max30102Registers.Mode && (value & Max30102Registers.Reset) != 0)
            {
                Reset();
                return;
            }

            if (register == Max30102Registers.Mode && value == Max30102Registers.SpO2Mode)
            {
                _nextMs = _clock.NowMs + 20;
            }

            if (register == Max30102Registers.WritePointer)
            {
                _count = 0;
                _read = value;
            }
            else if (register == Max30102Registers.ReadPointer)
            {
                _count = (Get(Max30102Registers.WritePointer) - value) & 31;
                _read = value;
                _byteOfSample = 0;
            }

            _registers[register] = (byte)value;
        }

        private int Get(int register)
        {
            switch (register)
            {
                case Max30102Registers.Status:
                    int status = _registers[register];
                    _registers[register] = 0;
                    return status;
                case Max30102Registers.WritePointer:
                    return (_read + _count) & 31;
                case Max30102Registers.ReadPointer:
                    return _read;
                case Max30102Registers.FifoData:
                    return NextByte();
                default:
                    return _registers[register];
            }
        }

        // Red, then infrared, three bytes each, highest first; a sample leaves the FIFO with its last byte.
        private int NextByte()
        {
            int at = _byteOfSample;
            int light = at < 3 ? 0 : _fifo[_read];
            int part = at % 3;
            int value = part == 0 ? light >> 16 : part == 1 ? light >> 8 : light;
            _byteOfSample++;
            if (_byteOfSample == Max30102Registers.SampleBytes)
            {
                _byteOfSample = 0;
                if (_count > 0)
                {
                    _count--;
                    _read = (_read + 1) & 31;
                    _registers[Max30102Registers.Overflow] = 0;
                }
            }

            return value & 255;
        }

        private void Measure()
        {
            while (_registers[Max30102Registers.Mode] == Max30102Registers.SpO2Mode && _nextMs <= _clock.NowMs)
            {
                _nextMs += 20;
                int light = Pulse == null ? Light : Pulse.Next();
                int overflow = _registers[Max30102Registers.Overflow];
                if (_count == Max30102Registers.FifoSamples)
                {
                    _registers[Max30102Registers.Overflow] = (byte)(overflow < Max30102Registers.OverflowMost ? overflow + 1 : overflow);
                    continue;
                }

                _fifo[(_read + _count) & 31] = light;
                _count++;
            }
        }

        private void Reset()
        {
            for (int i = 0; i < _registers.Length; i++)
            {
                _registers[i] = 0;
            }

            _registers[Max30102Registers.PartId] = Max30102Registers.ExpectedPart;
            _count = 0;
            _read = 0;
            _byteOfSample = 0;
        }
    }
}
