using System;

namespace Wearable.Firmware.Voice
{
    /// <summary>
    /// The streaming network: takes one row of features every 20 ms, gives a new score per word every 80 ms.
    /// How far back it hears is the model's (<see cref="WakeModel.DepthSpacing"/>): 1.66 s with the shipped one. Weights are packed in pairs at the start (17 KB), see Mix.
    /// </summary>
    public sealed class WakeNet
    {
        /// <summary>Rows between two scores: the front halves the rate, the second block halves it again.</summary>
        public const int RowsPerScore = 4;

        private const int C = WakeModel.Channels;
        private const int StrideBlock = 1;

        private readonly int _blocks;
        private readonly int[] _frontBias;
        private readonly sbyte[] _frontShift;
        private readonly sbyte[][] _depthWeights;
        private readonly sbyte[][] _depthShift;
        private readonly int[][] _mixBias;
        private readonly sbyte[][] _mixShift;
        private readonly sbyte[] _headWeights;
        private readonly int[] _headBias;
        private readonly sbyte[] _headShift;
        private readonly int[] _rows = new int[WakeModel.FrontRows * WakeFeatures.Bands];
        private readonly long[][][] _front;
        private readonly long[][][] _mixes;
        private readonly short[][] _columns;
        private readonly int[] _taps;
        private readonly int[] _sum = new int[C];
        private readonly int[] _mixed = new int[C];
        private readonly short[] _last = new short[C];
        private readonly int[] _logits;
        private int _rowCount;
        private int _stepCount;

        /// <summary>Builds the network's memory once.</summary>
        /// <param name="model">Weights; not changed. What is packed here is not kept: 3.5 KB less once nobody else holds the model.</param>
        /// <exception cref="ArgumentException">An array of the model has another length than its shape says.</exception>
        public WakeNet(WakeModel model)
        {
            WakeModelCheck.Throw(model);
            _blocks = model.MixWeights.Length;
            _frontBias = model.FrontBias;
            _frontShift = model.FrontShift;
            _depthWeights = model.DepthWeights;
            _depthShift = model.DepthShift;
            _mixBias = model.MixBias;
            _mixShift = model.MixShift;
            _headWeights = model.HeadWeights;
            _headBias = model.HeadBias;
            _headShift = model.HeadShift;
            _front = new long[][][] { Pack(model.FrontWeights[0]), Pack(model.FrontWeights[1]) };
            _mixes = new long[_blocks][][];
            _columns = new short[_blocks][];
            _taps = new int[_blocks];
            for (int b = 0; b < _blocks; b++)
            {
                _mixes[b] = Pack(model.MixWeights[b]);
                _taps[b] = model.DepthSpacing[b] * C;
                _columns[b] = new short[((WakeModel.Taps - 1) * _taps[b]) + C];
            }

            _logits = new int[model.Words.Length];
            Reset();
        }

        /// <summary>Raw score of each word after the last true <see cref="Push"/>, 256 = 1.0 (log odds).</summary>
        public int[] Logits
        {
            get { return _logits; }
        }

        /// <summary>Forgets all rows, as if silence had been heard for ever.</summary>
        public void Reset()
        {
            Array.Clear(_rows, 0, _rows.Length);
            for (int b = 0; b < _blocks; b++)
            {
                Array.Clear(_columns[b], 0, _columns[b].Length);
            }

            _rowCount = 0;
            _stepCount = 0;
        }

        /// <summary>Takes one row. True when <see cref="Logits"/> are new (every fourth row).</summary>
        /// <param name="row">Bands features, as <see cref="WakeFeatures"/> gives them. Not kept.</param>
        public bool Push(int[] row)
        {
            int[] rows = _rows;
            Array.Copy(rows, WakeFeatures.Bands, rows, 0, (WakeModel.FrontRows - 1) * WakeFeatures.Bands);
            Array.Copy(row, 0, rows, (WakeModel.FrontRows - 1) * WakeFeatures.Bands, WakeFeatures.Bands);
            _rowCount++;
            if ((_rowCount & 1) != 0)
            {
                return false;
            }

            return Step();
        }

