namespace Wearable.Gateway.Tests.Brain.Llm.Graphs;

/// <summary>Weights of one linear layer as they act, [outputs, inputs], and as they are stored.</summary>
internal sealed class Matrix
{
    public const int Block = 32;

    private Matrix(int outputs, int inputs, float[] values) => (Outputs, Inputs, Values) = (outputs, inputs, values);

    public int Outputs { get; }

    public int Inputs { get; }

    /// <summary>Row by row, after what storing loses.</summary>
    public float[] Values { get; }

    /// <summary>Stored as 4 or 8 bits: one number per value, 0 to 15 or -63 to 63.</summary>
    public int[] Codes { get; private init; } = [];

    /// <summary>4 bits: one per block of 32 inputs; 8 bits: one per output.</summary>
    public float[] Scales { get; private init; } = [];

    public static Matrix Of(int outputs, int inputs, float[] values, WeightKind kind) => kind switch
    {
        WeightKind.Float32 => new Matrix(outputs, inputs, values),
        WeightKind.Float16 => new Matrix(outputs, inputs, Array.ConvertAll(values, v => (float)(Half)v)),
        // 7 of 8 bits, as exporters do: products of two neighbours must fit 16 bits on processors without VNNI.
        WeightKind.Int8 => Quantised(outputs, inputs, values, group: inputs, max: 63, zero: 0),
        _ => Quantised(outputs, inputs, values, Block, max: 7, zero: 8),
    };

    /// <summary>The outputs of several matrices of the same inputs, one behind the other.</summary>
    public static Matrix Stack(params Matrix[] parts) => new(parts.Sum(part => part.Outputs), parts[0].Inputs, [.. parts.SelectMany(part => part.Values)])
    {
        Codes = [.. parts.SelectMany(part => part.Codes)], Scales = [.. parts.SelectMany(part => part.Scales)],
    };

    private static Matrix Quantised(int outputs, int inputs, float[] values, int group, int max, int zero)
    {
        int[] codes = new int[values.Length];
        float[] acting = new float[values.Length], scales = new float[values.Length / group];
        for (int g = 0; g < scales.Length; g++)
        {
            float scale = values.AsSpan(g * group, group).ToArray().Max(Math.Abs) / max;
            scales[g] = scale;
            for (int i = g * group; i < (g + 1) * group; i++)
            {
                int code = Math.Clamp((int)MathF.Round(values[i] / scale), -max, max);
                codes[i] = code + zero;
                acting[i] = code * scale;
            }
        }

        return new Matrix(outputs, inputs, acting) { Codes = codes, Scales = scales };
    }
}
