using Wearable.Firmware.Board;

namespace Wearable.Firmware.Heart
{
    /// <summary>Where the sensor stands.</summary>
    public enum Max30102State
    {
        /// <summary>Being looked for, reset and set up.</summary>
        Starting,

        /// <summary>Delivers samples.</summary>
        Running,

        /// <summary>Nobody there: shut down, waking for a short look at low current.</summary>
        OffBody,

        /// <summary>Does not answer.</summary>
        Silent,

        /// <summary>Something else answers at its address.</summary>
        WrongPart,
    }

    /// <summary>
    /// MAX30102 pulse sensor: infrared light 50 times a second (100 conversions averaged in pairs, 411 us, 18 bits), read every 100 ms.
    /// The FIFO does not roll over, so what an overflow leaves is 32 samples in a row and then a gap of known length.
    /// Any bus call may freeze the chip for a second; after failures the next try comes 100 ms to 5 s later.
    /// </summary>
    public sealed class Max30102
    {
        /// <summary>Samples per second the part is set to; its own clock is off by up to 1.5 %.</summary>
        public const int NominalRateMilliHz = 50000;

        private const int PollMs = 100;
        private const int ResetMs = 20;
        private const int ResetLooks = 10;
        private const int FirstBackOffMs = 100;
        private const int MostBackOffMs = 5000;
        private const int SleepMs = 1600;
        private const int LookMs = 200;

        // Seven bytes from 0x00: status, the canary that a brown-out clears, and WR, OVF, RD in one breath before any data.
        private const int HeadBytes = 7;
        private const int BurstSamples = 5;
        private const int SaturatedCounts = 0x3FFF0;

        // 32 samples are 640 ms, 630 on the fastest part: equal pointers later than 600 ms mean full, unless a poll in between found
        // nothing where ten samples were due: then the part stands still.
        private const int FullAfterMs = 600;
        private const int OverdueMs = 200;

        private readonly II2cBus _bus;
        private readonly IClock _clock;
        private readonly Max30102Settings _settings;
        private readonly SampleClock _sampleClock = new SampleClock(NominalRateMilliHz);
        private readonly byte[] _write = new byte[4];
        private readonly byte[] _read = new byte[BurstSamples * Max30102Registers.SampleBytes];
        private readonly int[] _samples = new int[Max30102Registers.FifoSamples];
        private long _dueMs;
        private long _drainedMs;
        private int _stage;
        private int _looks;
        private int _failures;
        private int _lostNext;
        private Max30102State _state; // fields: a property's setter is a call for each poll
        private int _saturated;
        private bool _restarted;
        private int _lostBefore;
        private bool _stepped;
        private bool _restartNext;
        private bool _stepNext;
        private bool _overdue;
        private int _previousLed;

        /// <summary>Makes a driver; nothing is sent before the first <see cref="Poll"/>.</summary>
        public Max30102(II2cBus bus, IClock clock, Max30102Settings settings)
        {
            _bus = bus;
            _clock = clock;
            _settings = settings;
            Led = settings.FirstLed;
            _previousLed = Led;
        }

        /// <summary>Where the sensor stands.</summary>
        public Max30102State State
        {
            get { return _state; }
        }

        /// <summary>Infrared light of the last <see cref="Poll"/>, 18-bit counts, oldest first.</summary>
        public int[] Samples
        {
            get { return _samples; }
        }

        /// <summary>How many of the last poll's samples were at the end of the scale.</summary>
        public int SaturatedSamples
        {
            get { return _saturated; }
        }

        /// <summary>True: the samples of the last poll do not continue those before (start, brown-out, unknown loss).</summary>
        public bool Restarted
        {
            get { return _restarted; }
        }

        /// <summary>Samples lost just before those of the last poll.</summary>
        public int LostBefore
        {
            get { return _lostBefore; }
        }

        /// <summary>True: the LED current changed just before the last poll's samples; their first two may be of either current.</summary>
        public bool Stepped
        {
            get { return _stepped; }
        }

