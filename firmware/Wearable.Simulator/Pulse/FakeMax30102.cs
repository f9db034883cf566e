using Wearable.Firmware.Board;
using static Wearable.Firmware.Heart.Max30102Registers;

namespace Wearable.Simulator.Pulse;

/// <summary>
/// A MAX30102 down to its registers: modes, LED current, range, averaging, FIFO with pointers, roll-over and overflow counter, status bits
/// that clear on reading. Samples appear as the clock passes. Faults are properties; faults and reads may come from different threads.
/// </summary>
/// <param name="clock">Time; a stuck bus lets a second of it pass.</param>
/// <param name="source">What lies on the sensor.</param>
public sealed class FakeMax30102(IClock clock, IPulseSource source) : II2cBus
{
    /// <summary>Longest read a board does (nanoframework/Home#756).</summary>
    public const int LongestRead = 30;

    private const int StuckMs = 1000;
    private const double ReferenceLed = 0x1F;
    private const int AmbientMost = 200_000;
    private static readonly int[] RatesHz = [50, 100, 200, 400, 800, 1000, 1600, 3200];

    private readonly Lock _gate = new();
    private readonly byte[] _registers = NewRegisters();
    private readonly byte[] _fifo = new byte[FifoSamples * SampleBytes];
    private double _light;
    private double _sourceTime = -1;
    private double _nextTime = -1;
    private int _averageCount;
    private double _averageSum;
    private int _fifoByte;
    private int _waiting;
    private int _failures;

    /// <summary>What PART_ID says.</summary>
    public int Part { get; set; } = ExpectedPart;

    /// <summary>False: nothing answers at the address.</summary>
    public bool Connected { get; set; } = true;

    /// <summary>True: the bus is held; every call takes a second and times out.</summary>
    public bool BusStuck { get; set; }

    /// <summary>True: a clone with red and infrared swapped.</summary>
    public bool Swapped { get; set; }

    /// <summary>How far its clock is off, parts per million; the data sheet allows 15,000.</summary>
    public int ClockErrorPpm { get; set; }

    /// <summary>Ambient light, counts; above 200,000 the part cannot cancel it and says so.</summary>
    public double AmbientCounts { get; set; }

    /// <summary>The next calls that are not acknowledged.</summary>
    public int FailNext
    {
        get => Volatile.Read(ref _failures);
        set => Volatile.Write(ref _failures, value);
    }

    /// <summary>From now on data bursts break after this many bytes taken from the FIFO, once; -1 never.</summary>
    public int BreakBurstAfter { get; set; } = -1;

    /// <summary>Samples lost because the FIFO was full.</summary>
    public int Lost { get; private set; }

    /// <summary>Longest read asked for.</summary>
    public int LongestReadSeen { get; private set; }

    /// <summary>Calls so far, failed ones included.</summary>
    public int Calls { get; private set; }

    /// <summary>Infrared current now, register code; 0 when shut down.</summary>
    public int InfraredLed => Sampling ? _registers[Swapped ? Led1 : Led2] : 0;

    /// <summary>True when it measures.</summary>
    public bool Sampling => (_registers[Mode] & ShutDown) == 0 && (_registers[Mode] & 7) == SpO2Mode;

    /// <summary>A register as it stands, without the side effects of reading it.</summary>
    public int Register(int register) => _registers[register];

    /// <summary>The supply fails for a moment: all registers as after power-on, PWR_RDY set.</summary>
    public void BrownOut()
    {
        lock (_gate)
        {
            Advance();
            ResetRegisters();
        }
    }

    /// <summary>The part stops measuring without a word, as some are known to.</summary>
    public void Freeze()
    {
        lock (_gate)
        {
            Advance();
            _registers[Mode] |= ShutDown;
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

            return Transfer(write, writeCount, read, readCount);
        }
    }

    private static byte[] NewRegisters()
    {
        byte[] registers = new byte[256];
        registers[Status] = PowerReady;
        return registers;
    }

    private I2cStatus Transfer(byte[] write, int writeCount, byte[] read, int readCount)
    {
        int register = write[0];
        for (int i = 1; i < writeCount; i++)
        {
            WriteRegister(register, write[i]);
            register += register == FifoData ? 0 : 1;
        }

        for (int i = 0; i < readCount; i++)
        {
            if (register == FifoData && BreakBurstAfter == i)
            {
                BreakBurstAfter = -1;
                return I2cStatus.Partial;
            }

            read[i] = ReadRegister(register);
            register += register == FifoData ? 0 : 1;
        }

        return I2cStatus.Ok;
    }

    private byte ReadRegister(int register)
    {
        byte value = _registers[register];
        switch (register)
        {
            case Status:
                _registers[Status] = 0;
                return value;
            case FifoData:
                return PopByte();
            case PartId:
                return (byte)Part;
            default:
                return value;
        }
    }

