using System.Runtime.Intrinsics;
using Wearable.Firmware.Voice;

namespace Wearable.Training;

/// <summary>
/// The device's network in floats, for windows instead of streams: the same rows give the same scores as WakeNet does from its
/// reset. Forward and backward by hand on 24-wide rows (three vectors of eight): no native library, the same on every system.
/// </summary>
public sealed class FloatNet
{
    /// <summary>Channels.</summary>
    public const int C = WakeModel.Channels;

    /// <summary>Depthwise taps.</summary>
    public const int Taps = WakeModel.Taps;

    /// <summary>Blocks after the front.</summary>
    public const int Blocks = 4;

    /// <summary>
    /// Steps between the taps of each block (<see cref="WakeModel.DepthSpacing"/>): the network hears 1.66 s. With 1 everywhere it heard 1.02 s, and missed of
    /// people it never heard more: mean of two networks over curve and conditions (quiet, 10 dB noise, 3 m) 13.2 % of "computer" and 9.3 % of "view glass", so 10.8 and 6.3 %.
    /// </summary>
    public static IReadOnlyList<int> Spacing { get; } = [1, 1, 2, 2];

    private const int FrontInputs = WakeModel.FrontRows * WakeFeatures.Bands;
    private const float Ceiling = WakeModel.Ceiling / (float)WakeModel.One;

    /// <summary>A feature of this many units is 1.0 to the network.</summary>
    public const float FeatureOne = 32;

    private readonly int _batch, _rows;
    private readonly float[] _input;
    private readonly Stage[] _stages;
    private readonly float[] _scoreSlope;
    private readonly float[] _lastSlope;

    /// <summary>Buffers for windows of one size.</summary>
    /// <param name="batch">Windows at once.</param>
    /// <param name="rows">Rows of a window, a multiple of 4; of all windows together a multiple of 16.</param>
    /// <param name="random">Start weights.</param>
    /// <param name="words">Heads: one score each from the same body.</param>
    /// <exception cref="ArgumentException">The inner loops take four scores at a time and would write beyond their arrays.</exception>
    public FloatNet(int batch, int rows, Random random, int words = 1)
    {
        if (batch < 1 || rows < 4 || rows % 4 != 0 || batch * (long)rows % 16 != 0)
        {
            throw new ArgumentException($"network: rows of all windows a multiple of 16 and of one of 4 expected, got {batch} windows of {rows} rows");
        }

        Words = words;
        _batch = batch;
        _rows = rows;
        int steps = rows / 2;
        _input = new float[batch * steps * FrontInputs];
        _stages = new Stage[Blocks + 1];
        _stages[0] = new Stage(FrontInputs, batch, steps, steps, 1, random);
        for (int b = 1; b <= Blocks; b++)
        {
            int before = steps;
            if (b == 2)
            {
                steps /= 2;
            }

            _stages[b] = new Stage(C, batch, before, steps, Spacing[b - 1], random);
        }

        Scores = steps;
        Head = new Parameter(C * words, 0.15, 0, true, random);
        HeadBias = new Parameter(words, 0, -2, false, random);
        Score = new float[batch * steps * words];
        _scoreSlope = new float[batch * steps * words];
        _lastSlope = new float[batch * steps * C];
    }

    /// <summary>Scores of a window.</summary>
    public int Scores { get; }

    /// <summary>Words it hears.</summary>
    public int Words { get; }

    /// <summary>Unsmoothed log odds, [(window x Scores + k) x Words + word]; score k belongs to row 4 k + 3.</summary>
    public float[] Score { get; }

    /// <summary>Slope of the loss by each score, to be filled before <see cref="Backward"/>.</summary>
    public float[] ScoreSlope => _scoreSlope;

    /// <summary>Weights of the heads, [word x 24 + input].</summary>
    public Parameter Head { get; }

    /// <summary>Bias of each head.</summary>
    public Parameter HeadBias { get; }

    /// <summary>Front and blocks.</summary>
    public Stage[] Stages => _stages;

    /// <summary>All that is learned.</summary>
    public IEnumerable<Parameter> Parameters => _stages.SelectMany(s => s.Parameters).Append(Head).Append(HeadBias);

    /// <summary>Takes the weights of a net of another batch size.</summary>
    public void CopyFrom(FloatNet other)
    {
        foreach ((float[] mine, float[] theirs) in Learned.Zip(other.Learned))
        {
            theirs.CopyTo(mine, 0);
        }
    }

