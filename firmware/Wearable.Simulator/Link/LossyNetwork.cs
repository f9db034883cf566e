using Wearable.Firmware.Board;
using Wearable.Simulator.Time;

namespace Wearable.Simulator.Link;

/// <summary>When the simulated Wi-Fi fails by itself.</summary>
/// <param name="MeanUpMs">Mean time between outages; 0: none.</param>
/// <param name="MeanDownMs">Mean length of an outage.</param>
public sealed record OutagePlan(double MeanUpMs, double MeanDownMs)
{
    /// <summary>A network that only fails when told to.</summary>
    public static readonly OutagePlan None = new(0, 0);
}

/// <summary>
/// A Wi-Fi that comes and goes: by a seed (exponential times, as independent failures have) or by <see cref="Cut"/> and
/// <see cref="Restore"/>. After every outage the device has to join again.
/// </summary>
public sealed class LossyNetwork : INetwork
{
    /// <summary>Association and DHCP after <see cref="BeginJoin"/>.</summary>
    public const int JoinMs = 200;

    /// <summary>Strength at a desk, one room away from the access point.</summary>
    public const int TypicalRssiDbm = -55;

    private readonly SimulatorClock _clock;
    private readonly OutagePlan _plan;
    private readonly Random _random;
    private readonly Lock _gate = new();
    private double _nextOutageMs;
    private double _outageEndsMs;
    private double _joinedAtMs = double.PositiveInfinity;
    private bool _cut;

    /// <summary>A network that is there, but not joined yet.</summary>
    public LossyNetwork(SimulatorClock clock, int seed = 0, OutagePlan? plan = null)
    {
        _clock = clock;
        _plan = plan ?? OutagePlan.None;
        _random = new Random(seed);
        _nextOutageMs = _plan.MeanUpMs > 0 ? clock.NowMs + Exponential(_plan.MeanUpMs) : double.PositiveInfinity;
    }

    /// <inheritdoc/>
    public bool IsUp
    {
        get
        {
            lock (_gate)
            {
                double nowMs = _clock.NowMs;
                Advance(nowMs);
                return nowMs >= _joinedAtMs;
            }
        }
    }

    /// <inheritdoc/>
    public int RssiDbm => IsUp ? TypicalRssiDbm : 0;

    /// <summary>Outages so far, planned and cut.</summary>
    public int Outages { get; private set; }

    /// <inheritdoc/>
    public void BeginJoin()
    {
        lock (_gate)
        {
            double nowMs = _clock.NowMs;
            Advance(nowMs);
            if (!_cut && nowMs >= _outageEndsMs && double.IsPositiveInfinity(_joinedAtMs))
            {
                _joinedAtMs = nowMs + JoinMs;
            }
        }
    }

    /// <summary>The access point is gone until <see cref="Restore"/>.</summary>
    public void Cut()
    {
        lock (_gate)
        {
            Outages += _cut ? 0 : 1;
            _cut = true;
            _joinedAtMs = double.PositiveInfinity;
        }
    }

    /// <summary>The access point is back; the device still has to join.</summary>
    public void Restore()
    {
        lock (_gate)
        {
            _cut = false;
        }
    }

    private void Advance(double nowMs)
    {
        while (nowMs >= _nextOutageMs)
        {
            Outages++;
            _outageEndsMs = _nextOutageMs + Exponential(_plan.MeanDownMs);
            if (_joinedAtMs < _outageEndsMs)
            {
                _joinedAtMs = double.PositiveInfinity;
            }

            _nextOutageMs = _outageEndsMs + Exponential(_plan.MeanUpMs);
        }
    }

    private double Exponential(double meanMs) => -meanMs * Math.Log(1 - _random.NextDouble());
}
