namespace Wearable.Simulator.Pulse;

/// <summary>
/// A made-up pulse: a sharp systolic rise, a slower fall and a dicrotic bump, breathing in the baseline, heart-rate variability, noise, and
/// movement when wanted. Everything may be changed while it runs. Same seed, same light.
/// </summary>
public sealed class SyntheticPulse(int seed) : IPulseSource
{
    private const double FingerDc = 120_000; // counts; measured fingers 110-130 k at 6.2 mA
    private const double DeskDc = 3_000;     // stray reflection with nobody there

    private readonly Random _random = new(seed);
    private double _phase;
    private double _beatRate = -1;
    private double _lastSeconds;
    private double _motion;

    /// <summary>Beats per minute.</summary>
    public double RateBpm { get; set; } = 72;

    /// <summary>Beat-to-beat variation, standard deviation as a share of the interval.</summary>
    public double Variability { get; set; } = 0.02;

    /// <summary>Pulse height over mean light: 0.004 is a warm finger, 0.0005 a cold one.</summary>
    public double Perfusion { get; set; } = 0.004;

    /// <summary>Counts of white noise, standard deviation.</summary>
    public double Noise { get; set; } = 15;

    /// <summary>False: nobody touches the sensor.</summary>
    public bool Finger { get; set; } = true;

    /// <summary>True: the hand moves.</summary>
    public bool Motion { get; set; }

    /// <inheritdoc/>
    public double InfraredCounts(double seconds)
    {
        double step = Math.Max(0, seconds - _lastSeconds);
        _lastSeconds = seconds;
        Advance(step);
        if (!Finger)
        {
            return DeskDc + (Gaussian() * Noise);
        }

        // More blood, less light.
        double breathing = 0.0015 * Math.Sin(2 * Math.PI * 0.23 * seconds);
        double light = FingerDc * (1 - (Perfusion * Wave(_phase)) + breathing + _motion);
        return light + (Gaussian() * Noise);
    }

    // 0 to 1 over one beat.
    private static double Wave(double phase)
    {
        double systole = Math.Exp(-Math.Pow((phase - 0.20) / 0.09, 2));
        double dicrotic = 0.35 * Math.Exp(-Math.Pow((phase - 0.48) / 0.11, 2));
        return systole + dicrotic;
    }

    private void Advance(double step)
    {
        if (_beatRate < 0)
        {
            _beatRate = RateBpm / 60;
        }

        _phase += step * _beatRate;
        if (_phase >= 1)
        {
            _phase -= Math.Floor(_phase);
            _beatRate = RateBpm / 60 * (1 + (Gaussian() * Variability));
        }

        // A hand that moves presses and lifts the sensor at no rate in particular.
        _motion = Motion ? (_motion * Math.Exp(-step * 6)) + (Gaussian() * 0.012 * Math.Sqrt(step * 12)) : 0;
    }

    private double Gaussian()
    {
        double u = 1 - _random.NextDouble();
        return Math.Sqrt(-2 * Math.Log(u)) * Math.Cos(2 * Math.PI * _random.NextDouble());
    }
}