        /// <summary>Infrared current before the last change, register code.</summary>
        public int PreviousLed
        {
            get { return _previousLed; }
        }

        /// <summary>Infrared current, register code of 0.2 mA.</summary>
        public int Led { get; private set; }

        /// <summary>Samples lost to a full FIFO since boot (at least: the part counts to 31).</summary>
        public int OverflowCount { get; private set; }

        /// <summary>Bus calls that failed since boot.</summary>
        public int BusErrors { get; private set; }

        /// <summary>Times the part was found reset by a brown-out.</summary>
        public int BrownOuts { get; private set; }

        /// <summary>Times the part had stopped measuring and was started again.</summary>
        public int Stalls { get; private set; }

        /// <summary>Polls with more ambient light than the part can cancel.</summary>
        public int AmbientOverflows { get; private set; }

        /// <summary>PART_ID as read; 0 before an answer.</summary>
        public int PartId { get; private set; }

        /// <summary>Samples per 1000 s, by this board's clock.</summary>
        public int SampleRateMilliHz
        {
            get { return _sampleClock.RateMilliHz; }
        }

        /// <summary>Lets the sensor work; returns at once when nothing is due.</summary>
        /// <returns>How many <see cref="Samples"/> are new.</returns>
        public int Poll()
        {
            long nowMs = _clock.UptimeMs;
            if (nowMs < _dueMs)
            {
                return 0;
            }

            int count = 0;
            bool good = true;
            _dueMs = nowMs + PollMs;
            switch (_state)
            {
                case Max30102State.Running:
                    good = ReadHead() && Drain(nowMs, out count);
                    break;
                case Max30102State.OffBody:
                    good = Probe(nowMs);
                    break;
                default:
                    good = Begin(nowMs);
                    break;
            }

            if (!good)
            {
                BackOff();
                return count;
            }

            if (_state != Max30102State.Starting)
            {
                _failures = 0;
            }

            return count;
        }

        /// <summary>Sets the LED so that the mean light is 40 to 70 % of full scale; call between windows.</summary>
        /// <param name="meanCounts">Mean light at the present current.</param>
        /// <returns>True when the current changed: the samples of the next poll are marked.</returns>
        public bool AdjustLed(int meanCounts)
        {
            const int Low = Max30102Registers.FullScale / 100 * 40;
            const int High = Max30102Registers.FullScale / 100 * 70;
            const int Aim = Max30102Registers.FullScale / 100 * 55;
            if (_state != Max30102State.Running || meanCounts <= 0 || (meanCounts >= Low && meanCounts <= High))
            {
                return false;
            }

            // At most by half or double: light that jumps (a finger arriving) must not throw the current to an end.
            int led = (int)((long)Led * Aim / meanCounts);
            led = Limit(led, Led / 2, Led * 2);
            led = Limit(led, _settings.LeastLed, _settings.MostLed);
            if (led == Led)
            {
                return false;
            }

            if (!WriteRegister(Max30102Registers.Led1 + _settings.InfraredSlot, led))
            {
                BackOff();
                return false;
            }

            _previousLed = Led;
            Led = led;
            _stepNext = true;
            return true;
        }

        /// <summary>Nobody there: shuts down and from now on looks for a finger at low current, 0.2 s in 1.8 s.</summary>
        public void WatchForContact()
        {
            if (_state != Max30102State.Running)
            {
                return;
            }

            _state = Max30102State.OffBody;
            _stage = 1;
            _dueMs = 0;
        }

        /// <summary>True when this much light at the present current means that something is near.</summary>
        public bool IsContact(int meanCounts)
        {
            return (long)meanCounts * _settings.FirstLed >= (long)_settings.ContactCounts * Led;
        }

        private static int Limit(int value, int least, int most)
        {
            return value < least ? least : value > most ? most : value;
        }

