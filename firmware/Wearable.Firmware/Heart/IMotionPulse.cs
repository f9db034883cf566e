namespace Wearable.Firmware.Heart
{
    /// <summary>A pulse monitor that follows the pulse through movement.</summary>
    public interface IMotionPulse
    {
        /// <summary>The follower: whether it is at work, and light and acceleration of the newest instants.</summary>
        MotionFollower Motion { get; }
    }
}
