namespace Wearable.Simulator.Microphone;

/// <summary>White Gaussian noise from a seed: the room and the microphone's own hiss.</summary>
public sealed class BackgroundNoise
{
    /// <summary>A quiet room as an INMP441 hears it: -26 dBFS is 94 dB SPL, so -65 dBFS is 55 dB SPL.</summary>
    public const double QuietRoomDb = -65;

    private readonly Random _random;
    private readonly double _rms;
    private double _spare;
    private bool _hasSpare;

    /// <summary>Noise of one level.</summary>
    /// <param name="seed">The same seed gives the same samples.</param>
    /// <param name="levelDb">RMS in dB below full scale (32768), at most -10; negative infinity is silence.</param>
    /// <exception cref="ArgumentOutOfRangeException">The level is over -10 dB, where the noise itself would clip, or not a number.</exception>
    public BackgroundNoise(int seed, double levelDb)
    {
        if (!(levelDb <= -10))
        {
            throw new ArgumentOutOfRangeException(nameof(levelDb), levelDb, "noise level: at most -10 dB below full scale expected");
        }

        _random = new Random(seed);
        _rms = double.IsNegativeInfinity(levelDb) ? 0 : 32768 * Math.Pow(10, levelDb / 20);
    }

    /// <summary>The next sample, int16 range.</summary>
    public int Next()
    {
        if (_rms == 0)
        {
            return 0;
        }

        if (_hasSpare)
        {
            _hasSpare = false;
            return Math.Clamp((int)Math.Round(_spare * _rms), short.MinValue, short.MaxValue);
        }

        // Box-Muller: two independent normal values from two uniform ones. 1 - u keeps the logarithm away from 0.
        double radius = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble()));
        double angle = 2 * Math.PI * _random.NextDouble();
        _spare = radius * Math.Sin(angle);
        _hasSpare = true;
        return Math.Clamp((int)Math.Round(radius * Math.Cos(angle) * _rms), short.MinValue, short.MaxValue);
    }
}
