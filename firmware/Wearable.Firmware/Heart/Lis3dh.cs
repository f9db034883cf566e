using Wearable.Firmware.Board;

namespace Wearable.Firmware.Heart
{
    /// <summary>Where the motion sensor stands.</summary>
    public enum Lis3dhState
    {
        /// <summary>Being looked for and set up.</summary>
        Starting,

        /// <summary>Delivers samples.</summary>
        Running,

        /// <summary>Nobody answers, or somebody else does: looked for again once a minute.</summary>
        Absent,
    }

    /// <summary>
    /// LIS3DH accelerometer: 25 samples a second of +-4 g in a FIFO of 32 (1.28 s), read every 100 ms. Optional: a board without one is
    /// asked three times at the start and then once a minute, each a single short call.
    /// </summary>
    public sealed class Lis3dh
    {
        private const int PollMs = 100;
        private const int FirstBackOffMs = 200;
        private const int AbsentMs = 60000;
        private const int FailuresToAbsent = 3;
        private const int SilentMs = 1000;
        private const int BurstSamples = 5;

        // 12 bits of 2 milli-g, left-justified: an eighth of the 16-bit number.
        private const int MilliGShift = 3;

        private readonly II2cBus _bus;
        private readonly byte[] _write = new byte[2];
        private readonly byte[] _read = new byte[BurstSamples * Lis3dhRegisters.SampleBytes];
        private long _dueMs;
        private long _heardMs;
        private int _failures;

        /// <summary>Makes a driver; nothing is sent before the first <see cref="Poll"/>.</summary>
        public Lis3dh(II2cBus bus)
        {
            _bus = bus;
        }

        /// <summary>Where the sensor stands.</summary>
        public Lis3dhState State { get; private set; }

        /// <summary>Sum over the new samples, milli-g times <see cref="Count"/>.</summary>
        public int SumX { get; private set; }

        /// <summary>Sum over the new samples.</summary>
        public int SumY { get; private set; }

        /// <summary>Sum over the new samples.</summary>
        public int SumZ { get; private set; }

        /// <summary>Samples in the sums, since <see cref="Clear"/>.</summary>
        public int Count { get; private set; }

        /// <summary>Bus calls that failed since boot, those to an absent part included.</summary>
        public int BusErrors { get; private set; }

        /// <summary>Times samples were overwritten before they were read.</summary>
        public int Overruns { get; private set; }

        /// <summary>Times the part was found as after power-on, or silent, and set up again.</summary>
        public int Restarts { get; private set; }

        /// <summary>Lets the sensor work; returns at once when nothing is due. New samples are added to the sums.</summary>
        /// <param name="nowMs">Uptime; not read here, ten calls a second cost less so.</param>
        public void Poll(long nowMs)
        {
            if (nowMs < _dueMs)
            {
                return;
            }

            _dueMs = nowMs + PollMs;
            bool good = State == Lis3dhState.Running ? Drain(nowMs) : Begin(nowMs);
            if (good)
            {
                _failures = 0;
                return;
            }

            BusErrors++;
            _failures++;
            bool absent = _failures >= FailuresToAbsent;
            State = absent ? Lis3dhState.Absent : Lis3dhState.Starting;
            _dueMs = nowMs + (absent ? AbsentMs : FirstBackOffMs);
        }

        /// <summary>Empties the sums.</summary>
        public void Clear()
        {
            SumX = 0;
            SumY = 0;
            SumZ = 0;
            Count = 0;
        }

        private bool Begin(long nowMs)
        {
            if (!Read(Lis3dhRegisters.WhoAmI, 1))
            {
                return false;
            }

            if (_read[0] != Lis3dhRegisters.ExpectedPart)
            {
                _failures = FailuresToAbsent;
                return false;
            }

            // Through bypass (0), which empties the FIFO and clears an overrun.
            bool set = Write(Lis3dhRegisters.FifoControl, 0)
                && Write(Lis3dhRegisters.Control4, Lis3dhRegisters.FourG)
                && Write(Lis3dhRegisters.Control5, Lis3dhRegisters.FifoOn)
                && Write(Lis3dhRegisters.FifoControl, Lis3dhRegisters.StreamMode)
                && Write(Lis3dhRegisters.Control1, Lis3dhRegisters.At25Hz);
            if (set)
            {
                State = Lis3dhState.Running;
                _heardMs = nowMs;
                Clear();
            }

            return set;
        }

        private bool Drain(long nowMs)
        {
            if (!Read(Lis3dhRegisters.FifoControl | Lis3dhRegisters.Increment, 2))
            {
                return false;
            }

            // After a brown-out the mode is 0 again: that is how it is noticed.
            if (_read[0] != Lis3dhRegisters.StreamMode)
            {
                Restart();
                return true;
            }

            int waiting = _read[1] & Lis3dhRegisters.Unread;
            if ((_read[1] & Lis3dhRegisters.Overrun) != 0)
            {
                waiting++;
                Overruns++;
            }

            if (waiting == 0)
            {
                if (nowMs - _heardMs >= SilentMs)
                {
                    Restart();
                }

                return true;
            }

            _heardMs = nowMs;
            while (waiting > 0)
            {
                int burst = waiting < BurstSamples ? waiting : BurstSamples;
                if (!Read(Lis3dhRegisters.Data | Lis3dhRegisters.Increment, burst * Lis3dhRegisters.SampleBytes))
                {
                    return false;
                }

                Add(burst);
                waiting -= burst;
            }

            return true;
        }

        private void Restart()
        {
            Restarts++;
            State = Lis3dhState.Starting;
            _dueMs = 0;
        }

        private void Add(int burst)
        {
            byte[] bytes = _read;
            int x = SumX;
            int y = SumY;
            int z = SumZ;
            int end = burst * Lis3dhRegisters.SampleBytes;
            for (int i = 0; i < end; i += Lis3dhRegisters.SampleBytes)
            {
                x += (bytes[i] | ((sbyte)bytes[i + 1] << 8)) >> MilliGShift;
                y += (bytes[i + 2] | ((sbyte)bytes[i + 3] << 8)) >> MilliGShift;
                z += (bytes[i + 4] | ((sbyte)bytes[i + 5] << 8)) >> MilliGShift;
            }

            SumX = x;
            SumY = y;
            SumZ = z;
            Count += burst;
        }

        private bool Read(int register, int count)
        {
            _write[0] = (byte)register;
            return _bus.WriteRead(Lis3dhRegisters.Address, _write, 1, _read, count) == I2cStatus.Ok;
        }

        private bool Write(int register, int value)
        {
            _write[0] = (byte)register;
            _write[1] = (byte)value;
            return _bus.WriteRead(Lis3dhRegisters.Address, _write, 2, _read, 0) == I2cStatus.Ok;
        }
    }
}
