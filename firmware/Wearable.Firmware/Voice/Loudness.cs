using System;

namespace Wearable.Firmware.Voice
{
    /// <summary>
    /// The speaker's volume, for boards whose amplifier has none: int16 little-endian samples times a factor. At full volume a native copy, else
    /// about 30 IL a sample. Here and not in a board, so that the meter counts it.
    /// </summary>
    public sealed class Loudness
    {
        private int _gain = 256;

        /// <summary>Sets the factor.</summary>
        /// <param name="percent">0-100, of amplitude.</param>
        /// <exception cref="ArgumentException">Another number.</exception>
        public void SetPercent(int percent)
        {
            if (percent < 0 || percent > 100)
            {
                throw new ArgumentException("volume: 0 to 100 expected, got " + percent.ToString());
            }

            _gain = percent * 256 / 100;
        }

        /// <summary>Scales samples into another array.</summary>
        /// <param name="pcm">int16 little-endian.</param>
        /// <param name="offset">First byte.</param>
        /// <param name="count">Bytes, even.</param>
        /// <param name="scaled">Receives them from index 0.</param>
        public void Scale(byte[] pcm, int offset, int count, byte[] scaled)
        {
            int gain = _gain;
            if (gain == 256)
            {
                Array.Copy(pcm, offset, scaled, 0, count);
                return;
            }

            for (int to = 0; to < count; to += 2)
            {
                int sample = ((pcm[offset] | ((sbyte)pcm[offset + 1] << 8)) * gain) >> 8;
                scaled[to] = (byte)sample;
                scaled[to + 1] = (byte)(sample >> 8);
                offset += 2;
            }
        }
    }
}
