namespace Wearable.Simulator;

/// <summary>What the simulated finger does.</summary>
public sealed record PulseOptions
{
    /// <summary>Beats per minute of the synthetic pulse.</summary>
    public double RateBpm { get; init; } = 72;

    /// <summary>A recording (.i32) to play instead of the synthetic pulse, or null.</summary>
    public string? WaveFile { get; init; }

    /// <summary>False: nobody touches the sensor.</summary>
    public bool Finger { get; init; } = true;

    /// <summary>False: the board has no motion sensor.</summary>
    public bool MotionSensor { get; init; } = true;

    /// <summary>True: the hand moves.</summary>
    public bool Motion { get; init; }
}
