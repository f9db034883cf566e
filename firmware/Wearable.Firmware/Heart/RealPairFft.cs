using System;

namespace Wearable.Firmware.Heart
{
    /// <summary>
    /// Spectra of two real signals of 100 samples with one complex transform of 256 points, in integers (twiddles Q12). Split in two halves
    /// of about 30 k instructions each, so that a pass of the device's loop stays short. Samples of mean square 1024 squared cannot overflow.
    /// </summary>
    public sealed class RealPairFft
    {
        /// <summary>Samples transformed; the rest of the 256 points is zero.</summary>
        public const int Samples = 100;

        /// <summary>Points of the transform.</summary>
        public const int Points = 256;

        private const int Half = Points / 2;
        private const int Middle = 16;

        private static readonly int[] s_sine = MakeSine();
        private static readonly int[] s_reversed = MakeReversed();

        private readonly int[] _re = new int[Points];
        private readonly int[] _im = new int[Points];

        /// <summary>First signal: the caller fills 100 samples, mean zero, mean square 1024 squared.</summary>
        public int[] First
        {
            get { return _re; }
        }

        /// <summary>Second signal, as <see cref="First"/>.</summary>
        public int[] Second
        {
            get { return _im; }
        }

        /// <summary>First half of the work. The second half of the points is zero: its stage is only a turn.</summary>
        public void Begin()
        {
            int[] re = _re;
            int[] im = _im;
            int[] sine = s_sine;
            for (int n = 0; n < Samples; n++)
            {
                int c = sine[n + 64];
                int s = sine[n];
                int x = re[n];
                int y = im[n];
                re[n + Half] = (x * c + y * s) >> 12;
                im[n + Half] = (y * c - x * s) >> 12;
            }

            Array.Clear(re, Samples, Half - Samples);
            Array.Clear(im, Samples, Half - Samples);
            Array.Clear(re, Samples + Half, Half - Samples);
            Array.Clear(im, Samples + Half, Half - Samples);

            for (int size = Half; size > Middle; size >>= 1)
            {
                Stage(size);
            }
        }

        /// <summary>Second half of the work.</summary>
        public void End()
        {
            Stage(Middle);
            Stage(Middle >> 1);
            Fours();
        }

        /// <summary>Magnitudes of both spectra, about 3 % exact, from one bin on.</summary>
        /// <param name="from">First bin, at least 1.</param>
        /// <param name="count">How many bins, up to bin 127.</param>
        /// <param name="first">Receives those of the first signal.</param>
        /// <param name="second">Receives those of the second signal.</param>
        public void Magnitudes(int from, int count, int[] first, int[] second)
        {
            int[] re = _re;
            int[] im = _im;
            int[] reversed = s_reversed;
            for (int i = 0; i < count; i++)
            {
                int a = reversed[from + i];
                int b = reversed[Points - from - i];
                int reA = re[a];
                int imA = im[a];
                int reB = re[b];
                int imB = im[b];
                first[i] = Magnitude(reA + reB, imA - imB);
                second[i] = Magnitude(imA + imB, reB - reA);
            }
        }

        // The larger of: the greater part; 7/8 of it and half the smaller.
        private static int Magnitude(int x, int y)
        {
            if (x < 0)
            {
                x = -x;
            }

            if (y < 0)
            {
                y = -y;
            }

            int more = x > y ? x : y;
            int both = more - (more >> 3) + ((x + y - more) >> 1);
            return more > both ? more : both;
        }

        // Radix 2, decimation in frequency: the twiddle is the outer loop, so that it is read once.
        private void Stage(int size)
        {
            int[] re = _re;
            int[] im = _im;
            int[] sine = s_sine;
            int half = size >> 1;
            int step = Points / size;
            for (int a = 0; a < Points; a += size)
            {
                int b = a + half;
                int reA = re[a];
                int imA = im[a];
                int reB = re[b];
                int imB = im[b];
                re[a] = reA + reB;
                im[a] = imA + imB;
                re[b] = reA - reB;
                im[b] = imA - imB;
            }

            for (int j = 1; j < half; j++)
            {
                int c = sine[j * step + 64];
                int s = sine[j * step];
                for (int a = j; a < Points; a += size)
                {
                    int b = a + half;
                    int reA = re[a];
                    int imA = im[a];
                    int reB = re[b];
                    int imB = im[b];
                    re[a] = reA + reB;
                    im[a] = imA + imB;
                    reA -= reB;
                    imA -= imB;
                    re[b] = (reA * c + imA * s) >> 12;
                    im[b] = (imA * c - reA * s) >> 12;
                }
            }
        }

        // The last two stages at once: their twiddles are 1 and -i, nothing to multiply.
        private void Fours()
        {
            int[] re = _re;
            int[] im = _im;
            for (int i = 0; i < Points; i += 4)
            {
                int even = re[i] + re[i + 2];
                int odd = re[i + 1] + re[i + 3];
                int evenIm = im[i] + im[i + 2];
                int oddIm = im[i + 1] + im[i + 3];
                int difference = re[i] - re[i + 2];
                int turned = im[i + 1] - im[i + 3];
                int differenceIm = im[i] - im[i + 2];
                int turnedIm = re[i + 3] - re[i + 1];
                re[i] = even + odd;
                im[i] = evenIm + oddIm;
                re[i + 1] = even - odd;
                im[i + 1] = evenIm - oddIm;
                re[i + 2] = difference + turned;
                im[i + 2] = differenceIm + turnedIm;
                re[i + 3] = difference - turned;
                im[i + 3] = differenceIm - turnedIm;
            }
        }

        // A quarter wave (x 4096) by a rotation in 30 bits, mirrored; integers only, so that every machine has the same.
        private static int[] MakeSine()
        {
            const long CosStep = 1073418433;
            const long SinStep = 26350943;
            int[] sine = new int[Points / 2 + Points / 4];
            long x = 1L << 30;
            long y = 0;
            for (int i = 0; i <= Points / 4; i++)
            {
                int value = (int)((y + (1 << 17)) >> 18);
                sine[i] = value;
                sine[Points / 2 - i] = value;
                long turned = (x * CosStep - y * SinStep + (1 << 29)) >> 30;
                y = (y * CosStep + x * SinStep + (1 << 29)) >> 30;
                x = turned;
            }

            for (int i = Points / 2 + 1; i < sine.Length; i++)
            {
                sine[i] = -sine[i - Points / 2];
            }

            return sine;
        }

        private static int[] MakeReversed()
        {
            int[] reversed = new int[Points];
            for (int i = 1; i < Points; i++)
            {
                reversed[i] = (reversed[i >> 1] >> 1) | ((i & 1) << 7);
            }

            return reversed;
        }
    }
}