    /// <summary>Writes everything that was learned.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write(Words);
        foreach (float v in Learned.SelectMany(values => values))
        {
            writer.Write(v);
        }
    }

    /// <summary>Reads a net back that gives the same scores; its buffers hold windows of the trainer's size.</summary>
    public static FloatNet Read(BinaryReader reader)
    {
        FloatNet net = new(Trainer.Batch, Trainer.WindowRows, new Random(1), reader.ReadInt32());
        foreach (float[] values in net.Learned)
        {
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = reader.ReadSingle();
            }
        }

        return net;
    }

    private IEnumerable<float[]> Learned => [.. Parameters.Select(p => p.Value), .. _stages.SelectMany(s => new[] { s.RunningMean, s.RunningVariance })];

    /// <summary>Sets one window's rows.</summary>
    /// <param name="window">0 to batch - 1.</param>
    /// <param name="rows">Features, one row of 16 after another; exactly as many as the window has.</param>
    public void Set(int window, ReadOnlySpan<sbyte> rows)
    {
        int steps = _rows / 2, o = window * steps * FrontInputs;
        for (int s = 0; s < steps; s++)
        {
            for (int r = 2 * s - 1; r <= 2 * s + 1; r++)
            {
                for (int b = 0; b < WakeFeatures.Bands; b++)
                {
                    _input[o++] = r < 0 ? 0 : rows[r * WakeFeatures.Bands + b] / FeatureOne;
                }
            }
        }
    }

    /// <summary>Computes all scores. While learning, each layer is normalised by the batch; otherwise by the running figures.</summary>
    public void Forward(bool learning)
    {
        float[] x = _input;
        for (int s = 0; s <= Blocks; s++)
        {
            x = _stages[s].Forward(x, s > 0, learning);
        }

        ReadOnlySpan<float> head = Head.Value;
        for (int n = 0; n < Score.Length; n++)
        {
            int word = n % Words, o = n / Words * C;
            float sum = HeadBias.Value[word];
            for (int c = 0; c < C; c++)
            {
                sum += head[word * C + c] * x[o + c];
            }

            Score[n] = sum;
        }
    }

    /// <summary>Adds to the slopes of all parameters.</summary>
    public void Backward()
    {
        float[] x = _stages[Blocks].Output;
        Array.Clear(_lastSlope);
        for (int n = 0; n < Score.Length; n++)
        {
            float g = _scoreSlope[n];
            int word = n % Words, o = n / Words * C;
            HeadBias.Slope[word] += g;
            for (int c = 0; c < C; c++)
            {
                Head.Slope[word * C + c] += g * x[o + c];
                _lastSlope[o + c] += g * Head.Value[word * C + c];
            }
        }

        float[] slope = _lastSlope;
        for (int s = Blocks; s >= 0; s--)
        {
            slope = _stages[s].Backward(slope, s == 0 ? _input : _stages[s - 1].Output, s > 0);
        }
    }

    /// <summary>One layer: a depthwise column (blocks only), a mix, normalisation, clipping to 0..8.</summary>
    public sealed class Stage
    {
        private readonly int _inputs, _batch, _before, _steps, _spacing;
        private readonly float[] _columnOut, _columnSlope, _mixed, _inputSlope, _inverse, _normal, _batchMean = new float[C], _batchVariance = new float[C], _transposed = new float[C * C];

        internal Stage(int inputs, int batch, int before, int steps, int spacing, Random random)
        {
            _spacing = spacing;
            _inputs = inputs;
            _batch = batch;
            _before = before;
            _steps = steps;
            int n = batch * steps;
            Depth = new Parameter(Taps * C, 0.3, 0.1, true, random);
            Mix = new Parameter(inputs * C, Math.Sqrt(2.0 / inputs), 0, true, random);
            Gain = new Parameter(C, 0, 1, false, random);
            Bias = new Parameter(C, 0, 0.1, false, random);
            _columnOut = new float[n * C];
            _columnSlope = new float[n * C];
            _mixed = new float[n * C];
            _normal = new float[n * C];
            Output = new float[n * C];
            _inputSlope = new float[batch * before * inputs];
            _inverse = new float[C];
            RunningMean = new float[C];
            RunningVariance = [.. Enumerable.Repeat(1f, C)];
        }

        /// <summary>Depthwise weights, [tap x 24 + channel], oldest first. Unused in the front.</summary>
        public Parameter Depth { get; }

        /// <summary>Mix, [input x 24 + output].</summary>
        public Parameter Mix { get; }

        /// <summary>Scale after normalisation.</summary>
        public Parameter Gain { get; }

        /// <summary>Offset after normalisation.</summary>
        public Parameter Bias { get; }

        /// <summary>Running mean of the mix, per channel.</summary>
        public float[] RunningMean { get; }

        /// <summary>Running variance.</summary>
        public float[] RunningVariance { get; }

        internal float[] Output { get; }

        internal IEnumerable<Parameter> Parameters => [Depth, Mix, Gain, Bias];

        internal float[] Forward(float[] x, bool hasColumn, bool learning)
        {
            if (hasColumn)
            {
                Column(x);
                x = _columnOut;
            }

            int n = _batch * _steps;
            Rows24.Multiply(x, _inputs, n, Mix.Value, _mixed);
            Normalise(n, learning);
            return Output;
        }

        private void Column(float[] x)
        {
            int stride = _before / _steps;
            float[] w = Depth.Value;
            for (int b = 0; b < _batch; b++)
            {
                for (int t = 0; t < _steps; t++)
                {
                    int last = t * stride + stride - 1, o = (b * _steps + t) * C;
                    Vector256<float> a0 = default, a1 = default, a2 = default;
                    for (int j = FirstTap(last); j < Taps; j++)
                    {
                        int i = (b * _before + last - (Taps - 1 - j) * _spacing) * C;
                        a0 += Vector256.Create(x.AsSpan(i)) * Vector256.Create(w.AsSpan(j * C));
                        a1 += Vector256.Create(x.AsSpan(i + 8)) * Vector256.Create(w.AsSpan(j * C + 8));
                        a2 += Vector256.Create(x.AsSpan(i + 16)) * Vector256.Create(w.AsSpan(j * C + 16));
                    }

                    a0.CopyTo(_columnOut, o);
                    a1.CopyTo(_columnOut, o + 8);
                    a2.CopyTo(_columnOut, o + 16);
                }
            }
        }

        // The oldest tap that does not reach before the window.
        private int FirstTap(int last) => Math.Max(0, Taps - 1 - last / _spacing);

        private void Normalise(int n, bool learning)
        {
            float[] mean = RunningMean, variance = RunningVariance;
            if (learning)
            {
                (mean, variance) = (_batchMean, _batchVariance);
                Rows24.Moments(_mixed, n, mean, variance);
                for (int c = 0; c < C; c++)
                {
                    RunningMean[c] += 0.02f * (mean[c] - RunningMean[c]);
                    RunningVariance[c] += 0.02f * (variance[c] - RunningVariance[c]);
                }
            }

            for (int c = 0; c < C; c++)
            {
                _inverse[c] = 1 / MathF.Sqrt(variance[c] + 1e-3f);
            }

            Rows24.Normalise(_mixed, n, mean, _inverse, Gain.Value, Bias.Value, Ceiling, _normal, Output);
        }

        internal float[] Backward(float[] slope, float[] input, bool hasColumn)
        {
            int n = _batch * _steps;
            BackNormalise(slope, n);
            float[] x = hasColumn ? _columnOut : input;
            Rows24.AddOuter(x, _inputs, n, _mixed, Mix.Slope);
            if (hasColumn)
            {
                Rows24.MultiplyTransposed(_mixed, n, Mix.Value, _transposed, _columnSlope);
                BackColumn(input);
            }

            return _inputSlope;
        }

        // Slopes of what went into the normalisation replace the mix's values.
        private void BackNormalise(float[] slope, int n)
        {
            Rows24.BackNormalise(slope, Output, _normal, n, Ceiling, Gain.Value, Bias.Slope, Gain.Slope, _inverse, _mixed);
        }

        private void BackColumn(float[] x)
        {
            int stride = _before / _steps;
            float[] w = Depth.Value, dw = Depth.Slope;
            Array.Clear(_inputSlope);
            for (int b = 0; b < _batch; b++)
            {
                for (int t = 0; t < _steps; t++)
                {
                    int last = t * stride + stride - 1, o = (b * _steps + t) * C;
                    for (int j = FirstTap(last); j < Taps; j++)
                    {
                        int i = (b * _before + last - (Taps - 1 - j) * _spacing) * C;
                        for (int c = 0; c < C; c += 8)
                        {
                            Vector256<float> g = Vector256.Create(_columnSlope.AsSpan(o + c));
                            (Vector256.Create(dw.AsSpan(j * C + c)) + g * Vector256.Create(x.AsSpan(i + c))).CopyTo(dw, j * C + c);
                            (Vector256.Create(_inputSlope.AsSpan(i + c)) + g * Vector256.Create(w.AsSpan(j * C + c))).CopyTo(_inputSlope, i + c);
                        }
                    }
                }
            }
        }
    }
}
