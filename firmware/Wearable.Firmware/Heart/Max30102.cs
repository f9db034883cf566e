using Wearable.Firmware.Board;

namespace Wearable.Firmware.Heart
{
    /// <summary>What one poll of the sensor found.</summary>
    public enum SensorStatus
    {
        /// <summary>Working; samples may have come.</summary>
        Ok,

        /// <summary>Nobody answers, or the part is another one; tried again later.</summary>
        Absent,

        /// <summary>It lost its registers (brown-out) and was set up again; the stream has a gap.</summary>
        Restarted,
    }

    /// <summary>
    /// MAX30102 over a register bus (data sheet 19-7740 Rev 1). SpO2 mode, 100 samples a second averaged by two = 50 Hz, 411 us, 18 bit, 8192 nA.
    /// Polled every 100 ms; bursts of five samples (30 bytes: longer reads fail on the chip). A call on a stuck bus may freeze the chip for
    /// a second, so failures back off from 100 ms to 5 s.
    /// </summary>
    public sealed class Max30102
    {
        /// <summary>7-bit address.</summary>
        public const int Address = 0x57;

        /// <summary>Samples a second after averaging, by the sensor's own clock (+-1.5 %).</summary>
        public const int SampleRateHz = 50;

        /// <summary>Full scale of the converter: 18 bit.</summary>
        public const int FullScale = 262143;

        /// <summary>Counts from which the light is too much.</summary>
        public const int Saturation = 0x3FFF0;

        /// <summary>Samples one poll can bring: the FIFO's 32.</summary>
        public const int MaxSamples = 32;

        private const int PartId = 0x15;
        private const int RegStatus = 0x00, RegWritePointer = 0x04, RegData = 0x07, RegFifoConfig = 0x08, RegMode = 0x09, RegSpo2 = 0x0A, RegLed1 = 0x0C, RegLed2 = 0x0D, RegPartId = 0xFF;
        private const int PowerReady = 0x01, AmbientOverflow = 0x20;
        private const int SampleBytes = 6, SamplesPerBurst = 5;
        private const int PollMs = 100, FirstBackOffMs = 100, LongestBackOffMs = 5000;
        private const int CalibrationMs = 60000;

        private readonly II2cBus _bus;
        private readonly IClock _clock;
        private readonly bool _redFirst;
        private readonly byte[] _write = new byte[2];
        private readonly byte[] _read = new byte[SampleBytes * SamplesPerBurst];
        private readonly int[] _infrared = new int[MaxSamples];
        private bool _ready;
        private long _nextMs;
        private int _backOffMs = FirstBackOffMs;
        private long _calibrationStartMs;
        private int _calibrationSamples;

        /// <summary>Makes a driver; nothing is sent yet.</summary>
        /// <param name="bus">The bus.</param>
        /// <param name="clock">The chip's clock, against which the sensor's is calibrated.</param>
        /// <param name="redFirst">True for genuine parts: red, then infrared. Some clones swap them.</param>
        public Max30102(II2cBus bus, IClock clock, bool redFirst)
        {
            _bus = bus;
            _clock = clock;
            _redFirst = redFirst;
            PeriodUs = 1000000 / SampleRateHz;
            LedCurrent = StartCurrent;
        }

        /// <summary>LED current at start: 6.2 mA in steps of 0.2 mA.</summary>
        public const int StartCurrent = 0x1F;

        /// <summary>Infrared counts of the last poll, oldest first; the first <see cref="Count"/>.</summary>
        public int[] Infrared
        {
            get { return _infrared; }
        }

        /// <summary>Samples of the last poll.</summary>
        public int Count { get; private set; }

        /// <summary>Current of both LEDs, 0-255 in steps of 0.2 mA.</summary>
        public int LedCurrent { get; private set; }

        /// <summary>Time between two samples by the chip's clock, us: nominal at first, measured after a minute.</summary>
        public int PeriodUs { get; private set; }

        /// <summary>Failed transfers since boot.</summary>
        public int BusErrors { get; private set; }

        /// <summary>Samples the FIFO lost since boot.</summary>
        public int LostSamples { get; private set; }

        /// <summary>Times since boot the sensor was found reset and set up again.</summary>
        public int Restarts { get; private set; }

        /// <summary>Polls since boot with ambient light beyond what the sensor can cancel.</summary>
        public int AmbientOverflows { get; private set; }

        /// <summary>True when a poll is due; polling earlier finds nothing.</summary>
        public bool IsDue
        {
            get { return _clock.UptimeMs >= _nextMs; }
        }

