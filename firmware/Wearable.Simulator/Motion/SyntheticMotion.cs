namespace Wearable.Simulator.Motion;

/// <summary>A seeded wrist: at rest with the sensor's own noise, or swinging at a walker's pace with an overtone. May be changed while it runs, from any thread.</summary>
/// <param name="seed">Same seed, same samples.</param>
public sealed class SyntheticMotion(int seed) : IMotionSource
{
    private const double Dt = 1.0 / IMotionSource.RateHz, NoiseMilliG = 3;

    private readonly Random _random = new(seed);
    private double _swingHz = 1.7;
    private double _swingMilliG;
    private double _phase;
    private double _strength = 1;

    /// <summary>How hard it swings, milli-g; 0 at rest.</summary>
    public double SwingMilliG
    {
        get => Volatile.Read(ref _swingMilliG);
        set => Volatile.Write(ref _swingMilliG, value is >= 0 and <= 4000 ? value : throw new ArgumentOutOfRangeException(nameof(value), $"swing: 0 to 4000 milli-g expected, got {value}"));
    }

    /// <summary>Swings a second.</summary>
    public double SwingHz
    {
        get => Volatile.Read(ref _swingHz);
        set => Volatile.Write(ref _swingHz, value is >= 0.2 and <= 5 ? value : throw new ArgumentOutOfRangeException(nameof(value), $"swing: 0.2 to 5 Hz expected, got {value}"));
    }

    /// <summary>Where the arm is in its swing, -1 to 1: light sways along with it.</summary>
    public double Position => Math.Sin(2 * Math.PI * Volatile.Read(ref _phase));

    /// <inheritdoc/>
    public (double X, double Y, double Z) Next()
    {
        double phase = _phase + Dt * SwingHz;
        Volatile.Write(ref _phase, phase - Math.Floor(phase));
        _strength += 0.02 * (1 + 0.3 * Gauss() - _strength);
        double swing = SwingMilliG * _strength;
        double first = Math.Sin(2 * Math.PI * _phase), second = Math.Sin(4 * Math.PI * _phase + 1);
        return (swing * first + NoiseMilliG * Gauss(), 0.4 * swing * second + NoiseMilliG * Gauss(), 1000 + swing * (0.5 * first + 0.3 * second) + NoiseMilliG * Gauss());
    }

    private double Gauss() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
}
