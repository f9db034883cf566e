namespace Wearable.Contract
{
    /// <summary>Codec ids of the audio header.</summary>
    public static class AudioCodec
    {
        /// <summary>int16 little-endian, 16 kHz: 256 kbit/s. Cheapest for an interpreter.</summary>
        public const int Pcm16At16k = 0;

        /// <summary>int16 little-endian, 8 kHz.</summary>
        public const int Pcm16At8k = 1;

        /// <summary>mu-law, 16 kHz.</summary>
        public const int MuLawAt16k = 10;

        /// <summary>mu-law, 8 kHz.</summary>
        public const int MuLawAt8k = 11;

        /// <summary>Opus.</summary>
        public const int Opus = 20;

        /// <summary>IMA ADPCM, 16 kHz, each packet decodable alone: 64 kbit/s and 4 bytes a packet.</summary>
        public const int ImaAdpcmAt16k = 30;

        /// <summary>True for the codecs this version can encode and decode.</summary>
        public static bool IsSupported(int codec)
        {
            return codec == Pcm16At16k || codec == ImaAdpcmAt16k;
        }

        /// <summary>Payload bytes (header not counted) of a full 60 ms packet.</summary>
        /// <exception cref="System.ArgumentException">The codec is not supported.</exception>
        public static int PacketBytes(int codec)
        {
            switch (codec)
            {
                case Pcm16At16k: return AudioFormat.PacketSamples * AudioFormat.SampleBytes;
                case ImaAdpcmAt16k: return ImaAdpcm.HeaderBytes + AudioFormat.PacketSamples / 2;
                default: throw new System.ArgumentException("codec 0 or 30 expected, got " + codec.ToString());
            }
        }
    }
}
