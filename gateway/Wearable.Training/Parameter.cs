namespace Wearable.Training;

/// <summary>Numbers that are learned, with their slope and the memory of Adam.</summary>
public sealed class Parameter
{
    private readonly float[] _mean, _square;
    private readonly bool _decays;

    /// <summary>Starts with spread <paramref name="spread"/> around <paramref name="start"/>.</summary>
    public Parameter(int count, double spread, double start, bool decays, Random random)
    {
        Value = new float[count];
        Slope = new float[count];
        _mean = new float[count];
        _square = new float[count];
        _decays = decays;
        for (int i = 0; i < count; i++)
        {
            Value[i] = (float)(start + (spread > 0 ? spread * Sound.Gauss(random) : 0));
        }
    }

    /// <summary>The numbers.</summary>
    public float[] Value { get; }

    /// <summary>Slope of the loss; set to zero by <see cref="Learn"/>.</summary>
    public float[] Slope { get; }

    /// <summary>One step of Adam with decoupled decay.</summary>
    public void Learn(float rate, int step)
    {
        const float b1 = 0.9f, b2 = 0.99f, decay = 0.01f;
        float c1 = 1 - MathF.Pow(b1, step), c2 = 1 - MathF.Pow(b2, step);
        for (int i = 0; i < Value.Length; i++)
        {
            float g = Slope[i];
            _mean[i] = b1 * _mean[i] + (1 - b1) * g;
            _square[i] = b2 * _square[i] + (1 - b2) * g * g;
            float v = Value[i];
            v -= rate * (_mean[i] / c1) / (MathF.Sqrt(_square[i] / c2) + 1e-8f);
            Value[i] = _decays ? v - rate * decay * v : v;
            Slope[i] = 0;
        }
    }
}
