using System;
using System.Device.I2c;
using nanoFramework.Hardware.Esp32;
using Wearable.Firmware.Board;

namespace Wearable.Esp32
{
    /// <summary>I2C bus 1 at 400 kHz. Devices are opened once per address and kept.</summary>
    internal sealed class Esp32I2cBus : II2cBus
    {
        private const int BusNumber = 1;
        private const int MaxDevices = 4;

        private readonly I2cDevice[] _devices = new I2cDevice[MaxDevices];
        private readonly int[] _addresses = new int[MaxDevices];
        private int _count;

        public Esp32I2cBus()
        {
            Configuration.SetPinFunction(Pins.SensorData, DeviceFunction.I2C1_DATA);
            Configuration.SetPinFunction(Pins.SensorClock, DeviceFunction.I2C1_CLOCK);
        }

        public I2cStatus WriteRead(int address, byte[] write, int writeCount, byte[] read, int readCount)
        {
            I2cDevice device = Open(address);
            I2cTransferResult result;
            if (readCount == 0)
            {
                result = device.Write(new SpanByte(write, 0, writeCount));
            }
            else if (writeCount == 0)
            {
                result = device.Read(new SpanByte(read, 0, readCount));
            }
            else
            {
                result = device.WriteRead(new SpanByte(write, 0, writeCount), new SpanByte(read, 0, readCount));
            }

            switch (result.Status)
            {
                case I2cTransferStatus.FullTransfer: return I2cStatus.Ok;
                case I2cTransferStatus.SlaveAddressNotAcknowledged: return I2cStatus.AddressNotAcknowledged;
                case I2cTransferStatus.PartialTransfer: return I2cStatus.Partial;
                default: return I2cStatus.Timeout;
            }
        }

        private I2cDevice Open(int address)
        {
            for (int i = 0; i < _count; i++)
            {
                if (_addresses[i] == address)
                {
                    return _devices[i];
                }
            }

            if (_count == MaxDevices)
            {
                throw new InvalidOperationException("I2C: at most 4 devices expected, got one more at address " + address.ToString());
            }

            I2cDevice device = new I2cDevice(new I2cConnectionSettings(BusNumber, address, I2cBusSpeed.FastMode));
            _addresses[_count] = address;
            _devices[_count] = device;
            _count++;
            return device;
        }
    }
}
