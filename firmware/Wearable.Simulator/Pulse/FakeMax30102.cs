using Wearable.Firmware.Board;

namespace Wearable.Simulator.Pulse;

/// <summary>
/// A MAX30102 at the level of its registers: FIFO of 32 with roll-over and overflow counter, averaging, LED current, power-ready flag after
/// a brown-out, no acknowledge, a stuck bus. Samples appear as the clock passes. Own writing, after data sheet 19-7740 Rev 1.
/// </summary>
public sealed class FakeMax30102(IClock clock, IPulseSource source) : II2cBus
{
    private const int Depth = 32, StandardCurrent = 0x1F, FullScale = 262143;
    private const int StuckBusMs = 1000;

    private readonly byte[] _registers = new byte[256];
    private readonly (int Red, int Infrared)[] _fifo = new (int, int)[Depth];
    private int _write;
    private int _read;
    private int _held;
    private int _overflow;
    private int _pointer;
    private int _byteInSample;
    private double _periodMs;
    private double _nextSampleMs;
    private double _sumRed;
    private double _sumInfrared;
    private int _summed;
    private bool _running;
    private bool _powerReady = true;

    /// <summary>Answers as another part when set.</summary>
    public int PartId { get; set; } = 0x15;

    /// <summary>True: nobody answers at the address.</summary>
    public bool NotAcknowledging { get; set; }

    /// <summary>True: the bus is held; every call takes a second and times out.</summary>
    public bool BusStuck { get; set; }

    /// <summary>Error of the sensor's oscillator, 0.01 is 1 % fast.</summary>
    public double ClockError { get; set; }

    /// <summary>True: infrared and red are swapped, as on some clones.</summary>
    public bool SwappedLeds { get; set; }

    /// <summary>LED current now, in steps of 0.2 mA.</summary>
    public int LedCurrent => _registers[0x0D];

    /// <summary>Longest read seen, bytes.</summary>
    public int LongestRead { get; private set; }

    /// <summary>The supply dips: all registers are lost.</summary>
    public void BrownOut()
    {
        Array.Clear(_registers);
        _running = false;
        _powerReady = true;
        ClearFifo();
    }

    /// <inheritdoc/>
    public I2cStatus WriteRead(int address, byte[] write, int writeCount, byte[] read, int readCount)
    {
        if (BusStuck)
        {
            clock.Sleep(StuckBusMs);
            return I2cStatus.Timeout;
        }

        if (NotAcknowledging || address != 0x57)
        {
            return I2cStatus.AddressNotAcknowledged;
        }

        LongestRead = Math.Max(LongestRead, readCount);
        Sample();
        if (writeCount > 0)
        {
            _pointer = write[0];
        }

        for (int i = 1; i < writeCount; i++)
        {
            Write(_pointer, write[i]);
            _pointer = (_pointer + 1) & 0xFF;
        }

        for (int i = 0; i < readCount; i++)
        {
            read[i] = Read(_pointer);
            if (_pointer != 0x07)
            {
                _pointer = (_pointer + 1) & 0xFF; // the data register does not move on
            }
        }

        return I2cStatus.Ok;
    }

    private void Write(int register, byte value)
    {
        switch (register)
        {
            case 0x04:
                _write = value & 31;
                _held = (_write - _read) & 31;
                return;
            case 0x05:
                _overflow = 0;
                return;
            case 0x06:
                _read = value & 31;
                _byteInSample = 0;
                _held = (_write - _read) & 31;
                return;
        }

        _registers[register] = value;
        if (register == 0x09)
        {
            bool run = (value & 0x80) == 0 && (value & 7) is 2 or 3 or 7;
            if (run && !_running)
            {
                _periodMs = 1000.0 / (SampleRateHz() * (1 + ClockError));
                _nextSampleMs = clock.UptimeMs + _periodMs;
                (_sumRed, _sumInfrared, _summed) = (0, 0, 0);
            }

            _running = run;
        }
    }

    private byte Read(int register)
    {
        switch (register)
        {
            case 0x00:
                byte status = (byte)(_powerReady ? 1 : 0);
                _powerReady = false;
                return status;
            case 0x04:
                return (byte)_write;
            case 0x05:
                return (byte)_overflow;
            case 0x06:
                return (byte)_read;
            case 0x07:
                return ReadData();
            case 0xFF:
                return (byte)PartId;
            default:
                return _registers[register];
        }
    }

    private byte ReadData()
    {
        (int red, int infrared) = _fifo[_read];
        (int first, int second) = SwappedLeds ? (infrared, red) : (red, infrared);
        int value = _byteInSample < 3 ? first : second;
        byte result = (byte)(value >> (8 * (2 - (_byteInSample % 3))));
        if (++_byteInSample == 6)
        {
            _byteInSample = 0;
            _overflow = 0;
            if (_held > 0)
            {
                _held--;
                _read = (_read + 1) & 31;
            }
        }

        return result;
    }

    private void Sample()
    {
        if (!_running)
        {
            return;
        }

        int average = 1 << Math.Min(5, _registers[0x08] >> 5);
        while (_nextSampleMs <= clock.UptimeMs)
        {
            double light = source.InfraredCounts(_nextSampleMs / 1000);
            _sumInfrared += light * _registers[0x0D] / StandardCurrent;
            _sumRed += light * 0.8 * _registers[0x0C] / StandardCurrent; // red comes back a little weaker
            _nextSampleMs += _periodMs;
            if (++_summed == average)
            {
                Push(Convert(_sumRed / average), Convert(_sumInfrared / average));
                (_sumRed, _sumInfrared, _summed) = (0, 0, 0);
            }
        }
    }

    private void Push(int red, int infrared)
    {
        if (_held == Depth)
        {
            _overflow = Math.Min(31, _overflow + 1);
            if ((_registers[0x08] & 0x10) == 0)
            {
                return; // no roll-over: new samples are lost
            }

            _read = (_read + 1) & 31;
            _held--;
        }

        _fifo[_write] = (red, infrared);
        _write = (_write + 1) & 31;
        _held++;
    }

    private int SampleRateHz() => ((_registers[0x0A] >> 2) & 7) switch { 0 => 50, 1 => 100, 2 => 200, 3 => 400, 4 => 800, 5 => 1000, 6 => 1600, _ => 3200 };

    private void ClearFifo() => (_write, _read, _held, _overflow, _byteInSample, _pointer) = (0, 0, 0, 0, 0, 0);

    private static int Convert(double counts) => (int)Math.Clamp(Math.Round(counts), 0, FullScale);
}
