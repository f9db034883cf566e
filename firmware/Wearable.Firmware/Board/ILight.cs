namespace Wearable.Firmware.Board
{
    /// <summary>The visible state of the microphone. Off means: no sound is captured.</summary>
    public interface ILight
    {
        /// <summary>Shows the state; called on every change.</summary>
        /// <param name="mode">What the device is doing.</param>
        void Show(DeviceMode mode);
    }
}
