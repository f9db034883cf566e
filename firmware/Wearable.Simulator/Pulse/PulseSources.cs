namespace Wearable.Simulator.Pulse;

/// <summary>Makes the light the options ask for.</summary>
public static class PulseSources
{
    /// <summary>A recording when one is named, else a synthetic pulse that can be changed while it runs.</summary>
    /// <exception cref="InvalidDataException">The recording cannot be read; the message names the file.</exception>
    public static IPulseSource Make(PulseOptions options, int seed) => options.WaveFile is string file
        ? RecordedPulse.Load(file, loop: true)
        : new SyntheticPulse(seed) { RateBpm = options.RateBpm, Finger = options.Finger, Motion = options.Motion };
}
