using System;

namespace Wearable.Firmware.Heart
{
    /// <summary>
    /// Follows the pulse through movement: light and acceleration at 12.5 Hz, a window of 8 s every 2 s, spectra of all five signals, what the
    /// acceleration explains taken out of the light (Wiener, weighted by how strong the movement really is), and the best path of rates through
    /// all windows so far (max-sum). With look-back the same integers tell the rate of earlier windows better. One light is enough: on 14 wrist
    /// recordings the first of two alone erred by 1.94 bpm, both by 2.01.
    /// </summary>
    public sealed class MotionTracker
    {
        /// <summary>Samples per second, times ten.</summary>
        public const int RateDeciHz = 125;

        /// <summary>New samples between windows: 2 s.</summary>
        public const int HopSamples = 25;

        // Bins of 2.93 bpm: 14 to 66 are 41 to 193 bpm, and one more on each side for the parabola.
        private const int FirstBin = 13;
        private const int Bins = 55;
        private const int Last = Bins - 2;
        private const int Reach = 5;
        private const int Penalty = 48;
        private const int Full = 1024;
        private const int Ring = 128;

        // Stages of a tracker with one light: two transforms of two signals instead of three.
        private const int OneLight = 20;

        // From here on movement counts in full; a still sensor's own noise (a few milli-g) suppresses next to nothing.
        private const int FullMotionMilliG = 200;
        private const int MostMilliG = 100;

        private readonly int[] _first = new int[Ring];
        private readonly int[][] _rings;
        private readonly RealPairFft _fft = new RealPairFft();
        private readonly int[] _one = new int[Bins];
        private readonly int[] _two = new int[Bins];
        private readonly int[] _light = new int[Bins];
        private readonly int[] _lightBefore = new int[Bins];
        private readonly int[] _motion = new int[Bins];
        private readonly int[] _clean;
        private readonly int[] _from;
        private readonly int[] _jump = new int[2 * Reach + 1];
        private readonly int _look;
        private readonly bool _oneLight;
        private int[] _path = new int[Bins];
        private int[] _pathBefore = new int[Bins];
        private int _count;
        private int _fresh;
        private int _end;
        private int _stage;
        private bool _seeded;
        private int _still;
        private long _motionSquare;
        private long _square1;
        private long _square2;

        /// <summary>Makes a tracker.</summary>
        /// <param name="lookBackWindows">Windows of 2 s the answer may come late: 0 on the device, 5 at the gateway.</param>
        /// <param name="oneLight">True: the second light is not looked at, for a third less work.</param>
        /// <exception cref="ArgumentOutOfRangeException">Look-back outside 0 to 30.</exception>
        public MotionTracker(int lookBackWindows, bool oneLight)
        {
            _oneLight = oneLight;
            if (lookBackWindows < 0 || lookBackWindows > 30)
            {
                throw new ArgumentOutOfRangeException("lookBackWindows: 0 to 30 expected, got " + lookBackWindows);
            }

            _look = lookBackWindows;
            _rings = new int[][] { _first, new int[Ring], new int[Ring], new int[Ring], new int[Ring] };
            _clean = new int[(_look + 1) * Bins];
            _from = new int[(_look + 1) * Bins];
            for (int d = -Reach; d <= Reach; d++)
            {
                _jump[d + Reach] = Penalty * d * d;
            }
        }

        /// <summary>Windows judged since the last reset.</summary>
        public int Windows { get; private set; }

        /// <summary>Rate of the newest window, or with look-back of the window that many before; beats per minute times ten, 0 before the first.</summary>
        public int RateBpmX10 { get; private set; }

        /// <summary>How much the followed rate stands out in the newest cleaned spectrum: 1000 when it is its highest peak.</summary>
        public int PeakMilli { get; private set; }

        /// <summary>Share of the newest cleaned spectrum's power that lies at the followed rate or its first overtone, thousandths; for look-back 0.</summary>
        public int PurityMilli { get; private set; }