        private bool Begin(long nowMs)
        {
            if (_state == Max30102State.Silent || _state == Max30102State.WrongPart)
            {
                _state = Max30102State.Starting;
                _stage = 0;
            }

            if (_stage == 0)
            {
                if (!ReadRegisters(Max30102Registers.PartId, 1))
                {
                    return false;
                }

                PartId = _read[0];
                if (PartId != Max30102Registers.ExpectedPart)
                {
                    _state = Max30102State.WrongPart;
                    _dueMs = nowMs + MostBackOffMs;
                    return true;
                }

                _stage = 1;
                _looks = 0;
                _dueMs = nowMs + ResetMs;
                return WriteRegister(Max30102Registers.Mode, Max30102Registers.Reset);
            }

            if (!ReadRegisters(Max30102Registers.Mode, 1))
            {
                return false;
            }

            if ((_read[0] & Max30102Registers.Reset) != 0)
            {
                _dueMs = nowMs + ResetMs;
                _looks++;
                return _looks < ResetLooks;
            }

            Led = _settings.FirstLed;
            _previousLed = Led;
            if (!Configure() || !StartSampling(Led) || !ReadRegisters(Max30102Registers.Status, 1))
            {
                return false;
            }

            _state = Max30102State.Running;
            BeginStream(nowMs);
            return true;
        }

        private void BeginStream(long nowMs)
        {
            _restartNext = true;
            _stepNext = false;
            _overdue = false;
            _lostNext = 0;
            _drainedMs = nowMs;
            _sampleClock.Restart();
            _dueMs = nowMs + PollMs;
        }

        private bool Configure()
        {
            // The interrupt pin is not wired: its enable bit serves as a canary that a brown-out clears.
            // FIFO: average 2, no roll-over. SpO2: range, 100 per second, 411 us.
            return WriteRegister(Max30102Registers.InterruptEnable, Max30102Registers.AlmostFull)
                && WriteRegister(Max30102Registers.FifoConfig, 1 << 5)
                && WriteRegister(Max30102Registers.SpO2Config, (_settings.AdcRange << 5) | (1 << 2) | 3)
                && WriteRegister(Max30102Registers.Led1 + 1 - _settings.InfraredSlot, _settings.IdleLed);
        }

        private bool StartSampling(int led)
        {
            return WriteRegister(Max30102Registers.Led1 + _settings.InfraredSlot, led)
                && WriteRegister(Max30102Registers.WritePointer, 0)
                && WriteRegister(Max30102Registers.Overflow, 0)
                && WriteRegister(Max30102Registers.ReadPointer, 0)
                && WriteRegister(Max30102Registers.Mode, Max30102Registers.SpO2Mode);
        }

        private bool ReadHead()
        {
            if (!ReadRegisters(Max30102Registers.Status, HeadBytes))
            {
                return false;
            }

            if ((_read[0] & Max30102Registers.AmbientOverflow) != 0)
            {
                AmbientOverflows++;
            }

            if ((_read[0] & Max30102Registers.PowerReady) != 0 || _read[Max30102Registers.InterruptEnable] != Max30102Registers.AlmostFull)
            {
                BrownOuts++;
                _state = Max30102State.Starting;
                _stage = 0;
                _dueMs = 0;
            }

            return true;
        }

