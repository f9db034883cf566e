using Wearable.Firmware.Voice;

namespace Wearable.Training;

/// <summary>
/// Turns a trained network into the device's arrays: normalisation folded into the mix, every output's weights scaled by its own
/// power of two to int8, biases in units of the sum with half a step for rounding.
/// </summary>
public static class Quantiser
{
    private const int C = FloatNet.C;

    // The features come in 1/32, the layers speak in 1/256: three more doublings in the front.
    private const int FrontExtra = 3, LargestShift = 12;

    /// <summary>The device's model.</summary>
    public static WakeModel Quantise(FloatNet net, string[] words, int[] thresholds, string version)
    {
        WakeModel model = new()
        {
            Version = version, Words = words, Thresholds = thresholds,
            FrontWeights = [new sbyte[C * C], new sbyte[C * C]], FrontBias = new int[C], FrontShift = new sbyte[C],
            DepthSpacing = [.. FloatNet.Spacing.Select(s => (sbyte)s)],
            DepthWeights = new sbyte[FloatNet.Blocks][], DepthShift = new sbyte[FloatNet.Blocks][],
            MixWeights = new sbyte[FloatNet.Blocks][], MixBias = new int[FloatNet.Blocks][], MixShift = new sbyte[FloatNet.Blocks][],
            HeadWeights = new sbyte[C * words.Length], HeadBias = new int[words.Length], HeadShift = new sbyte[words.Length],
        };
        for (int s = 0; s <= FloatNet.Blocks; s++)
        {
            FloatNet.Stage stage = net.Stages[s];
            int inputs = s == 0 ? 2 * C : C;
            sbyte[] mix = new sbyte[inputs * C], shift = new sbyte[C];
            int[] bias = new int[C];
            for (int c = 0; c < C; c++)
            {
                float scale = stage.Gain.Value[c] / MathF.Sqrt(stage.RunningVariance[c] + 1e-3f);
                float[] w = [.. Enumerable.Range(0, inputs).Select(k => stage.Mix.Value[k * C + c] * scale)];
                float b = stage.Bias.Value[c] - stage.RunningMean[c] * scale;
                (sbyte[] q, int n) = Round(w, s == 0 ? FrontExtra : 0);
                int right = s == 0 ? n - FrontExtra : n;
                shift[c] = (sbyte)right;
                bias[c] = (int)MathF.Round(b * WakeModel.One * (1 << right)) + (right > 0 ? 1 << (right - 1) : 0);
                for (int k = 0; k < inputs; k++)
                {
                    mix[c * inputs + k] = q[k];
                }
            }

            if (s == 0)
            {
                for (int c = 0; c < C; c++)
                {
                    Array.Copy(mix, c * inputs, model.FrontWeights[0], c * C, C);
                    Array.Copy(mix, c * inputs + C, model.FrontWeights[1], c * C, C);
                }

                (model.FrontBias, model.FrontShift) = (bias, shift);
            }
            else
            {
                (model.MixWeights[s - 1], model.MixBias[s - 1], model.MixShift[s - 1]) = (mix, bias, shift);
                (model.DepthWeights[s - 1], model.DepthShift[s - 1]) = Depth(stage);
            }
        }

        for (int word = 0; word < words.Length; word++)
        {
            (sbyte[] head, int headShift) = Round(net.Head.Value[(word * C)..((word + 1) * C)], 0);
            head.CopyTo(model.HeadWeights, word * C);
            model.HeadShift[word] = (sbyte)headShift;
            model.HeadBias[word] = (int)MathF.Round(net.HeadBias.Value[word] * WakeModel.One * (1 << headShift));
        }

        WakeModelCheck.Throw(model);
        return model;
    }

    private static (sbyte[] Weights, sbyte[] Shift) Depth(FloatNet.Stage stage)
    {
        sbyte[] weights = new sbyte[C * FloatNet.Taps], shift = new sbyte[C];
        for (int c = 0; c < C; c++)
        {
            (sbyte[] q, int n) = Round([.. Enumerable.Range(0, FloatNet.Taps).Select(j => stage.Depth.Value[j * C + c])], 0);
            q.CopyTo(weights, c * FloatNet.Taps);
            shift[c] = (sbyte)n;
        }

        return (weights, shift);
    }

    // Largest power of two with which all weights fit into int8.
    private static (sbyte[] Weights, int Shift) Round(float[] w, int smallestShift)
    {
        float most = w.Max(MathF.Abs) + 1e-9f;
        int n = Math.Clamp((int)MathF.Floor(MathF.Log2(127.4f / most)), smallestShift, LargestShift);
        return ([.. w.Select(v => (sbyte)Math.Clamp(MathF.Round(v * (1 << n)), -127, 127))], n);
    }
}
