namespace Wearable.Contract
{
    /// <summary>
    /// The 8 bytes before 60 ms of sound: version (2 bits) and codec (6 bits), flags, sequence u16, timestamp ms u32, little-endian.
    /// A gap in the sequence is filled with silence and counted, never guessed.
    /// </summary>
    public static class AudioPacket
    {
        /// <summary>Bytes of the header.</summary>
        public const int HeaderBytes = 8;

        /// <summary>Version of the header.</summary>
        public const int Version = 1;

        /// <summary>Flag: first packet of a stream.</summary>
        public const int First = 1;

        /// <summary>Flag: last packet of a stream; it may be shorter, or empty.</summary>
        public const int Last = 2;

        /// <summary>Flag: sound from before the wake was noticed.</summary>
        public const int PreRoll = 4;

        /// <summary>Longest packet of a supported codec: PCM16 with header, 1,928 bytes.</summary>
        public const int MaxBytes = HeaderBytes + AudioFormat.PacketSamples * AudioFormat.SampleBytes;

        /// <summary>Writes a header at the start of a packet.</summary>
        public static void WriteHeader(byte[] packet, int codec, int flags, int sequence, long timestampMs)
        {
            packet[0] = (byte)((Version << 6) | codec);
            packet[1] = (byte)flags;
            packet[2] = (byte)sequence;
            packet[3] = (byte)(sequence >> 8);
            packet[4] = (byte)timestampMs;
            packet[5] = (byte)(timestampMs >> 8);
            packet[6] = (byte)(timestampMs >> 16);
            packet[7] = (byte)(timestampMs >> 24);
        }

        /// <summary>Checks a whole packet: version, codec, flags, length.</summary>
        /// <param name="packet">Bytes as received.</param>
        /// <param name="length">How many.</param>
        /// <exception cref="WireException">Not a packet this version can play; the message says why.</exception>
        public static void Check(byte[] packet, int length)
        {
            if (length < HeaderBytes)
            {
                throw new WireException("audio", "", "at least 8 bytes expected, got " + length.ToString());
            }

            if (packet[0] >> 6 != Version)
            {
                throw new WireException("audio", "version", "1 expected, got " + (packet[0] >> 6).ToString());
            }

            int codec = Codec(packet);
            if (!AudioCodec.IsSupported(codec))
            {
                throw new WireException("audio", "codec", "0 or 30 expected, got " + codec.ToString());
            }

            if ((packet[1] & ~(First | Last | PreRoll)) != 0)
            {
                throw new WireException("audio", "flags", "bits 0 to 2 expected, got " + packet[1].ToString());
            }

            int payload = length - HeaderBytes;
            int full = AudioCodec.PacketBytes(codec);
            bool last = (packet[1] & Last) != 0;
            if (payload > full || (payload != full && !last))
            {
                throw new WireException("audio", "payload", full.ToString() + " bytes expected, got " + payload.ToString());
            }

            if (codec == AudioCodec.Pcm16At16k && (payload & 1) != 0)
            {
                throw new WireException("audio", "payload", "an even number of bytes expected, got " + payload.ToString());
            }

            if (codec == AudioCodec.ImaAdpcmAt16k && payload != 0)
            {
                ImaAdpcm.CheckHeader(packet, HeaderBytes, payload);
            }
        }

        /// <summary>Codec id of a checked packet.</summary>
        public static int Codec(byte[] packet)
        {
            return packet[0] & 0x3F;
        }

        /// <summary>Flags of a checked packet.</summary>
        public static int Flags(byte[] packet)
        {
            return packet[1];
        }

        /// <summary>Sequence number of a checked packet, 0-65535, wrapping.</summary>
        public static int Sequence(byte[] packet)
        {
            return packet[2] | (packet[3] << 8);
        }

        /// <summary>Timestamp of a checked packet: the sender's uptime in ms, modulo 2^32, when its first sample was captured or made.</summary>
        public static long TimestampMs(byte[] packet)
        {
            return (uint)(packet[4] | (packet[5] << 8) | (packet[6] << 16) | (packet[7] << 24));
        }

        /// <summary>Samples a checked packet decodes to.</summary>
        public static int SampleCount(byte[] packet, int length)
        {
            int payload = length - HeaderBytes;
            if (payload == 0)
            {
                return 0;
            }

            return Codec(packet) == AudioCodec.Pcm16At16k ? payload / 2 : (payload - ImaAdpcm.HeaderBytes) * 2;
        }
    }
}
