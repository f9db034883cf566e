using Wearable.Simulator.Pulse;

namespace Wearable.Simulator.Motion;

/// <summary>Acceleration from a recording of the wrist: its last three channels, milli-g, 100 a second.</summary>
public sealed class RecordedMotion : IMotionSource
{
    private readonly RecordedPulse _x, _y, _z;

    private RecordedMotion(string waveFile, int channels)
    {
        _x = RecordedPulse.Load(waveFile, channels - 3);
        _y = RecordedPulse.Load(waveFile, channels - 2);
        _z = RecordedPulse.Load(waveFile, channels - 1);
    }

    /// <summary>Reads a recording.</summary>
    /// <param name="waveFile">The .i32 file; its .json lies beside it.</param>
    /// <exception cref="InvalidDataException">The recording has no acceleration, or is not of this format.</exception>
    public static RecordedMotion Load(string waveFile)
    {
        int channels = RecordedPulse.Load(waveFile).Channels;
        return channels >= 4 ? new RecordedMotion(waveFile, channels) : throw new InvalidDataException($"{waveFile}: light and three axes of acceleration expected, got {channels} channels");
    }

    /// <inheritdoc/>
    public (double X, double Y, double Z) Next() => (_x.Next(), _y.Next(), _z.Next());
}
