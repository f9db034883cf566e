namespace Wearable.Contract
{
    /// <summary>The one shape of sound between microphone, wire and speaker. Every other length is computed from these.</summary>
    public static class AudioFormat
    {
        /// <summary>Samples per second of one channel.</summary>
        public const int SampleRateHz = 16000;

        /// <summary>Bytes of one int16 sample, little-endian.</summary>
        public const int SampleBytes = 2;

        /// <summary>The step in which the device hears: one microphone read, one pass of the loop.</summary>
        public const int HopMs = 20;

        /// <summary>Samples of one channel in a hop: 320.</summary>
        public const int HopSamples = SampleRateHz * HopMs / 1000;

        /// <summary>Sound in one audio packet on the wire.</summary>
        public const int PacketMs = 60;

        /// <summary>Samples in one audio packet at 16 kHz: 960.</summary>
        public const int PacketSamples = SampleRateHz * PacketMs / 1000;

        /// <summary>Hops in one audio packet: 3.</summary>
        public const int PacketHops = PacketMs / HopMs;
    }
}
