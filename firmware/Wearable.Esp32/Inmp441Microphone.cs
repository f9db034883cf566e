using System;
using System.Device.I2s;
using nanoFramework.Hardware.Esp32;
using Wearable.Contract;
using Wearable.Firmware.Board;

namespace Wearable.Esp32
{
    /// <summary>
    /// INMP441 on I2S bus 1. RightLeft and 16 bit, as every official microphone sample does: OnlyLeft and OnlyRight give half the rate.
    /// </summary>
    internal sealed class Inmp441Microphone : IMicrophone
    {
        // 19 DMA blocks of 256 stereo frames: about 300 ms behind the loop. The default, 10000, is 64 ms.
        private const int DmaBytes = 40000;

        private I2sDevice _bus;

        public int Overruns
        {
            get { return 0; } // the driver drops its oldest block without telling
        }

        public void Start()
        {
            if (_bus != null)
            {
                return;
            }

            Configuration.SetPinFunction(Pins.MicrophoneBitClock, DeviceFunction.I2S1_BCK);
            Configuration.SetPinFunction(Pins.MicrophoneWordSelect, DeviceFunction.I2S1_WS);
            Configuration.SetPinFunction(Pins.MicrophoneData, DeviceFunction.I2S1_MDATA_IN);
            I2sConnectionSettings settings = new I2sConnectionSettings(1);
            settings.Mode = I2sMode.Master | I2sMode.Rx;
            settings.CommunicationFormat = I2sCommunicationFormat.I2S;
            settings.ChannelFormat = I2sChannelFormat.RightLeft;
            settings.BitsPerSample = I2sBitsPerSample.Bit16;
            settings.SampleRate = AudioFormat.SampleRateHz;
            settings.BufferSize = DmaBytes;
            _bus = new I2sDevice(settings);
        }

        public void Stop()
        {
            if (_bus != null)
            {
                _bus.Dispose(); // no clock, no sound: off in hardware
                _bus = null;
            }
        }

        public void Read(byte[] hop)
        {
            if (_bus == null)
            {
                throw new InvalidOperationException("microphone: read while stopped");
            }

            _bus.Read(new SpanByte(hop));
        }
    }
}