        /// <summary>Reads what has come.</summary>
        public SensorStatus Poll()
        {
            Count = 0;
            _nextMs = _clock.UptimeMs + PollMs;
            if (!_ready)
            {
                return SetUp() ? SensorStatus.Restarted : Fail();
            }

            if (!ReadRegisters(RegStatus, 1))
            {
                return Fail();
            }

            if ((_read[0] & PowerReady) != 0)
            {
                Restarts++;
                _ready = false;
                return SetUp() ? SensorStatus.Restarted : Fail();
            }

            if ((_read[0] & AmbientOverflow) != 0)
            {
                AmbientOverflows++;
            }

            return ReadFifo() ? SensorStatus.Ok : Fail();
        }

        /// <summary>Sets the current of both LEDs; the next samples step.</summary>
        /// <param name="current">0-255 in steps of 0.2 mA.</param>
        public void SetLedCurrent(int current)
        {
            LedCurrent = current;
            if (_ready && !(WriteRegister(RegLed1, current) && WriteRegister(RegLed2, current)))
            {
                _ready = false; // the next poll sets everything up again
            }
        }

        private bool SetUp()
        {
            if (!ReadRegisters(RegPartId, 1) || _read[0] != PartId)
            {
                return false;
            }

            // FIFO: average 2, roll over (the newest samples count). SpO2: range 8192 nA, 100 samples a second, 411 us (18 bit). Reading the
            // status first clears the power-ready flag.
            bool done = ReadRegisters(RegStatus, 1)
                && WriteRegister(RegFifoConfig, (1 << 5) | (1 << 4))
                && WriteRegister(RegSpo2, (2 << 5) | (1 << 2) | 3)
                && WriteRegister(RegLed1, LedCurrent)
                && WriteRegister(RegLed2, LedCurrent)
                && WriteRegister(RegWritePointer, 0)
                && WriteRegister(RegWritePointer + 1, 0)
                && WriteRegister(RegWritePointer + 2, 0)
                && WriteRegister(RegMode, 3);
            _ready = done;
            if (done)
            {
                _backOffMs = FirstBackOffMs;
                _calibrationStartMs = 0;
            }

            return done;
        }

        private SensorStatus Fail()
        {
            BusErrors++;
            _ready = false;
            _nextMs = _clock.UptimeMs + _backOffMs;
            _backOffMs = _backOffMs * 2 > LongestBackOffMs ? LongestBackOffMs : _backOffMs * 2;
            return SensorStatus.Absent;
        }

        private bool ReadFifo()
        {
            if (!ReadRegisters(RegWritePointer, 3))
            {
                return false;
            }

            int write = _read[0] & 31;
            int lost = _read[1] & 31;
            int read = _read[2] & 31;
            int waiting = (write - read) & 31;
            if (waiting == 0 && lost > 0)
            {
                waiting = MaxSamples; // equal pointers with lost samples: full, not empty
            }

            LostSamples += lost;
            int at = 0;
            while (at < waiting)
            {
                int burst = waiting - at > SamplesPerBurst ? SamplesPerBurst : waiting - at;
                if (!ReadRegisters(RegData, burst * SampleBytes))
                {
                    return false;
                }

                at = Take(burst, at);
            }

            Count = waiting;
            Calibrate(waiting + lost);
            return true;
        }

        private int Take(int burst, int at)
        {
            byte[] from = _read;
            int[] to = _infrared;
            int offset = _redFirst ? 3 : 0;
            for (int i = 0; i < burst; i++)
            {
                to[at++] = ((from[offset] << 16) | (from[offset + 1] << 8) | from[offset + 2]) & FullScale;
                offset += SampleBytes;
            }

            return at;
        }

        // The sensor's oscillator is off by up to 1.5 %, and so would be every heart rate. Counting samples over a minute of the chip's clock tells.
        private void Calibrate(int samples)
        {
            long now = _clock.UptimeMs;
            if (_calibrationStartMs == 0)
            {
                _calibrationStartMs = now;
                _calibrationSamples = 0;
                return;
            }

            _calibrationSamples += samples;
            long elapsed = now - _calibrationStartMs;
            if (elapsed < CalibrationMs)
            {
                return;
            }

            int period = (int)(elapsed * 1000 / _calibrationSamples);
            int nominal = 1000000 / SampleRateHz;
            if (period > nominal - nominal / 50 && period < nominal + nominal / 50)
            {
                PeriodUs = period; // beyond 2 % something else is wrong (the loop stood still): keep the old value
            }

            _calibrationStartMs = now;
            _calibrationSamples = 0;
        }

        private bool ReadRegisters(int register, int count)
        {
            _write[0] = (byte)register;
            return _bus.WriteRead(Address, _write, 1, _read, count) == I2cStatus.Ok;
        }

        private bool WriteRegister(int register, int value)
        {
            _write[0] = (byte)register;
            _write[1] = (byte)value;
            return _bus.WriteRead(Address, _write, 2, _read, 0) == I2cStatus.Ok;
        }
    }
}
