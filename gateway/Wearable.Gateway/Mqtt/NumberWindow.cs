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

    private readonly ulong[] _seen = new ulong[Width / 64];
    private int _first;
    private int _newest;
    private long _count;

    /// <summary>Messages of this boot, from the first that reached this gateway on, that have not come.</summary>
    public long Missing => _count == 0 ? 0 : (long)_newest - _first + 1 - _count;

    /// <summary>Takes a number; false when it was taken before.</summary>
    /// <param name="number">From 1.</param>
    public bool Take(int number)
    {
        if (_count == 0)
        {
            _first = number;
            _newest = number;
        }
        else if (number > _newest)
        {
            Forget(number);
            _newest = number;
        }
        else if (number <= _newest - Width)
        {
            return false;
        }
        else if (IsSeen(number))
        {
            return false;
        }

        _first = Math.Min(_first, number);
        _seen[Slot(number)] |= Bit(number);
        _count++;
        return true;
    }

    // The places between the old and the new newest still hold numbers from Width ago.
    private void Forget(int number)
    {
        if ((long)number - _newest >= Width)
        {
            Array.Clear(_seen);
            return;
        }

        for (long n = _newest + 1L; n <= number; n++) // long: number may be the greatest int
        {
            _seen[Slot((int)n)] &= ~Bit((int)n);
        }
    }

    private bool IsSeen(int number) => (_seen[Slot(number)] & Bit(number)) != 0;

    private static int Slot(int number) => number % Width / 64;

    private static ulong Bit(int number) => 1UL << (number % 64);
}
