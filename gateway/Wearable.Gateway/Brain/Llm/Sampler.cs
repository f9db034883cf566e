using System.Numerics.Tensors;

namespace Wearable.Gateway.Brain.Llm;

/// <summary>Chooses tokens: repetition penalty, temperature, top-k, top-p, chance, in the order of Hugging Face's own generation.</summary>
public sealed class Sampler
{
    /// <summary>Most tokens one choice is made among; beyond them lies less chance than rounding.</summary>
    public const int MaxCandidates = 1024;

    private readonly SamplerSettings _settings;
    private readonly Random _random;
    private readonly PriorityQueue<int, float> _best = new(MaxCandidates + 1);

    /// <summary>Makes a sampler for one answer.</summary>
    public Sampler(SamplerSettings settings)
    {
        _settings = settings;
        _random = settings.Seed is long seed ? new Random(seed.GetHashCode()) : new Random();
    }

    /// <summary>The next token.</summary>
    /// <param name="logits">One value per token; changed by the penalty.</param>
    /// <param name="seen">Tokens of prompt and answer so far.</param>
    public int Choose(Span<float> logits, IReadOnlySet<int> seen)
    {
        if (_settings.RepetitionPenalty != 1)
        {
            foreach (int token in seen)
            {
                if (token < logits.Length)
                {
                    logits[token] = logits[token] > 0 ? logits[token] / _settings.RepetitionPenalty : logits[token] * _settings.RepetitionPenalty;
                }
            }
        }

        if (_settings.Temperature <= 0 || _settings.TopK == 1)
        {
            return TensorPrimitives.IndexOfMax<float>(logits);
        }

        (int Token, double Weight)[] candidates = Candidates(logits);
        double total = candidates.Sum(c => c.Weight), nucleus = 0;
        int count = 0;
        while (count < candidates.Length && (count == 0 || nucleus < _settings.TopP * total))
        {
            nucleus += candidates[count++].Weight;
        }

        double at = _random.NextDouble() * nucleus;
        for (int i = 0; i < count - 1; i++)
        {
            at -= candidates[i].Weight;
            if (at < 0)
            {
                return candidates[i].Token;
            }
        }

        return candidates[count - 1].Token;
    }

    // The most probable tokens, best first, with their weights against the best.
    private (int Token, double Weight)[] Candidates(ReadOnlySpan<float> logits)
    {
        int wanted = _settings.TopK is > 0 and < MaxCandidates ? _settings.TopK : MaxCandidates;
        _best.Clear();
        float worst = float.NegativeInfinity;
        for (int i = 0; i < logits.Length; i++)
        {
            if (_best.Count < wanted)
            {
                _best.Enqueue(i, logits[i]);
                worst = _best.Count == wanted ? Worst() : worst;
            }
            else if (logits[i] > worst)
            {
                _best.DequeueEnqueue(i, logits[i]);
                worst = Worst();
            }
        }

        (int Token, double Weight)[] candidates = new (int, double)[_best.Count];
        float[] values = new float[_best.Count];
        for (int i = candidates.Length - 1; i >= 0; i--)
        {
            _best.TryDequeue(out int token, out float value);
            candidates[i] = (token, 0);
            values[i] = value;
        }

        for (int i = 0; i < candidates.Length; i++)
        {
            candidates[i].Weight = Math.Exp((values[i] - values[0]) / _settings.Temperature);
        }

        return candidates;
    }

    private float Worst()
    {
        _best.TryPeek(out _, out float value);
        return value;
    }
}
