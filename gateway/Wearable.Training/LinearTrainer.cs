using Wearable.Gateway.Safety;

namespace Wearable.Training;

/// <summary>One text to learn from.</summary>
/// <param name="Topic">Allow, or the topic that must be refused.</param>
/// <param name="Plain">As the gate reads it.</param>
/// <param name="Weight">How much it counts.</param>
public sealed record SafetySample(string Topic, string Plain, double Weight);

/// <summary>Multinomial logistic regression over hashed features: AdaGrad, a quarter of the features dropped at random each time, so that no single word decides.</summary>
public sealed class LinearTrainer(int seed)
{
    /// <summary>The name of what is allowed.</summary>
    public const string Allow = "allow";

    private const int Rounds = 10;
    private const double Rate = 0.3, BiasRate = 0.02, Decay = 2e-5, Kept = 0.75, Least = 1e-3;
    private static readonly string[] Topics = [Allow, "weapons", "danger", "drugs", "sex", "self-harm", "secrets", "personal-data", "medical", "injection"];

    private readonly Random _random = new(seed);
    private readonly double[] _bias = new double[Topics.Length];
    private readonly double[] _weights = new double[Topics.Length * TextFeatures.Count];
    private readonly double[] _squares = [.. Enumerable.Repeat(1e-3, Topics.Length * TextFeatures.Count)];

    /// <summary>Learns.</summary>
    public void Train(IReadOnlyList<SafetySample> samples)
    {
        (int Topic, int[] Features, double Weight)[] all = [.. samples.Select(s => (Array.IndexOf(Topics, s.Topic), TextFeatures.Of(s.Plain), s.Weight))];
        for (int round = 0; round < Rounds; round++)
        {
            _random.Shuffle(all);
            foreach ((int topic, int[] features, double weight) in all)
            {
                int[] kept = [.. features.Where(_ => _random.NextDouble() < Kept)];
                if (kept.Length > 0)
                {
                    Learn(topic, kept, weight);
                }
            }
        }
    }

    /// <summary>The classifier, its weights in 8 bits.</summary>
    public TextClassifier Quantise()
    {
        float[] scales = new float[Topics.Length];
        sbyte[] weights = new sbyte[_weights.Length];
        for (int topic = 0; topic < Topics.Length; topic++)
        {
            Span<double> own = _weights.AsSpan(topic * TextFeatures.Count, TextFeatures.Count);
            double largest = 1e-9;
            foreach (double weight in own)
            {
                largest = Math.Max(largest, Math.Abs(weight));
            }

            scales[topic] = (float)(largest / sbyte.MaxValue);
            for (int i = 0; i < own.Length; i++)
            {
                weights[(topic * TextFeatures.Count) + i] = (sbyte)Math.Round(own[i] / scales[topic]);
            }
        }

        return new TextClassifier(Topics, Array.ConvertAll(_bias, b => (float)b), scales, weights);
    }

    private void Learn(int topic, int[] features, double weight)
    {
        double length = 1 / Math.Sqrt(features.Length);
        double[] scores = new double[Topics.Length];
        for (int t = 0; t < scores.Length; t++)
        {
            double sum = 0;
            foreach (int feature in features)
            {
                sum += _weights[(t * TextFeatures.Count) + feature];
            }

            scores[t] = _bias[t] + (sum * length);
        }

        double largest = scores.Max(), all = scores.Sum(s => Math.Exp(s - largest));
        for (int t = 0; t < scores.Length; t++)
        {
            double gradient = ((Math.Exp(scores[t] - largest) / all) - (t == topic ? 1 : 0)) * weight;
            if (Math.Abs(gradient) < Least)
            {
                continue;
            }

            _bias[t] -= BiasRate * gradient;
            foreach (int feature in features)
            {
                int at = (t * TextFeatures.Count) + feature;
                double own = (gradient * length) + (Decay * _weights[at]);
                _squares[at] += own * own;
                _weights[at] -= Rate * own / Math.Sqrt(_squares[at]);
            }
        }
    }
}
