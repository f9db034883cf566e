namespace Wearable.Firmware.Heart
{
    /// <summary>A pulse monitor whose sensor's light can be had as measured, of the last step only.</summary>
    public interface IRawPulse
    {
        /// <summary>New samples of the last step; 0 when there were none.</summary>
        int RawCount { get; }

        /// <summary>LED current they were taken at, register code.</summary>
        int RawLed { get; }

        /// <summary>The sensor: its samples, and whether they continue those before.</summary>
        Max30102 Sensor { get; }
    }
}
