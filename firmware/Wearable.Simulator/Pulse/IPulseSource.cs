namespace Wearable.Simulator.Pulse;

/// <summary>What lies on the sensor: the light that comes back from it, 100 times a second.</summary>
public interface IPulseSource
{
    /// <summary>Instants per second.</summary>
    const int RateHz = 100;

    /// <summary>The next instant's light: infrared counts at 6.2 mA and a range of 4096 nA, before ambient light and the end of the scale.</summary>
    double Next();
}