        private bool Drain(long nowMs, out int count)
        {
            count = 0;
            if (_state != Max30102State.Running)
            {
                return true;
            }

            int write = _read[Max30102Registers.WritePointer] & 31;
            int overflow = _read[Max30102Registers.Overflow] & 31;
            int read = _read[Max30102Registers.ReadPointer] & 31;
            int waiting = (write - read) & 31;
            if (waiting == 0)
            {
                long sinceMs = nowMs - _drainedMs;
                if (overflow == 0 && sinceMs < FullAfterMs)
                {
                    _overdue |= sinceMs >= OverdueMs;
                    return true;
                }

                if (overflow == 0 && _overdue)
                {
                    Stalls++;
                    _state = Max30102State.Starting;
                    _stage = 0;
                    _dueMs = 0;
                    return true;
                }

                waiting = Max30102Registers.FifoSamples;
            }

            _overdue = false;

            _restarted = _restartNext;
            _lostBefore = _lostNext;
            _stepped = _stepNext;
            _saturated = 0;
            while (count < waiting)
            {
                int burst = waiting - count < BurstSamples ? waiting - count : BurstSamples;
                if (!ReadRegisters(Max30102Registers.FifoData, burst * Max30102Registers.SampleBytes))
                {
                    // What the broken transfer took out of the FIFO is put back by setting the pointer.
                    WriteRegister(Max30102Registers.ReadPointer, (read + count) & 31);
                    break;
                }

                Decode(burst, count);
                count += burst;
            }

            if (count == 0)
            {
                return false;
            }

            bool whole = count == waiting;
            _restartNext = false;
            _lostNext = 0;
            _stepNext = false;
            _drainedMs = nowMs;
            if (overflow > 0)
            {
                OverflowCount += overflow;
                _lostNext = overflow;
                _restartNext = overflow == Max30102Registers.OverflowMost || !whole;
            }

            if (_restartNext)
            {
                _sampleClock.Restart();
            }
            else
            {
                _sampleClock.Count(count + _lostBefore, nowMs);
            }

            return whole;
        }

        private void Decode(int burst, int at)
        {
            byte[] bytes = _read;
            int[] samples = _samples;
            int b = _settings.InfraredSlot * 3;
            int saturated = 0;
            for (int end = at + burst; at < end; at++)
            {
                int counts = ((bytes[b] & 3) << 16) | (bytes[b + 1] << 8) | bytes[b + 2];
                samples[at] = counts;
                b += Max30102Registers.SampleBytes;
                if (counts >= SaturatedCounts)
                {
                    saturated++;
                }
            }

            _saturated += saturated;
        }

        // Stages: 1 go to sleep, 2 wake, 3 look.
        private bool Probe(long nowMs)
        {
            if (_stage == 1)
            {
                _stage = 2;
                _dueMs = nowMs + SleepMs;
                return WriteRegister(Max30102Registers.Mode, Max30102Registers.ShutDown | Max30102Registers.SpO2Mode);
            }

            if (_stage == 2)
            {
                _stage = 3;
                _dueMs = nowMs + LookMs;
                return StartSampling(_settings.ProbeLed);
            }

            if (!ReadHead())
            {
                return false;
            }

            if (_state != Max30102State.OffBody)
            {
                return true;
            }

            if (!ReadRegisters(Max30102Registers.FifoData, BurstSamples * Max30102Registers.SampleBytes))
            {
                return false;
            }

            Decode(BurstSamples, 0);
            int counts = _samples[BurstSamples - 1];
            if ((long)counts * _settings.FirstLed < (long)_settings.ContactCounts * _settings.ProbeLed)
            {
                _stage = 1;
                _dueMs = nowMs;
                return true;
            }

            Led = _settings.FirstLed;
            _previousLed = Led;
            if (!StartSampling(Led))
            {
                return false;
            }

            _state = Max30102State.Running;
            BeginStream(nowMs);
            return true;
        }

        private void BackOff()
        {
            BusErrors++;
            int waitMs = _failures >= 6 ? MostBackOffMs : FirstBackOffMs << _failures;
            _failures++;

            // The clock again: the call that failed may have frozen everything for a second.
            _dueMs = _clock.UptimeMs + (waitMs > MostBackOffMs ? MostBackOffMs : waitMs);
            if (_state != Max30102State.Running || _failures > 3)
            {
                _state = Max30102State.Silent;
            }
        }

        private bool WriteRegister(int register, int value)
        {
            _write[0] = (byte)register;
            _write[1] = (byte)value;
            return _bus.WriteRead(Max30102Registers.Address, _write, 2, _read, 0) == I2cStatus.Ok;
        }

        private bool ReadRegisters(int register, int count)
        {
            _write[0] = (byte)register;
            return _bus.WriteRead(Max30102Registers.Address, _write, 1, _read, count) == I2cStatus.Ok;
        }
    }
}
