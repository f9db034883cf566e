namespace Wearable.Firmware.Voice
{
    /// <summary>
    /// Power of 31 frequencies (125 Hz apart) of 64 samples at 8 kHz: the 64 real samples go as 32 complex ones through one
    /// FFT (first two stages without multiplications) and are split afterwards. Estimate: 5.5 k IL a frame.
    /// </summary>
    public sealed class Spectrum
    {
        /// <summary>Real samples of a frame.</summary>
        public const int Samples = 64;

        /// <summary>Complex points of the FFT.</summary>
        public const int Points = 32;

        // cos and sin of 2 pi k / 64 in Q12, k = 0..16.
        private static readonly short[] Cos64 =
        {
            4096, 4076, 4017, 3920, 3784, 3612, 3406, 3166, 2896, 2598, 2276, 1931, 1567, 1189, 799, 401, 0,
        };

        private readonly short[] _cos = Cos64;

        /// <summary>Real parts: even samples, in bit-reversed order (see <see cref="Place"/>), before <see cref="Transform"/>.</summary>
        public readonly int[] Re = new int[Points];

        /// <summary>Imaginary parts: odd samples.</summary>
        public readonly int[] Im = new int[Points];

        /// <summary>Where complex sample i goes: i with its five bits reversed.</summary>
        public static readonly sbyte[] Place =
        {
            0, 16, 8, 24, 4, 20, 12, 28, 2, 18, 10, 26, 6, 22, 14, 30,
            1, 17, 9, 25, 5, 21, 13, 29, 3, 19, 11, 27, 7, 23, 15, 31,
        };

        /// <summary>Transforms Re and Im in place and writes the power of frequencies 1 to 31.</summary>
        /// <param name="power">32 values; index k is k x 125 Hz; index 0 is set to 0. At most 2^26 when samples are within 2047.</param>
        public void Transform(int[] power)
        {
            int[] re = Re;
            int[] im = Im;
            FirstStages(re, im);
            Stage(re, im, 4, 8);
            Stage(re, im, 8, 4);
            Stage(re, im, 16, 2);
            Split(re, im, power);
        }

        // Two stages at once: their twiddles are 1 and -i.
        private static void FirstStages(int[] re, int[] im)
        {
            for (int i = 0; i < Points; i += 4)
            {
                int ar = re[i], ai = im[i], br = re[i + 1], bi = im[i + 1];
                int cr = re[i + 2], ci = im[i + 2], dr = re[i + 3], di = im[i + 3];
                int sr = ar + br, si = ai + bi;
                int tr = cr + dr, ti = ci + di;
                re[i] = sr + tr;
                im[i] = si + ti;
                re[i + 2] = sr - tr;
                im[i + 2] = si - ti;
                sr = ar - br;
                si = ai - bi;
                tr = cr - dr;
                ti = ci - di;
                re[i + 1] = sr + ti;
                im[i + 1] = si - tr;
                re[i + 3] = sr - ti;
                im[i + 3] = si + tr;
            }
        }

        // Radix 2; the twiddle is outside so that it is looked up once. turnStep: angle between two twiddles, in 1/64 of a circle.
        private void Stage(int[] re, int[] im, int half, int turnStep)
        {
            short[] cos = _cos;
            int size = half * 2;
            int turn = 0;
            for (int j = 0; j < half; j++)
            {
                if ((turn & 15) == 0)
                {
                    Plain(re, im, j, half, turn);
                    turn += turnStep;
                    continue;
                }

                // The angle is turn / 64 of a circle, 0 up to just under a half.
                int c = turn <= 16 ? cos[turn] : -cos[32 - turn];
                int s = turn <= 16 ? cos[16 - turn] : cos[turn - 16];
                for (int i = j; i < Points; i += size)
                {
                    int k = i + half;
                    int xr = re[k], xi = im[k];
                    int tr = (xr * c + xi * s) >> 12;
                    int ti = (xi * c - xr * s) >> 12;
                    xr = re[i];
                    xi = im[i];
                    re[i] = xr + tr;
                    im[i] = xi + ti;
                    re[k] = xr - tr;
                    im[k] = xi - ti;
                }

                turn += turnStep;
            }
        }

        // Butterflies whose twiddle is 1 (turn 0) or -i (turn 16): nothing to multiply.
        private static void Plain(int[] re, int[] im, int first, int half, int turn)
        {
            int size = half * 2;
            for (int i = first; i < Points; i += size)
            {
                int k = i + half;
                int tr = re[k], ti = im[k];
                if (turn != 0)
                {
                    int xr = tr;
                    tr = ti;
                    ti = -xr;
                }

                int ur = re[i], ui = im[i];
                re[i] = ur + tr;
                im[i] = ui + ti;
                re[k] = ur - tr;
                im[k] = ui - ti;
            }
        }

        // Frequencies k and 32 - k come from the same two points; twice the amplitude, shifted down by 4 before squaring.
        private void Split(int[] re, int[] im, int[] power)
        {
            short[] cos = _cos;
            power[0] = 0;
            for (int k = 1; k < 16; k++)
            {
                int n = Points - k;
                int ar = re[k] + re[n], ai = im[k] - im[n];
                int br = im[k] + im[n], bi = re[n] - re[k];
                int c = cos[k], s = cos[16 - k];
                int tr = (br * c + bi * s) >> 12;
                int ti = (bi * c - br * s) >> 12;
                int pr = (ar + tr) >> 4, pi = (ai + ti) >> 4;
                power[k] = pr * pr + pi * pi;
                pr = (ar - tr) >> 4;
                pi = (ai - ti) >> 4;
                power[n] = pr * pr + pi * pi;
            }

            int mr = re[16] >> 3, mi = im[16] >> 3;
            power[16] = mr * mr + mi * mi;
        }
    }
}
