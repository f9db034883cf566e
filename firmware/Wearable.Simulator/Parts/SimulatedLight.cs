using Wearable.Firmware;
using Wearable.Firmware.Board;

namespace Wearable.Simulator.Parts;

/// <summary>The light: what an onlooker sees the device do.</summary>
public sealed class SimulatedLight : ILight
{
    private DeviceMode _mode = DeviceMode.Idle;
    private bool _shown;

    /// <summary>Raised on the device's thread when what is shown changes.</summary>
    public event Action<DeviceMode>? Changed;

    /// <summary>What is shown now.</summary>
    public DeviceMode Mode => _mode;

    /// <inheritdoc/>
    public void Show(DeviceMode mode)
    {
        bool same = _shown && mode == _mode;
        _shown = true;
        _mode = mode;
        if (!same)
        {
            Changed?.Invoke(mode);
        }
    }
}