        /// <summary>How much of the strongest movement happens at the followed rate, thousandths: 1000 when the rate is that of the steps or swings; for look-back 0.</summary>
        public int SwingMilli { get; private set; }

        /// <summary>Movement of the newest window: root mean square without gravity, milli-g.</summary>
        public int MotionMilliG { get; private set; }

        /// <summary>Forgets everything; also to look anew after a loss.</summary>
        public void Reset()
        {
            _count = 0;
            _fresh = 0;
            _stage = 0;
            Windows = 0;
            RateBpmX10 = 0;
            PeakMilli = 0;
            PurityMilli = 0;
            MotionMilliG = 0;
            _seeded = false;
        }

        /// <summary>Follows anew from the next window on; the samples stay.</summary>
        /// <param name="rateBpmX10">Where the pulse was just now, beats per minute times ten; 0 unknown.</param>
        public void Begin(int rateBpmX10)
        {
            Windows = 0;
            RateBpmX10 = 0;
            PeakMilli = 0;
            PurityMilli = 0;
            _stage = 0;
            _seeded = rateBpmX10 > 0;
            if (!_seeded)
            {
                return;
            }

            int seed = rateBpmX10 * RealPairFft.Points / (RateDeciHz * 60) - FirstBin;
            for (int b = 1; b <= Last; b++)
            {
                int off = b - seed;
                _path[b] = -Penalty * off * off;
            }
        }

        /// <summary>Takes one sample of each signal, 12.5 a second.</summary>
        /// <param name="light1">Light of one LED, counts.</param>
        /// <param name="light2">Light of the other, counts; the same again when there is only one.</param>
        /// <param name="x">Acceleration, milli-g; 0 without a motion sensor.</param>
        /// <param name="y">Acceleration, milli-g.</param>
        /// <param name="z">Acceleration, milli-g.</param>
        /// <returns>True when a window is full: call <see cref="Step"/> until it says true, within 2 s.</returns>
        public bool Push(int light1, int light2, int x, int y, int z)
        {
            int at = _count & (Ring - 1);
            _first[at] = light1;
            if (!_oneLight)
            {
                _rings[1][at] = light2;
            }

            // Without a motion sensor its rings stay empty.
            _still = (x | y | z) != 0 ? 0 : _still + 1;
            if (_still <= Ring)
            {
                _rings[2][at] = x;
                _rings[3][at] = y;
                _rings[4][at] = z;
            }

            _count++;
            _fresh++;
            if (_count < RealPairFft.Samples || _fresh < HopSamples)
            {
                return false;
            }

            _fresh = 0;
            _end = _count;
            _stage = 1;
            return true;
        }

        /// <summary>One slice of the work on a full window.</summary>
        /// <returns>True when the window was judged just now.</returns>
        public bool Step()
        {
            switch (_stage)
            {
                case 1:
                    Fill(0, _fft.First);
                    _square1 = Fill(_oneLight ? 2 : 1, _fft.Second);
                    _fft.Begin();
                    break;
                case 2:
                    _fft.End();
                    Light();
                    break;
                case OneLight:
                    _square1 = Fill(3, _fft.First);
                    _square2 = Fill(4, _fft.Second);
                    _motionSquare += _square1 + _square2;
                    _fft.Begin();
                    break;
                case OneLight + 1:
                    _fft.End();
                    _fft.Magnitudes(FirstBin, Bins, _one, _two);
                    AddMotion(_one, _square1);
                    AddMotion(_two, _square2);
                    _stage = 6;
                    break;
                case 3:
                    Array.Clear(_motion, 0, Bins);
                    _square1 = Fill(2, _fft.First);
                    _square2 = Fill(3, _fft.Second);
                    _motionSquare = _square1 + _square2;
                    _fft.Begin();
                    break;
                case 4:
                    _fft.End();
                    _fft.Magnitudes(FirstBin, Bins, _one, _two);
                    AddMotion(_one, _square1);
                    AddMotion(_two, _square2);
                    break;
                case 5:
                    _square1 = Fill(4, _fft.First);
                    _motionSquare += _square1;
                    Array.Clear(_fft.Second, 0, RealPairFft.Samples);
                    _fft.Begin();
                    break;
                case 6:
                    _fft.End();
                    _fft.Magnitudes(FirstBin, Bins, _one, _two);
                    AddMotion(_one, _square1);
                    break;
                case 7:
                    Clean();
                    break;
                case 8:
                    Follow();
                    _stage = 0;
                    return true;
                default:
                    return false;
            }

            _stage = _stage == 2 && _oneLight ? OneLight : _stage + 1;
            return false;
        }

