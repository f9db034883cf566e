namespace Wearable.Firmware.Board
{
    /// <summary>The one button: short press talks or stops, long press (1 s) mutes.</summary>
    public interface IButton
    {
        /// <summary>True while pressed; debounced by the board.</summary>
        bool IsPressed { get; }
    }
}
