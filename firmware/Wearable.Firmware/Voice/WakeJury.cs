using System;

namespace Wearable.Firmware.Voice
{
    /// <summary>
    /// Other networks look at the sound in which the first one heard something: what several networks agree on is more often a word than what one hears.
    /// It keeps the last rows of features; a juror works through them layer by layer, which gives the scores that it would have had, had it heard them
    /// one by one (<see cref="WakeNet"/>). A look takes <see cref="Parts"/> passes of the device's loop. Memory: 7 KB, and 2 KB while it looks.
    /// </summary>
    public sealed class WakeJury
    {
        /// <summary>Calls of <see cref="Look"/> that make one look.</summary>
        public const int Parts = 5;

        /// <summary>Most scores before the newest that a look goes back to.</summary>
        public const int MostBack = 2;

        private const int C = WakeModel.Channels;
        private const int Taps = WakeModel.Taps;
        private const int Bands = WakeFeatures.Bands;

        // Steps of the front for the scores of a look: four blocks of five taps, the second at half the rate.
        private const int MostSteps = (2 * (MostBack + 2 + 8)) + 3 + Taps - 1;
        private const int RowSlots = 64;

        private readonly WakeJuror[] _jurors;
        private readonly int _words;
        // The first two rows once more after the last one: three rows are always in a row.
        private readonly sbyte[] _rows = new sbyte[(RowSlots + WakeModel.FrontRows - 1) * Bands];
        private readonly int[] _x = new int[MostSteps * C];
        private readonly long[][] _pairs = new long[C / 2][];
        private readonly int[] _sum = new int[C];
        private readonly int[] _scores;
        private WakeModel _parts;
        private int _rowCount;
        private int _count;
        private int _back;
        private int _last;
        private int _part;

        /// <summary>Makes its memory.</summary>
        /// <param name="jurors">The networks; each knows the same words as the first one, in the same order.</param>
        /// <param name="words">How many.</param>
        public WakeJury(WakeJuror[] jurors, int words)
        {
            _jurors = jurors;
            _words = words;
            _scores = new int[(MostBack + 1) * words];
            for (int pair = 0; pair < _pairs.Length; pair++)
            {
                _pairs[pair] = new long[C];
            }
        }

        /// <summary>How many networks.</summary>
        public int Count
        {
            get { return _jurors.Length; }
        }

        /// <summary>What the last juror said: the sum of two raw scores one after the other (256 = 1.0 of log odds), [back x words + word], the newest first.</summary>
        public int[] Scores
        {
            get { return _scores; }
        }

        /// <summary>Forgets all rows.</summary>
        public void Reset()
        {
            _rowCount = 0;
            _parts = null;
            _part = 0;
            Array.Clear(_rows, (RowSlots - 1) * Bands, Bands); // the row before the first one
        }

        /// <summary>Keeps one row.</summary>
        /// <param name="row">As <see cref="WakeNet.Push"/> takes it.</param>
        public void Keep(int[] row)
        {
            sbyte[] rows = _rows;
            int slot = _rowCount & (RowSlots - 1);
            int o = slot * Bands;
            for (int b = 0; b < Bands; b++)
            {
                rows[o] = (sbyte)row[b];
                o++;
            }

            if (slot < WakeModel.FrontRows - 1)
            {
                Array.Copy(rows, slot * Bands, rows, (slot + RowSlots) * Bands, Bands);
            }

            _rowCount++;
        }

        /// <summary>Lets one juror look, a part of it a call (about 0.1 M IL, the last one less). True: <see cref="Scores"/> are now its. No row may come in between.</summary>
        /// <param name="juror">0 to <see cref="Count"/> - 1.</param>
        /// <param name="back">How many scores before the newest are wanted too, 0 to <see cref="MostBack"/>; of the first part.</param>
        public bool Look(int juror, int back)
        {
            WakeJuror network = _jurors[juror];
            int part = _part;
            _part = part + 1 < Parts ? part + 1 : 0;
            switch (part)
            {
                case 0:
                    _parts = network.Parts();
                    _back = back;
                    _count = (2 * (back + 2 + 8)) + 3 + Taps - 1;
                    _last = _rowCount / 2;
                    Front(network, 0);
                    return false;
                case 1:
                    Front(network, 1);
                    return false;
                case 2:
                    Block(network, 0, 1);
                    return false;
                case 3:
                    _last /= 2;
                    Block(network, 1, 2);
                    Block(network, 2, 1);
                    Block(network, 3, 1);
                    return false;
                default:
                    Heads(_parts, _last, _back);
                    _parts = null;
                    return true;
            }
        }

