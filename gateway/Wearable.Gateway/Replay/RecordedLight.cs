using Wearable.Firmware.Heart;
using Wearable.Simulator.Pulse;

namespace Wearable.Gateway.Replay;

/// <summary>
/// Recorded samples as light on a simulated sensor: nobody there until it is <see cref="Shown"/>; then what a short look of the driver needs; and from the moment the
/// driver measures, sample by sample. The light is told for the LED current it was recorded at, so that the sensor counts what was counted then.
/// </summary>
/// <param name="counts">Recorded samples.</param>
/// <param name="leds">LED current of each.</param>
/// <param name="settings">How the driver uses the sensor.</param>
internal sealed class RecordedLight(IReadOnlyList<int> counts, IReadOnlyList<int> leds, Max30102Settings settings) : IPulseSource
{
    private const double ReferenceLed = 0x1F;

    // Two conversions make one sample.
    private int _instant;

    // The driver goes to sleep some passes after the last window; what it still reads then is not the recording.
    private bool _lookedAt;

    /// <summary>The sensor it lies on.</summary>
    public FakeMax30102? Sensor { get; set; }

    /// <summary>Whether somebody touches the sensor.</summary>
    public bool Shown { get; set; }

    /// <summary>True after the last sample.</summary>
    public bool Ended => _instant >= 2 * counts.Count;

    /// <inheritdoc/>
    public double Next()
    {
        if (!Shown || Ended)
        {
            return 0;
        }

        bool looks = Sensor is { Sampling: true } && Sensor.InfraredLed == settings.ProbeLed;
        _lookedAt |= looks;
        bool measures = Sensor is { Sampling: true } && (_instant > 0 || (_lookedAt && !looks));
        int at = measures ? _instant++ / 2 : 0;
        double range = 4096.0 / (2048 << settings.AdcRange);
        return counts[at] * ReferenceLed / (leds[at] * range);
    }
}
