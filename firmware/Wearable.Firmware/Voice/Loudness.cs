using System;
using Wearable.Contract;

namespace Wearable.Firmware.Voice
{
    /// <summary>The volume: samples times a factor, applied when sound arrives, because the amplifiers have none. Counted: 38 IL a sample.</summary>
    public static class Loudness
    {
        /// <summary>The factor that changes nothing: <see cref="Gain"/> is in 1/256.</summary>
        public const int Unchanged = 1 << ImaAdpcm.GainBits;

        /// <summary>Turns a volume into a factor of amplitude in 1/256.</summary>
        /// <param name="percent">0-100.</param>
        /// <exception cref="ArgumentException">Another number.</exception>
        public static int Gain(int percent)
        {
            if (percent < 0 || percent > 100)
            {
                throw new ArgumentException("volume: 0 to 100 expected, got " + percent.ToString());
            }

            return percent * Unchanged / 100;
        }

        /// <summary>Scales samples into another array.</summary>
        /// <param name="pcm">int16 little-endian.</param>
        /// <param name="offset">First byte.</param>
        /// <param name="count">Bytes, even.</param>
        /// <param name="gain">From <see cref="Gain"/>.</param>
        /// <param name="scaled">Receives them from index 0.</param>
        public static void Scale(byte[] pcm, int offset, int count, int gain, byte[] scaled)
        {
            for (int to = 0; to < count; to += 2)
            {
                int sample = ((pcm[offset] | ((sbyte)pcm[offset + 1] << 8)) * gain) >> ImaAdpcm.GainBits;
                scaled[to] = (byte)sample;
                scaled[to + 1] = (byte)(sample >> 8);
                offset += 2;
            }
        }
    }
}
