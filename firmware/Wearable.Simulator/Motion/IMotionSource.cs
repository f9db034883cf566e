namespace Wearable.Simulator.Motion;

/// <summary>What shakes the motion sensor, gravity included, 100 times a second.</summary>
public interface IMotionSource
{
    /// <summary>Instants per second.</summary>
    const int RateHz = 100;

    /// <summary>The next instant's acceleration, milli-g.</summary>
    (double X, double Y, double Z) Next();
}
