using System;
using System.Device.I2s;
using nanoFramework.Hardware.Esp32;
using Wearable.Contract;
using Wearable.Firmware.Board;

namespace Wearable.Esp32
{
    /// <summary>
    /// MAX98357A on I2S bus 2. The driver cannot say what its DMA still holds, so that is computed from what was written and the clock.
    /// </summary>
    internal sealed class Max98357aSpeaker : ISpeaker
    {
        // 9 DMA blocks of 256 mono frames: 144 ms.
        private const int DmaBytes = 10000;
        private const int DmaSampleBytes = 9 * 256 * AudioFormat.SampleBytes;
        private const int BytesPerMs = AudioFormat.SampleRateHz * AudioFormat.SampleBytes / 1000;

        private readonly IClock _clock;
        private readonly I2sDevice _bus;
        private long _emptyAtMs;

        public Max98357aSpeaker(IClock clock)
        {
            _clock = clock;
            Configuration.SetPinFunction(Pins.SpeakerBitClock, DeviceFunction.I2S2_BCK);
            Configuration.SetPinFunction(Pins.SpeakerWordSelect, DeviceFunction.I2S2_WS);
            Configuration.SetPinFunction(Pins.SpeakerData, DeviceFunction.I2S2_DATA_OUT);
            I2sConnectionSettings settings = new I2sConnectionSettings(2);
            settings.Mode = I2sMode.Master | I2sMode.Tx;
            settings.CommunicationFormat = I2sCommunicationFormat.I2S;
            settings.ChannelFormat = I2sChannelFormat.OnlyLeft;
            settings.BitsPerSample = I2sBitsPerSample.Bit16;
            settings.SampleRate = AudioFormat.SampleRateHz;
            settings.BufferSize = DmaBytes;
            _bus = new I2sDevice(settings);
        }

        public int WritableBytes
        {
            get
            {
                int held = (int)HeldMs() * BytesPerMs;
                return held >= DmaSampleBytes ? 0 : DmaSampleBytes - held;
            }
        }

        public bool IsPlaying
        {
            get { return HeldMs() > 0; }
        }

        public void Write(byte[] pcm, int offset, int count)
        {
            _bus.Write(new SpanByte(pcm, offset, count));
            long now = _clock.UptimeMs;
            _emptyAtMs = (_emptyAtMs > now ? _emptyAtMs : now) + count / BytesPerMs;
        }

        public void Flush()
        {
            // The driver has no call to empty its DMA; at most 144 ms are still heard.
            long latest = _clock.UptimeMs + DmaSampleBytes / BytesPerMs;
            if (_emptyAtMs > latest)
            {
                _emptyAtMs = latest;
            }
        }

        private long HeldMs()
        {
            long held = _emptyAtMs - _clock.UptimeMs;
            return held > 0 ? held : 0;
        }
    }
}
