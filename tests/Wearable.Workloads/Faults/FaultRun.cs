using Wearable.Firmware;
using Wearable.Firmware.Board;
using Wearable.Simulator;

namespace Wearable.Workloads.Faults;

/// <summary>
/// One wearable in virtual time, with the firmware's own classes, talked to by its button while something goes wrong. Afterwards it must be
/// connected within ten seconds, idle again, hold a whole turn, tell a heart rate, and every event of its own must have come, once by its
/// number, unless it says that its queue dropped it. Same kind, same seed: same run.
/// </summary>
public static class FaultRun
{
    /// <summary>A wearable has to be connected this long after the fault has ended.</summary>
    public const double ReconnectLimitMs = 10_000;

    private const string Id = "fault";
    private const double WarmMs = 14_000, PressMs = 200;

    // Longest way out of a turn that nobody answers: 15 s of speech, then 20 s of waiting, both settings of the device.
    private const double IdleLimitMs = 40_000, TurnLimitMs = 20_000, RateLimitMs = 45_000, HealthLimitMs = 40_000;

    /// <summary>Runs one fault.</summary>
    public static FaultResult Run(FaultKind kind, int seed)
    {
        Script script = new(kind, seed);
        try
        {
            script.Wearable.Run(script.Step);
        }
        catch (DeviceCrashException crash)
        {
            return script.Result() with { Stuck = crash.Message };
        }

        return script.Result();
    }

    private sealed class Script
    {
        private readonly FaultKind _kind;
        private readonly int _seed;
        private readonly Random _random;
        private readonly JumpingClock _clock = new();
        private readonly SlowStorage _storage;
        private readonly double _endMs;
        private FaultyHome _home = null!;
        private double _nextPressMs = WarmMs + 500;
        private double _releaseMs = double.PositiveInfinity;
        private double _nextFaultMs = WarmMs;
        private double _askHealthMs = 6000;
        private double _connectedMs = double.NaN;
        private double _finalPressMs = double.NaN;
        private double _turnDoneMs = double.NaN;
        private bool _spoke;
        private bool _over;
        private string _stuck = "";

        public Script(FaultKind kind, int seed)
        {
            _kind = kind;
            _seed = seed;
            _random = new Random((seed * 1009) + (int)kind);
            _storage = new SlowStorage(_clock);
            double longest = kind is FaultKind.DnsGone or FaultKind.BrokerRestart ? 120_000 : 40_000;
            _endMs = WarmMs + 10_000 + (_random.NextDouble() * (longest - 10_000));
            Wearable = new SimulatedWearable(new SimulatedWearableOptions
            {
                Id = Id,
                Clock = _clock,
                Seed = seed,
                Storage = _storage,
                Link = (clock, network) => (_home = new FaultyHome(clock, new FaultyLink(clock, network, _random), Id, _random)).Link,
            });
        }

        public SimulatedWearable Wearable { get; }

        public FaultResult Result() => new(_kind, _seed)
        {
            Stuck = _stuck,
            ReconnectMs = double.IsNaN(_connectedMs) ? 0 : _connectedMs - _endMs,
            Events = Expected().Count,
            Lost = Expected().Count(key => !_home.Events.Contains(key)),
            ToldDropped = _home.ToldDropped,
            InFlight = _home.InFlightLost,
            Again = _home.Again,
            Doubled = _home.Doubled,
        };

        // Asked before each pass; true ends the run.
        public bool Step()
        {
            if (_home is null)
            {
                return false;
            }

            double nowMs = _clock.NowMs;
            _home.Step();
            if (nowMs >= _releaseMs)
            {
                Wearable.Button.Release();
                _releaseMs = double.PositiveInfinity;
            }

            if (nowMs >= _askHealthMs)
            {
                _askHealthMs += nowMs < WarmMs ? 3000 : 10_000;
                _home.AskForHealth();
            }

            if (nowMs < WarmMs)
            {
                return false;
            }

            if (nowMs < _endMs)
            {
                Talk(nowMs);
                Spoil(nowMs);
                return false;
            }

            if (!_over)
            {
                _over = true;
                Mend();
            }

            return Judge(nowMs);
        }

        private void Talk(double nowMs)
        {
            if (nowMs >= _nextPressMs && double.IsPositiveInfinity(_releaseMs))
            {
                _nextPressMs = nowMs + 3000 + (_random.NextDouble() * 7000);
                Press(nowMs);
            }
        }

        private void Press(double nowMs)
        {
            Wearable.Button.Press();
            _releaseMs = nowMs + PressMs;
        }

