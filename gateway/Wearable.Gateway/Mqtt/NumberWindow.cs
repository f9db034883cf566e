using System.Buffers.Binary;

namespace Wearable.Gateway.Mqtt;

/// <summary>
/// The counters <c>n</c> seen of one boot: tells a QoS 1 duplicate from a late first arrival and counts what never came.
/// Remembers the newest <see cref="Width"/> numbers; an older one cannot be told from a duplicate and counts as one.
/// Not for two threads.
/// </summary>
public sealed class NumberWindow
{
    /// <summary>Numbers remembered: at one message a second more than an hour.</summary>
    public const int Width = 4096;

    // Made at the first gap: most wearables never have one, and there may be ten thousand of them.
    private ulong[]? _seen;
    private int _first;
    private int _newest;
    private long _count;

    /// <summary>Nothing seen yet.</summary>
    public NumberWindow()
    {
    }

    private NumberWindow(NumberWindow other)
    {
        _seen = other._seen is null ? null : [.. other._seen];
        (_first, _newest, _count) = (other._first, other._newest, other._count);
    }

    /// <summary>Lowest number that reached this gateway; 0 before any.</summary>
    public int First => _first;

    /// <summary>Highest number that reached this gateway; 0 before any.</summary>
    public int Newest => _newest;

    /// <summary>How many were taken.</summary>
    public long Count => _count;

    /// <summary>One bit for each remembered number, <see cref="Width"/> of them, little-endian; empty while there is no gap from the first to the newest.</summary>
    public byte[] SeenBits()
    {
        if (_seen is null)
        {
            return [];
        }

        byte[] bits = new byte[Width / 8];
        for (int i = 0; i < _seen.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bits.AsSpan(i * 8), _seen[i]);
        }

        return bits;
    }

    /// <summary>A window as it was stored; null when the four do not belong together.</summary>
    public static NumberWindow? Restore(int first, int newest, long count, byte[] seenBits)
    {
        long most = (long)newest - first + 1;
        if (first < 1 || newest < first || count < 1 || count > most || (seenBits.Length == 0 ? count != most : seenBits.Length != Width / 8))
        {
            return null;
        }

        NumberWindow window = new() { _first = first, _newest = newest, _count = count };
        if (seenBits.Length > 0)
        {
            window._seen = new ulong[Width / 64];
            for (int i = 0; i < window._seen.Length; i++)
            {
                window._seen[i] = BinaryPrimitives.ReadUInt64LittleEndian(seenBits.AsSpan(i * 8));
            }
        }

        return window;
    }

    /// <summary>The same numbers in a window of its own.</summary>
    public NumberWindow Copy() => new(this);

    /// <summary>Takes every number another window remembers.</summary>
    public void TakeAll(NumberWindow other)
    {
        for (long n = Math.Max(Math.Max(1, other._first), (long)other._newest - Width + 1); n <= other._newest; n++)
        {
            if (other.IsSeen((int)n))
            {
                Take((int)n);
            }
        }
    }

    /// <summary>Takes a number back: it was not kept after all, so its repetition is welcome. Nothing when it was not taken.</summary>
    public void GiveBack(int number)
    {
        if (number >= _first && number <= _newest && number > _newest - Width && IsSeen(number))
        {
            ulong[] seen = Seen();
            seen[Slot(number)] &= ~Bit(number);
            _count--;
        }
    }

    /// <summary>Messages of this boot, from the first that reached this gateway on, that have not come.</summary>
    public long Missing => _newest == 0 ? 0 : (long)_newest - _first + 1 - _count;

    /// <summary>Takes a number; false when it was taken before.</summary>
    /// <param name="number">From 1.</param>
    public bool Take(int number)
    {
        if (_newest == 0)
        {
            (_first, _newest, _count) = (number, number, 1);
            return true;
        }

        if (_seen is null && number == _newest + 1L)
        {
            _newest = number;
            _count++;
            return true;
        }

        if (number > _newest)
        {
            Forget(number);
            _newest = number;
        }
        else if (number <= _newest - Width || IsSeen(number))
        {
            return false;
        }

        ulong[] seen = Seen();
        _first = Math.Min(_first, number);
        seen[Slot(number)] |= Bit(number);
        _count++;
        return true;
    }

    // The bits, from now on kept: everything from the first to the newest has been seen so far.
    private ulong[] Seen()
    {
        if (_seen is null)
        {
            _seen = new ulong[Width / 64];
            for (long n = Math.Max(_first, (long)_newest - Width + 1); n <= _newest; n++)
            {
                _seen[Slot((int)n)] |= Bit((int)n);
            }
        }

        return _seen;
    }

    // The places between the old and the new newest still hold numbers from Width ago.
    private void Forget(int number)
    {
        ulong[] seen = Seen();
        if ((long)number - _newest >= Width)
        {
            Array.Clear(seen);
            return;
        }

        for (long n = _newest + 1L; n <= number; n++) // long: number may be the greatest int
        {
            seen[Slot((int)n)] &= ~Bit((int)n);
        }
    }

    private bool IsSeen(int number) => _seen is null ? number >= _first && number <= _newest : (_seen[Slot(number)] & Bit(number)) != 0;

    private static int Slot(int number) => number % Width / 64;

    private static ulong Bit(int number) => 1UL << (number % 64);
}