        private static int Root(long square)
        {
            if (square <= 0)
            {
                return 0;
            }

            long root = 1;
            while (root * root < square)
            {
                root <<= 1;
            }

            for (int i = 0; i < 5; i++)
            {
                root = (root + square / root) >> 1;
            }

            return (int)root;
        }

        private static int Highest(int[] bins, int offset)
        {
            int most = 1;
            for (int b = 1; b <= Last; b++)
            {
                if (bins[offset + b] > most)
                {
                    most = bins[offset + b];
                }
            }

            return most;
        }

        // The window of one signal, mean taken off, brought to a root mean square of 1024.
        private long Fill(int signal, int[] target)
        {
            int[] ring = _rings[signal];
            int start = (_end - RealPairFft.Samples) & (Ring - 1);
            int straight = Ring - start < RealPairFft.Samples ? Ring - start : RealPairFft.Samples;
            Array.Copy(ring, start, target, 0, straight);
            Array.Copy(ring, 0, target, straight, RealPairFft.Samples - straight);
            int sum = 0;
            for (int n = 0; n < RealPairFft.Samples; n++)
            {
                sum += target[n];
            }

            int mean = sum / RealPairFft.Samples;
            long square = 0;
            for (int n = 0; n < RealPairFft.Samples; n++)
            {
                long x = target[n] - mean;
                square += x * x;
            }

            square /= RealPairFft.Samples;
            int root = Root(square << 8);
            if (root < 16)
            {
                Array.Clear(target, 0, RealPairFft.Samples);
                return square;
            }

            // One division; light up to 18 bits times 1024 x 16 x 256 needs the long.
            long gain = (1024L * 16 << 20) / root;
            for (int n = 0; n < RealPairFft.Samples; n++)
            {
                target[n] = (int)(((target[n] - mean) * gain) >> 20);
            }

            return square;
        }

        private void Light()
        {
            _fft.Magnitudes(FirstBin, Bins, _one, _two);
            int[] light = _light;
            Array.Copy(light, _lightBefore, Bins);
            if (_oneLight)
            {
                // The second place of the transform held the first axis.
                Array.Copy(_one, light, Bins);
                Array.Clear(_motion, 0, Bins);
                _motionSquare = _square1;
                AddMotion(_two, _square1);
            }
            else
            {
                for (int b = 0; b < Bins; b++)
                {
                    light[b] = (_one[b] + _two[b]) >> 1;
                }
            }

            Scale(light, Full);
            if (Windows == 0)
            {
                Array.Copy(light, _lightBefore, Bins);
            }
        }

        // Each axis counts by how much it moves, up to 0.1 g: the noise of one that rests would hide the pulse everywhere.
        private void AddMotion(int[] axis, long square)
        {
            int most = Highest(axis, 0);
            int root = Root(square);
            if (root > MostMilliG)
            {
                root = MostMilliG;
            }

            int[] motion = _motion;
            for (int b = 0; b < Bins; b++)
            {
                motion[b] += (axis[b] * Full / most * root) >> 8;
            }
        }

        private void Scale(int[] bins, int full)
        {
            int most = Highest(bins, 0);
            for (int b = 0; b < Bins; b++)
            {
                bins[b] = bins[b] * full / most;
            }
        }

