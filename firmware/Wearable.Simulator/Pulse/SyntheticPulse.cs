using Wearable.Simulator.Motion;

namespace Wearable.Simulator.Pulse;

/// <summary>A seeded finger: pulse, breathing, noise and movement. Every property may be changed while it runs, from any thread.</summary>
/// <param name="seed">Same seed, same samples.</param>
public sealed class SyntheticPulse(int seed) : IPulseSource
{
    private const double Dt = 1.0 / IPulseSource.RateHz;

    private readonly Random _random = new(seed);
    private double _rateBpm = 72;
    private double _perfusionPercent = 0.6;
    private double _noiseCounts = 5;
    private double _fingerCounts = 110_000;
    private double _emptyCounts = 400;
    private int _finger = 1;
    private int _motion;
    private double _phase;
    private double _breath;
    private double _beatStretch = 1;
    private double _sway;
    private double _swaySlow;
    private double _light;

    /// <summary>Beats per minute; steady but for breathing (2 %) and chance (1 %).</summary>
    public double RateBpm
    {
        get => Volatile.Read(ref _rateBpm);
        set => Volatile.Write(ref _rateBpm, value is >= 20 and <= 250 ? value : throw new ArgumentOutOfRangeException(nameof(value), $"pulse rate: 20 to 250 bpm expected, got {value}"));
    }

    /// <summary>Pulse height over mean light, percent. A finger has 0.3 to 3, an ear 0.1.</summary>
    public double PerfusionPercent
    {
        get => Volatile.Read(ref _perfusionPercent);
        set => Volatile.Write(ref _perfusionPercent, value);
    }

    /// <summary>White noise, counts rms.</summary>
    public double NoiseCounts
    {
        get => Volatile.Read(ref _noiseCounts);
        set => Volatile.Write(ref _noiseCounts, value);
    }

    /// <summary>Mean light with a finger, counts.</summary>
    public double FingerCounts
    {
        get => Volatile.Read(ref _fingerCounts);
        set => Volatile.Write(ref _fingerCounts, value);
    }

    /// <summary>Mean light without a finger, counts: a few hundred in the open, up to 60,000 face down on a desk.</summary>
    public double EmptyCounts
    {
        get => Volatile.Read(ref _emptyCounts);
        set => Volatile.Write(ref _emptyCounts, value);
    }

    /// <summary>False: nobody touches the sensor.</summary>
    public bool Finger
    {
        get => Volatile.Read(ref _finger) != 0;
        set => Volatile.Write(ref _finger, value ? 1 : 0);
    }

    /// <summary>How hard a moving hand swings, milli-g.</summary>
    public const double SwingMilliG = 600;

    /// <summary>How much moving light sways with the wrist's swing, percent of the mean.</summary>
    public double SwayPercent { get; set; } = 0.5;

    /// <summary>The wrist it is on: moving light sways with it, and a little besides. None: by several percent without rhythm.</summary>
    public SyntheticMotion? Wrist { get; set; }

    /// <summary>True: the hand moves; light sways by several percent without rhythm; on a wrist mostly with its swing.</summary>
    public bool Motion
    {
        get => Volatile.Read(ref _motion) != 0;
        set
        {
            Volatile.Write(ref _motion, value ? 1 : 0);
            if (Wrist is SyntheticMotion wrist)
            {
                wrist.SwingMilliG = value ? SwingMilliG : 0;
            }
        }
    }

    /// <inheritdoc/>
    public double Next()
    {
        _breath += Dt * 0.25;
        _phase += Dt * RateBpm / 60 * _beatStretch * (1 + 0.02 * Math.Sin(2 * Math.PI * _breath));
        if (_phase >= 1)
        {
            _phase -= 1;
            _beatStretch = 1 + 0.01 * Gauss();
        }

        // Movement: noise through two leaky sums, 0.3 to 3 Hz, kept running so that switching it on does not jump.
        _sway += 0.12 * (Gauss() - _sway);
        _swaySlow += 0.02 * (_sway - _swaySlow);
        double aim = Finger ? FingerCounts : EmptyCounts;
        _light += (aim - _light) * (_light == 0 ? 1 : 0.15);
        double blood = Finger ? PerfusionPercent / 100 * Shape(_phase) : 0;
        double move = !Finger || !Motion ? 0 : Wrist is null ? 0.12 * (_sway - _swaySlow) : 0.01 * (_sway - _swaySlow) + SwayPercent / 100 * Wrist.Position;
        double drift = Finger ? 0.002 * Math.Sin(2 * Math.PI * _breath) : 0;
        return _light * (1 - blood + move + drift) + NoiseCounts * Gauss();
    }

    // Systolic wave and dicrotic wave, height about 1.
    private static double Shape(double phase) => Hill(phase, 0.22, 0.085) + 0.35 * Hill(phase, 0.52, 0.11);

    private static double Hill(double phase, double middle, double width)
    {
        double x = (phase - middle) / width;
        return Math.Exp(-x * x / 2);
    }

    private double Gauss() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
}
