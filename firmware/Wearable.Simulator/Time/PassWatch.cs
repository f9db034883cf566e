using Wearable.Meter;

namespace Wearable.Simulator.Time;

/// <summary>Adds up pass by pass what the chip was busy with. Lives on the device's thread.</summary>
internal sealed class PassWatch
{
    private const double SecondMs = 1000;

    private readonly ChipClock _clock;
    private double[] _inPass = [];
    private double[] _total = [];
    private double[] _longest = [];
    private int _step = -1;
    private double _stepBeganMs;
    private double _passBeganMs;
    private double _secondBeganMs;
    private double _busyAtSecondMs;
    private ChipLoad _worst = ChipLoad.None;
    private double _worstSecondPercent;
    private long _passes;

    /// <summary>Watches a clock.</summary>
    public PassWatch(ChipClock clock) => _clock = clock;

    /// <summary>From now on the meter tells it where the steps begin.</summary>
    public void Begin() => Counters.StepBegan = BeginStep;

    /// <summary>The last pass is over; the meter belongs to whoever comes next.</summary>
    public void End() => Counters.StepBegan = null;

    /// <summary>A pass begins.</summary>
    public void BeginPass()
    {
        _ = _clock.NowMs;
        _passBeganMs = _clock.BusyMs;
        _stepBeganMs = _passBeganMs;
        _step = -1;
        Array.Clear(_inPass);
    }

    /// <summary>A pass ended.</summary>
    /// <returns>All so far; overruns, gaps and wakes are not known here.</returns>
    public ChipLoad EndPass(string mode)
    {
        double nowMs = _clock.NowMs;
        Close();
        double passMs = _clock.BusyMs - _passBeganMs;
        _passes++;
        if (nowMs - _secondBeganMs >= SecondMs)
        {
            _worstSecondPercent = Math.Max(_worstSecondPercent, 100 * (_clock.BusyMs - _busyAtSecondMs) / (nowMs - _secondBeganMs));
            _secondBeganMs = nowMs;
            _busyAtSecondMs = _clock.BusyMs;
        }

        if (passMs > _worst.WorstPassMs)
        {
            int longest = Array.IndexOf(_inPass, _inPass.Max());
            _worst = new ChipLoad
            {
                WorstPassMs = passMs,
                WorstPassAtMs = nowMs,
                WorstPassMode = mode,
                WorstPassStep = FormattableString.Invariant($"{Counters.Steps[longest]} {_inPass[longest]:0.0} ms"),
            };
        }

        return _worst with { Passes = _passes, BusyMs = _clock.BusyMs, Instructions = _clock.Instructions, ElapsedMs = nowMs, WorstSecondPercent = _worstSecondPercent };
    }

    /// <summary>Each step's share; made only when somebody asks.</summary>
    public IReadOnlyDictionary<string, StepLoad> StepsUntil(double nowMs) =>
        Enumerable.Range(0, _total.Length).Where(i => _total[i] > 0).ToDictionary(i => Counters.Steps[i], i => new StepLoad(100 * _total[i] / nowMs, _longest[i]));

    private void BeginStep(int step)
    {
        _ = _clock.NowMs;
        Close();
        _step = step;
        if (step >= _inPass.Length)
        {
            // In this order: another thread may be reading what the totals tell it to.
            Array.Resize(ref _inPass, step + 1);
            Array.Resize(ref _longest, step + 1);
            Array.Resize(ref _total, step + 1);
        }
    }

    private void Close()
    {
        if (_step >= 0)
        {
            double ms = _clock.BusyMs - _stepBeganMs;
            _inPass[_step] += ms;
            _total[_step] += ms;
            _longest[_step] = Math.Max(_longest[_step], ms);
        }

        _stepBeganMs = _clock.BusyMs;
    }
}
