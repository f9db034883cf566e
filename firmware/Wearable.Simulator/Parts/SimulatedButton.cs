using Wearable.Firmware.Board;

namespace Wearable.Simulator.Parts;

/// <summary>A button that whoever drives the simulation presses.</summary>
public sealed class SimulatedButton : IButton
{
    private bool _pressed;
    private int _tapped;

    /// <inheritdoc/>
    public bool IsPressed => Interlocked.Exchange(ref _tapped, 0) == 1 || Volatile.Read(ref _pressed);

    /// <summary>Pushes the button and lets it go at once: the next look sees it pressed, the one after that does not, however long they take to come.</summary>
    public void Tap() => Volatile.Write(ref _tapped, 1);

    /// <summary>Pushes the button down.</summary>
    public void Press() => Volatile.Write(ref _pressed, true);

    /// <summary>Lets it go.</summary>
    public void Release() => Volatile.Write(ref _pressed, false);
}