        private bool Step()
        {
            int[] sum = _sum;
            Array.Copy(_frontBias, 0, sum, 0, C);
            Mix(_rows, 0, _front[0], sum);
            Mix(_rows, C, _front[1], sum);
            sbyte[] shift = _frontShift;
            for (int b = 0; b < _blocks; b++)
            {
                short[] column = _columns[b];
                int newest = column.Length - C;
                Array.Copy(column, C, column, 0, newest);
                Squash(sum, shift, column, newest);
                if (b == StrideBlock)
                {
                    _stepCount++;
                    if ((_stepCount & 1) != 0)
                    {
                        return false;
                    }
                }

                Depth(column, _taps[b], _depthWeights[b], _depthShift[b], _mixed);
                Array.Copy(_mixBias[b], 0, sum, 0, C);
                Mix(_mixed, 0, _mixes[b], sum);
                shift = _mixShift[b];
            }

            Squash(sum, shift, _last, 0);
            Head(_last);
            return true;
        }

        private void Head(short[] x)
        {
            sbyte[] w = _headWeights;
            int i = 0;
            for (int word = 0; word < _logits.Length; word++)
            {
                int acc = _headBias[word];
                for (int c = 0; c < C; c++)
                {
                    acc += w[i++] * x[c];
                }

                _logits[word] = acc >> _headShift[word];
            }
        }

        // taps: places from one tap's step to the next.
        private static void Depth(short[] column, int taps, sbyte[] w, sbyte[] shift, int[] result)
        {
            int second = taps, third = 2 * taps, fourth = 3 * taps, fifth = 4 * taps;
            int i = 0;
            for (int c = 0; c < C; c++)
            {
                int acc = w[i] * column[c]
                    + w[i + 1] * column[c + second]
                    + w[i + 2] * column[c + third]
                    + w[i + 3] * column[c + fourth]
                    + w[i + 4] * column[c + fifth];
                result[c] = acc >> shift[c];
                i += WakeModel.Taps;
            }
        }

        // Shifts every sum to 1/256 units and clips it to 0..Ceiling.
        private static void Squash(int[] sum, sbyte[] shift, short[] to, int at)
        {
            for (int c = 0; c < C; c++)
            {
                int v = sum[c] >> shift[c];
                if (v < 0)
                {
                    v = 0;
                }
                else if (v > WakeModel.Ceiling)
                {
                    v = WakeModel.Ceiling;
                }

                to[at] = (short)v;
                at++;
            }
        }

        // Two outputs share one 64-bit product: the lower half of a packed weight belongs to the even output, the upper to the odd
        // one. The inputs stay in locals and each pair of outputs has its own array, so that places in it are constants: 6 IL for two
        // products, against 13 for one on arrays. Exact while a sum is below 2^31.
        private static void Mix(int[] x, int o, long[][] pairs, int[] sum)
        {
            long x0 = x[o], x1 = x[o + 1], x2 = x[o + 2], x3 = x[o + 3], x4 = x[o + 4], x5 = x[o + 5];
            long x6 = x[o + 6], x7 = x[o + 7], x8 = x[o + 8], x9 = x[o + 9], x10 = x[o + 10], x11 = x[o + 11];
            long x12 = x[o + 12], x13 = x[o + 13], x14 = x[o + 14], x15 = x[o + 15], x16 = x[o + 16], x17 = x[o + 17];
            long x18 = x[o + 18], x19 = x[o + 19], x20 = x[o + 20], x21 = x[o + 21], x22 = x[o + 22], x23 = x[o + 23];
            int c = 0;
            for (int pair = 0; pair < C / 2; pair++)
            {
                long[] w = pairs[pair];
                long acc = w[0] * x0 + w[1] * x1 + w[2] * x2 + w[3] * x3 + w[4] * x4 + w[5] * x5 + w[6] * x6 + w[7] * x7
                    + w[8] * x8 + w[9] * x9 + w[10] * x10 + w[11] * x11 + w[12] * x12 + w[13] * x13 + w[14] * x14 + w[15] * x15
                    + w[16] * x16 + w[17] * x17 + w[18] * x18 + w[19] * x19 + w[20] * x20 + w[21] * x21 + w[22] * x22 + w[23] * x23;
                int even = (int)acc;
                sum[c] += even;
                sum[c + 1] += (int)((acc - even) >> 32);
                c += 2;
            }
        }

        private static long[][] Pack(sbyte[] w)
        {
            long[][] pairs = new long[C / 2][];
            for (int pair = 0; pair < C / 2; pair++)
            {
                pairs[pair] = new long[C];
                for (int k = 0; k < C; k++)
                {
                    pairs[pair][k] = w[2 * pair * C + k] + ((long)w[(2 * pair + 1) * C + k] << 32);
                }
            }

            return pairs;
        }
    }
}