    private void WriteRegister(int register, byte value)
    {
        switch (register)
        {
            case Mode when (value & Reset) != 0:
                ResetRegisters();
                _registers[Status] = 0;
                break;
            case Mode:
                bool was = Sampling;
                _registers[Mode] = value;
                if (!was && Sampling)
                {
                    _nextTime = clock.UptimeMs + PeriodMs;
                    _averageCount = 0;
                    _averageSum = 0;
                }

                break;
            case WritePointer or ReadPointer:
                _registers[register] = (byte)(value & 31);
                _fifoByte = 0;
                _waiting = (_registers[WritePointer] - _registers[ReadPointer]) & 31;
                break;
            case Overflow:
                _registers[Overflow] = (byte)(value & 31);
                break;
            case Status or FifoData or PartId:
                break;
            default:
                _registers[register] = value;
                break;
        }
    }

    private void ResetRegisters()
    {
        NewRegisters().CopyTo(_registers, 0);
        _waiting = 0;
        _fifoByte = 0;
        _nextTime = -1;
    }

    private double PeriodMs => 1000.0 / RatesHz[(_registers[SpO2Config] >> 2) & 7] / (1 + ClockErrorPpm / 1e6);

    private void Advance()
    {
        double now = clock.UptimeMs;
        while (Sampling && _nextTime >= 0 && _nextTime <= now)
        {
            Convert(LightAt(_nextTime));
            _nextTime += PeriodMs;
        }

        // Life goes on under a sensor that sleeps.
        LightAt(now);
    }

    private double LightAt(double timeMs)
    {
        const double StepMs = 1000.0 / IPulseSource.RateHz;
        if (_sourceTime < 0)
        {
            _sourceTime = timeMs;
            _light = source.Next();
        }

        while (_sourceTime + StepMs <= timeMs)
        {
            _sourceTime += StepMs;
            _light = source.Next();
        }

        return _light;
    }

    private void Convert(double light)
    {
        int average = 1 << Math.Min(5, _registers[FifoConfig] >> 5);
        _averageSum += light;
        _averageCount++;
        if (_averageCount < average)
        {
            return;
        }

        double mean = _averageSum / _averageCount;
        _averageSum = 0;
        _averageCount = 0;
        if (AmbientCounts > AmbientMost)
        {
            _registers[Status] |= AmbientOverflow;
        }

        double leftOver = Math.Max(0, AmbientCounts - AmbientMost);
        int infrared = Counts(mean, _registers[Swapped ? Led1 : Led2], leftOver);
        int red = Counts(mean * 0.8, _registers[Swapped ? Led2 : Led1], leftOver);
        PushSample(Swapped ? infrared : red, Swapped ? red : infrared);
    }

    private int Counts(double light, int led, double ambient)
    {
        double range = 4096.0 / (2048 << ((_registers[SpO2Config] >> 5) & 3));
        double counts = Math.Round((light * led / ReferenceLed + ambient) * range);
        int bits = (int)Math.Clamp(counts, 0, FullScale);

        // 69, 118, 215, 411 us give 15 to 18 bits, left-justified.
        int dropped = 3 - (_registers[SpO2Config] & 3);
        return bits >> dropped << dropped;
    }

    private void PushSample(int first, int second)
    {
        bool rollOver = (_registers[FifoConfig] & 0x10) != 0;
        if (_waiting == FifoSamples)
        {
            Lost++;
            _registers[Overflow] = (byte)Math.Min(OverflowMost, _registers[Overflow] + 1);
            if (!rollOver)
            {
                return;
            }

            _registers[ReadPointer] = (byte)((_registers[ReadPointer] + 1) & 31);
            _waiting--;
        }

        int at = _registers[WritePointer] * SampleBytes;
        Store(at, first);
        Store(at + 3, second);
        _registers[WritePointer] = (byte)((_registers[WritePointer] + 1) & 31);
        _waiting++;
        _registers[Status] |= 0x40;
        if (FifoSamples - _waiting <= (_registers[FifoConfig] & 15))
        {
            _registers[Status] |= AlmostFull;
        }
    }

    private void Store(int at, int counts)
    {
        _fifo[at] = (byte)(counts >> 16);
        _fifo[at + 1] = (byte)(counts >> 8);
        _fifo[at + 2] = (byte)counts;
    }

    // An empty FIFO repeats what lies at the pointer, and the pointer stays.
    private byte PopByte()
    {
        byte value = _fifo[_registers[ReadPointer] * SampleBytes + _fifoByte];
        _fifoByte++;
        if (_fifoByte == SampleBytes)
        {
            _fifoByte = 0;
            if (_waiting > 0)
            {
                _waiting--;
                _registers[ReadPointer] = (byte)((_registers[ReadPointer] + 1) & 31);
                _registers[Overflow] = 0;
            }
        }

        return value;
    }
}
