namespace Wearable.Firmware.Voice
{
    /// <summary>Logarithms without floating point.</summary>
    public static class IntegerLog
    {
        /// <summary>log2 of a value in sixteenths, straight between powers of two (at most 0.09 octaves too low); 0 for 0 and 1.</summary>
        /// <param name="value">0 and more.</param>
        public static int Sixteenths(int value)
        {
            if (value < 2)
            {
                return 0;
            }

            int octave = 0;
            int v = value;
            if (v >= 1 << 16)
            {
                v >>= 16;
                octave = 16;
            }

            if (v >= 1 << 8)
            {
                v >>= 8;
                octave += 8;
            }

            if (v >= 1 << 4)
            {
                v >>= 4;
                octave += 4;
            }

            if (v >= 1 << 2)
            {
                v >>= 2;
                octave += 2;
            }

            if (v >= 1 << 1)
            {
                octave++;
            }

            int below = octave >= 4 ? value >> (octave - 4) : value << (4 - octave);
            return octave * 16 + (below & 15);
        }
    }
}