        private void Clean()
        {
            MotionMilliG = Root(_motionSquare);
            Scale(_motion, MotionMilliG >= FullMotionMilliG ? Full : MotionMilliG * Full / FullMotionMilliG);
            if (_look > 0)
            {
                Array.Copy(_clean, 0, _clean, Bins, _look * Bins);
                Array.Copy(_from, 0, _from, Bins, _look * Bins);
            }

            int[] light = _light;
            int[] before = _lightBefore;
            int[] motion = _motion;
            int[] clean = _clean;
            for (int b = 0; b < Bins; b++)
            {
                // Half difference, half ratio: the one forgets what is all movement, the other forgives what is partly so.
                int noise = motion[b];
                int whole = ((light[b] + before[b]) >> 1) + 1;
                int rest = noise >= whole ? 0 : Full - noise * Full / whole;
                int share = whole * Full / (whole + noise);
                clean[b] = light[b] * (rest + share) >> 11;
            }

            int most = Highest(clean, 0);
            for (int b = 0; b < Bins; b++)
            {
                clean[b] = clean[b] * 1000 / most;
            }
        }

        private void Follow()
        {
            int[] before = _path;
            int[] path = _pathBefore;
            int[] clean = _clean;
            int[] jump = _jump;
            bool first = Windows == 0 && !_seeded;
            int best = 1;
            for (int b = 1; b <= Last; b++)
            {
                int most = 0;
                int from = b;
                if (!first)
                {
                    int low = b - Reach < 1 ? 1 : b - Reach;
                    int high = b + Reach > Last ? Last : b + Reach;
                    most = before[b];
                    for (int k = low; k <= high; k++)
                    {
                        int sum = before[k] - jump[k - b + Reach];
                        if (sum > most)
                        {
                            most = sum;
                            from = k;
                        }
                    }
                }

                path[b] = most + clean[b];
                _from[b] = from;
                if (path[b] > path[best])
                {
                    best = b;
                }
            }

            // Only differences matter: the best path is 0, so that a day of windows does not run over.
            int top = path[best];
            for (int b = 1; b <= Last; b++)
            {
                path[b] -= top;
            }

            _path = path;
            _pathBefore = before;
            Windows++;
            PeakMilli = clean[best];
            PurityMilli = Purity(clean, best);
            SwingMilli = Swing(best);
            int depth = Windows - 1 < _look ? Windows - 1 : _look;
            for (int w = 0; w < depth; w++)
            {
                best = _from[w * Bins + best];
            }

            RateBpmX10 = Rate(depth * Bins, best);
        }

        private int Swing(int bin)
        {
            int[] motion = _motion;
            int most = motion[bin - 1] > motion[bin + 1] ? motion[bin - 1] : motion[bin + 1];
            return (most > motion[bin] ? most : motion[bin]) * 1000 / Full;
        }

        // Two bins beside the rate and three beside its overtone are its own: a window of 8 s is that sharp.
        private static int Purity(int[] clean, int bin)
        {
            int overtone = 2 * (FirstBin + bin) - FirstBin;
            int own = 0;
            int all = 1;
            for (int b = 1; b <= Last; b++)
            {
                int power = clean[b] * clean[b] >> 6;
                all += power;
                if ((b >= bin - 2 && b <= bin + 2) || (b >= overtone - 3 && b <= overtone + 3))
                {
                    own += power;
                }
            }

            return own * 1000 / all;
        }

        // Vertex of the parabola through the highest of the bin and its neighbours: 2.9297 bpm a bin.
        private int Rate(int offset, int bin)
        {
            int[] clean = _clean;
            int at = bin;
            if (bin > 1 && clean[offset + bin - 1] > clean[offset + at])
            {
                at = bin - 1;
            }

            if (bin < Last && clean[offset + bin + 1] > clean[offset + at])
            {
                at = bin + 1;
            }

            int left = clean[offset + at - 1];
            int right = clean[offset + at + 1];
            int bend = left - 2 * clean[offset + at] + right;
            int off = bend >= 0 ? 0 : ((left - right) << 7) / bend;
            off = off > 128 ? 128 : off < -128 ? -128 : off;
            return (int)((((long)(FirstBin + at) << 8) + off) * RateDeciHz * 60 / (RealPairFft.Points << 8));
        }
    }
}
