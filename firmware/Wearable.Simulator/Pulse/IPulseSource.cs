namespace Wearable.Simulator.Pulse;

/// <summary>Light on the sensor's diode, as it would be at the standard LED current (6.2 mA), without the LEDs' own noise.</summary>
public interface IPulseSource
{
    /// <summary>Infrared light at a moment.</summary>
    /// <param name="seconds">Time since the sensor was powered; never goes back.</param>
    /// <returns>18-bit counts at 6.2 mA; beyond full scale it saturates.</returns>
    double InfraredCounts(double seconds);
}
