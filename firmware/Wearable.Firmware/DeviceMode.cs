namespace Wearable.Firmware
{
    /// <summary>What the device is doing; sent as <c>mode</c> in <c>state</c>.</summary>
    public enum DeviceMode
    {
        /// <summary>Waiting for the wake word (microphone: wake).</summary>
        Idle,

        /// <summary>A follow-up may be said without the wake word (microphone: stream, once sound is heard).</summary>
        Listening,

        /// <summary>Sound goes to the gateway (microphone: stream).</summary>
        Streaming,

        /// <summary>The gateway has the question and makes the answer (microphone: wake).</summary>
        Thinking,

        /// <summary>The answer is being played (microphone: wake).</summary>
        Speaking,

        /// <summary>The owner switched the microphone off (microphone: off).</summary>
        Muted,
    }
}
