using Wearable.Firmware.Board;
using Wearable.Simulator.Pulse;
using static Wearable.Firmware.Heart.Lis3dhRegisters;

namespace Wearable.Simulator.Motion;

/// <summary>
/// A LIS3DH at the level of its registers: FIFO of 32 in stream mode, overrun, 12 bits left-justified with saturation, and its faults on demand.
/// Only what the firmware uses is there: another mode, range or rate throws.
/// </summary>
/// <param name="clock">Time.</param>
/// <param name="source">What shakes it.</param>
public sealed class FakeLis3dh(IClock clock, IMotionSource source) : II2cBus
{
    private const int Rates = 4, StuckMs = 1000, LongestRead = 30;

    private readonly Lock _gate = new();
    private readonly byte[] _registers = new byte[64];
    private readonly Queue<byte[]> _fifo = new();
    private readonly byte[] _out = new byte[SampleBytes];
    private double _sourceTime = -1;
    private double _nextTime = -1;
    private bool _overrun;
    private (double X, double Y, double Z) _now;
    private int _failures;

    /// <summary>What WHO_AM_I says.</summary>
    public int Part { get; set; } = ExpectedPart;

    /// <summary>False: nothing answers at the address.</summary>
    public bool Connected { get; set; } = true;

    /// <summary>True: the bus is held; every call takes a second and times out.</summary>
    public bool BusStuck { get; set; }

    /// <summary>How far its clock is off, parts per million; the data sheet allows tens of thousands.</summary>
    public int ClockErrorPpm { get; set; }

    /// <summary>The next calls that are not acknowledged.</summary>
    public int FailNext
    {
        get => Volatile.Read(ref _failures);
        set => Volatile.Write(ref _failures, value);
    }

    /// <summary>Calls so far, failed ones included.</summary>
    public int Calls { get; private set; }

    /// <summary>Longest read asked for.</summary>
    public int LongestReadSeen { get; private set; }

    /// <summary>Samples overwritten before they were read.</summary>
    public int Lost { get; private set; }

    /// <summary>A register as it stands.</summary>
    public int Register(int register) => _registers[register];

    /// <summary>The supply fails for a moment: all registers as after power-on.</summary>
    public void BrownOut()
    {
        lock (_gate)
        {
            Advance();
            Array.Clear(_registers);
            _fifo.Clear();
            _nextTime = -1;
            _overrun = false;
        }
    }

    /// <summary>The part stops measuring without a word.</summary>
    public void Freeze()
    {
        lock (_gate)
        {
            Advance();
            _registers[Control1] = 0;
            _nextTime = -1;
        }
    }

    /// <inheritdoc/>
    public I2cStatus WriteRead(int address, byte[] write, int writeCount, byte[] read, int readCount)
    {
        lock (_gate)
        {
            Calls++;
            LongestReadSeen = Math.Max(LongestReadSeen, readCount);
            Advance();
            if (BusStuck)
            {
                clock.Sleep(StuckMs);
                return I2cStatus.Timeout;
            }

            if (FailNext > 0)
            {
                FailNext--;
                return I2cStatus.AddressNotAcknowledged;
            }

            if (!Connected || address != Address)
            {
                return I2cStatus.AddressNotAcknowledged;
            }

            if (readCount > LongestRead)
            {
                return I2cStatus.Partial;
            }

            int register = write[0] & 0x7F;
            bool increments = (write[0] & Increment) != 0;
            for (int i = 1; i < writeCount; i++)
            {
                WriteRegister(register, write[i]);
                register += increments ? 1 : 0;
            }

            for (int i = 0; i < readCount; i++)
            {
                read[i] = ReadRegister(register);
                register = !increments ? register : register == Data + SampleBytes - 1 ? Data : register + 1;
            }

            return I2cStatus.Ok;
        }
    }

    private byte ReadRegister(int register)
    {
        switch (register)
        {
            case WhoAmI:
                return (byte)Part;
            case FifoSource:
                return (byte)((_overrun ? Overrun : 0) | (_fifo.Count == 0 ? 0x20 : 0) | Math.Min(Unread, _fifo.Count));
            case >= Data and < Data + SampleBytes:
                int at = register - Data;
                if (at == 0 && _fifo.TryDequeue(out byte[]? sample))
                {
                    sample.CopyTo(_out, 0);
                    _overrun = false;
                }

                return _out[at];
            default:
                return _registers[register];
        }
    }

    private void WriteRegister(int register, byte value)
    {
        int expected = register switch
        {
            Control1 => At25Hz,
            Control4 => FourG,
            Control5 => FifoOn,
            FifoControl => value == 0 ? 0 : StreamMode,
            _ => throw new InvalidOperationException($"LIS3DH register 0x{register:x2}: the fake knows only what the firmware sets, got 0x{value:x2}"),
        };
        if (value != expected)
        {
            throw new InvalidOperationException($"LIS3DH register 0x{register:x2}: the fake knows 0x{expected:x2}, got 0x{value:x2}");
        }

        _registers[register] = value;
        if (register == FifoControl && value == 0)
        {
            _fifo.Clear();
            _overrun = false;
        }
        else if (register == Control1)
        {
            _nextTime = clock.UptimeMs + PeriodMs;
        }
    }

    private double PeriodMs => 1000.0 * Rates / IMotionSource.RateHz / (1 + ClockErrorPpm / 1e6);

    private void Advance()
    {
        double now = clock.UptimeMs;
        while (_nextTime >= 0 && _nextTime <= now)
        {
            Shake(_nextTime);
            _nextTime += PeriodMs;
            if (_registers[Control5] != FifoOn || _registers[FifoControl] != StreamMode)
            {
                continue;
            }

            if (_fifo.Count == FifoSamples)
            {
                _fifo.Dequeue();
                _overrun = true;
                Lost++;
            }

            byte[] sample = new byte[SampleBytes];
            Store(sample, 0, _now.X);
            Store(sample, 2, _now.Y);
            Store(sample, 4, _now.Z);
            _fifo.Enqueue(sample);
        }

        Shake(now);
    }

    private void Shake(double timeMs)
    {
        const double StepMs = 1000.0 / IMotionSource.RateHz;
        if (_sourceTime < 0)
        {
            _sourceTime = timeMs;
            _now = source.Next();
        }

        // The part's own low-pass, half its rate: a short mean.
        while (_sourceTime + StepMs <= timeMs)
        {
            _sourceTime += StepMs;
            (double x, double y, double z) = source.Next();
            _now = (_now.X + (x - _now.X) * 0.5, _now.Y + (y - _now.Y) * 0.5, _now.Z + (z - _now.Z) * 0.5);
        }
    }

    private static void Store(byte[] sample, int at, double milliG)
    {
        int counts = (int)Math.Clamp(Math.Round(milliG / 2), -2048, 2047) << 4;
        sample[at] = (byte)counts;
        sample[at + 1] = (byte)(counts >> 8);
    }
}