        // Half of the inputs for all steps: one matrix at a time is packed. After the first half the sums are not done yet.
        private void Front(WakeJuror network, int half)
        {
            Pack(network.Matrix(half));
            int[] bias = _parts.FrontBias;
            sbyte[] shift = _parts.FrontShift;
            for (int i = 0; i < _count; i++)
            {
                int step = _last - _count + 1 + i;
                if (step < 1)
                {
                    Array.Clear(_x, i * C, C);
                    continue;
                }

                int first = ((2 * step) - WakeModel.FrontRows) & (RowSlots - 1);
                Array.Copy(half == 0 ? bias : _x, half == 0 ? 0 : i * C, _sum, 0, C);
                WakeNet.Mix(_rows, (first * Bands) + (half * C), _pairs, _sum);
                if (half == 1)
                {
                    WakeNet.Squash(_sum, shift);
                }

                Array.Copy(_sum, 0, _x, i * C, C);
            }
        }

        // In place: a step's result lies before all inputs that are still wanted.
        private void Block(WakeJuror network, int block, int stride)
        {
            WakeModel parts = _parts;
            int made = (_count - Taps) / stride + 1;
            Pack(network.Matrix(2 + block));
            Depth(parts.DepthWeights[block], parts.DepthShift[block], stride, made);
            int[] x = _x;
            for (int i = 0; i < made; i++)
            {
                if (_last - made + 1 + i < 1)
                {
                    Array.Clear(x, i * C, C);
                    continue;
                }

                Array.Copy(parts.MixBias[block], 0, _sum, 0, C);
                WakeNet.Mix(x, i * C, _pairs, _sum);
                WakeNet.Squash(_sum, parts.MixShift[block]);
                Array.Copy(_sum, 0, x, i * C, C);
            }

            _count = made;
        }

        // All steps of a channel together: its weights stay in locals, 50 IL a number instead of 80.
        private void Depth(sbyte[] w, sbyte[] shifts, int stride, int made)
        {
            int[] x = _x;
            int step = stride * C;
            for (int c = 0; c < C; c++)
            {
                int k = c * Taps;
                int w0 = w[k], w1 = w[k + 1], w2 = w[k + 2], w3 = w[k + 3], w4 = w[k + 4], shift = shifts[c];
                int o = c;
                int r = c;
                for (int i = 0; i < made; i++)
                {
                    x[r] = ((w0 * x[o]) + (w1 * x[o + C]) + (w2 * x[o + (2 * C)]) + (w3 * x[o + (3 * C)]) + (w4 * x[o + (4 * C)])) >> shift;
                    o += step;
                    r += C;
                }
            }
        }

        private void Heads(WakeModel parts, int last, int back)
        {
            for (int word = 0; word < _words; word++)
            {
                int before = Head(parts, word, 0, last - back - 1);
                for (int i = 1; i <= back + 1; i++)
                {
                    int now = Head(parts, word, i, last - back - 1 + i);
                    _scores[((back + 1 - i) * _words) + word] = now + before;
                    before = now;
                }
            }
        }

        private int Head(WakeModel parts, int word, int place, int score)
        {
            if (score < 1)
            {
                return -WakeModel.Ceiling;
            }

            int acc = parts.HeadBias[word];
            for (int c = 0; c < C; c++)
            {
                acc += parts.HeadWeights[(word * C) + c] * _x[(place * C) + c];
            }

            return acc >> parts.HeadShift[word];
        }

        private void Pack(sbyte[] w)
        {
            for (int pair = 0; pair < C / 2; pair++)
            {
                WakeNet.Pack(w, pair, _pairs[pair]);
            }
        }
    }
}
