using Wearable.Meter;

namespace Wearable.Workloads;

/// <summary>Adds up the counters pass by pass.</summary>
internal sealed class Tally
{
    private readonly int _passesPerSecond;
    private int _passes;
    private long _instructions;
    private long _allocations;
    private long _second;
    private long _worstSecond;
    private long _worstPass;

    /// <param name="passesPerSecond">Passes of the loop in one second of signal.</param>
    public Tally(int passesPerSecond) => _passesPerSecond = passesPerSecond;

    /// <summary>Counts one pass.</summary>
    public void Count(Action pass)
    {
        Counters.Reset();
        pass();
        long cost = Counters.Instructions;
        _instructions += cost;
        _allocations += Counters.Allocations;
        _worstPass = Math.Max(_worstPass, cost);
        _second += cost;
        _passes++;
        if (_passes % _passesPerSecond == 0)
        {
            _worstSecond = Math.Max(_worstSecond, _second);
            _second = 0;
        }
    }

    /// <summary>As <see cref="Workload.Run"/> returns it.</summary>
    public long[] Result() => [_passes / _passesPerSecond, _instructions, _worstSecond, _worstPass, _allocations];
}