        private void Spoil(double nowMs)
        {
            FaultyLink link = _home.Link;
            bool due = nowMs >= _nextFaultMs;
            switch (_kind)
            {
                case FaultKind.Loss:
                    link.SoundLost = 0.2;
                    break;
                case FaultKind.Delay:
                    link.DelayMs = 2000;
                    break;
                case FaultKind.Reorder:
                    (link.DelayMs, link.Overtakes) = (400, true);
                    break;
                case FaultKind.Duplicate:
                    link.Doubled = 0.33;
                    break;
                case FaultKind.HalfOpen:
                    link.HalfOpen = true;
                    link.FailMs = 30_000; // M2Mqtt waits this long for an answer to CONNECT
                    break;
                case FaultKind.SlowLink:
                    link.TakeEveryMs = 330;
                    break;
                case FaultKind.Flood:
                    for (int i = 0; i < 4; i++)
                    {
                        _home.Nudge();
                    }

                    break;
                case FaultKind.BadMessages:
                    _home.SendGarbage();
                    break;
                case FaultKind.SlowStorage when due:
                    _storage.WriteMs = 500;
                    _home.AskForHealth(); // each wish is written
                    Again(nowMs, 2000);
                    break;
                case FaultKind.ClockJump when due:
                    _clock.OffMs = (_random.NextDouble() - 0.5) * 48 * 3_600_000;
                    Again(nowMs, 4000);
                    break;
                case FaultKind.SensorGone:
                    Wearable.Sensor.Connected = false;
                    break;
                case FaultKind.SensorBusStuck:
                    Wearable.Sensor.BusStuck = true;
                    break;
                case FaultKind.SensorFlaky when due:
                    Wearable.Sensor.FailNext = _random.Next(1, 12);
                    Wearable.Sensor.BreakBurstAfter = _random.Next(0, 24);
                    Again(nowMs, 700);
                    break;
                case FaultKind.SensorReset when due:
                    if (_random.Next(2) == 0)
                    {
                        Wearable.Sensor.BrownOut();
                    }
                    else
                    {
                        Wearable.Sensor.Freeze();
                    }

                    Again(nowMs, 6000);
                    break;
                case FaultKind.DnsGone:
                    link.Away = true;
                    link.FailMs = 3000;
                    break;
                case FaultKind.WifiFlapping when due:
                    if (Wearable.Network.IsUp)
                    {
                        Wearable.Network.Cut();
                    }
                    else
                    {
                        Wearable.Network.Restore();
                    }

                    Again(nowMs, 3000);
                    break;
                case FaultKind.BrokerRestart:
                    link.Away = true;
                    break;
                case FaultKind.AnswerStall:
                    _home.Stalls = true;
                    break;
                case FaultKind.AnswerMissing:
                    _home.Ignores = true;
                    break;
                case FaultKind.GatewayRestart:
                    _home.DiesMidTurn = true;
                    break;
            }
        }

        private void Again(double nowMs, double meanMs) => _nextFaultMs = nowMs + (meanMs * (0.5 + _random.NextDouble()));

        private void Mend()
        {
            FaultyLink link = _home.Link;
            link.Away = link.HalfOpen = link.Overtakes = false;
            link.SoundLost = link.Doubled = link.DelayMs = link.TakeEveryMs = 0;
            _home.Stalls = _home.Ignores = _home.DiesMidTurn = false;
            _storage.WriteMs = 0;
            _clock.OffMs = 0;
            Wearable.Sensor.Connected = true;
            Wearable.Sensor.BusStuck = false;
            Wearable.Sensor.FailNext = 0; // left over, each would cost the driver's wait of 5 s: the fault would not have ended
            Wearable.Sensor.BreakBurstAfter = -1;
            Wearable.Network.Restore();
        }

        private bool Judge(double nowMs)
        {
            double sinceMs = nowMs - _endMs;
            if (double.IsNaN(_connectedMs))
            {
                if (_home.Link.State == LinkState.Up)
                {
                    _connectedMs = nowMs;
                }
                else if (sinceMs > ReconnectLimitMs)
                {
                    return Stuck("not connected 10 s after the end");
                }

                return false;
            }

            if (double.IsNaN(_finalPressMs))
            {
                if (Wearable.Mode == DeviceMode.Idle && double.IsPositiveInfinity(_releaseMs) && nowMs - _connectedMs > 2000)
                {
                    _finalPressMs = nowMs;
                    Press(nowMs);
                }

                return sinceMs > IdleLimitMs && double.IsNaN(_finalPressMs) && Stuck($"{Wearable.Mode} 40 s after the end");
            }

            _spoke |= Wearable.Mode == DeviceMode.Speaking;
            if (double.IsNaN(_turnDoneMs))
            {
                if (_spoke && Wearable.Mode == DeviceMode.Idle)
                {
                    _turnDoneMs = nowMs;
                }

                return double.IsNaN(_turnDoneMs) && nowMs - _finalPressMs > TurnLimitMs && Stuck($"no whole turn afterwards: {Wearable.Mode}, {(_spoke ? "spoke" : "never spoke")}");
            }

            if (_home.LastRateMs <= _endMs)
            {
                return sinceMs > RateLimitMs && Stuck("no heart rate 45 s after the end: " + _home.LastHeart);
            }

            // The last health report says what was dropped.
            return _home.LastHealthMs > _turnDoneMs || (nowMs - _turnDoneMs > HealthLimitMs && Stuck("no health report afterwards"));
        }

        private bool Stuck(string why)
        {
            _stuck = why;
            return true;
        }

        // The device counts its presses and turns, so the highest number that came says how many there were.
        private List<string> Expected()
        {
            List<string> all = [];
            foreach (string kind in (string[])["button", "wake"])
            {
                int most = _home.Events.Where(key => key.StartsWith(kind + "-", StringComparison.Ordinal)).Select(key => int.Parse(key[(kind.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture)).DefaultIfEmpty().Max();
                for (int i = 1; i <= most; i++)
                {
                    all.Add($"{kind}-{i}");
                    if (kind == "wake")
                    {
                        all.Add($"speech-start-{i}");
                        all.Add($"speech-end-{i}");
                    }
                }
            }

            return all;
        }
    }
}
