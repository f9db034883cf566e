using Wearable.Firmware.Board;

namespace Wearable.Simulator.Parts;

/// <summary>A button that whoever drives the simulation presses.</summary>
public sealed class SimulatedButton : IButton
{
    private bool _pressed;

    /// <inheritdoc/>
    public bool IsPressed => Volatile.Read(ref _pressed);

    /// <summary>Pushes the button down.</summary>
    public void Press() => Volatile.Write(ref _pressed, true);

    /// <summary>Lets it go.</summary>
    public void Release() => Volatile.Write(ref _pressed, false);
}
