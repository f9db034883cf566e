using Wearable.Firmware.Board;
using Wearable.Simulator.Time;

namespace Wearable.Simulator.Parts;

/// <summary>
/// Invented but plausible power figures; <c>info</c> names the board "simulator", so nobody takes them for a measurement.
/// A 400 mAh cell at 100 mA lasts 4 h; the heap is an ESP32-S3's 2 MB with a sawtooth of one collection a minute.
/// </summary>
public sealed class SimulatedPower(SimulatorClock clock) : IPower
{
    /// <summary>From full to empty.</summary>
    public const double BatteryLifeMs = 4 * 60 * 60 * 1000.0;

    private const double CollectionEveryMs = 60_000;

    private bool _rebootRequested;
    private string _resetReason = "power";

    /// <inheritdoc/>
    public int BatteryPercent => (int)Math.Max(0, 100 - (100 * clock.NowMs / BatteryLifeMs));

    /// <inheritdoc/>
    public bool HasBattery => true;

    /// <inheritdoc/>
    public int FreeHeapBytes => 1_600_000 - (int)(clock.NowMs % CollectionEveryMs * 2);

    /// <inheritdoc/>
    public int CollectionCount => (int)(clock.NowMs / CollectionEveryMs);

    /// <inheritdoc/>
    public string ResetReason => _resetReason;

    /// <inheritdoc/>
    public void Reboot() => _rebootRequested = true;

    /// <summary>True once after the device asked for a restart; whoever runs the device obeys.</summary>
    public bool TakeRebootRequest()
    {
        bool requested = _rebootRequested;
        if (requested)
        {
            _rebootRequested = false;
            _resetReason = "reboot";
        }

        return requested;
    }
}
