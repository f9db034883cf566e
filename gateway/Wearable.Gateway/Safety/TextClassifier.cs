using System.Buffers.Binary;
using System.Reflection;
using System.Text;

namespace Wearable.Gateway.Safety;

/// <summary>
/// A second layer beside the rules: a linear model over <see cref="TextFeatures"/>, trained on our own lines (<c>gateway/safety/training</c>). Rules know words; this
/// knows what sentences of a topic look like, and so finds part of what is asked in other words. It only ever refuses more.
/// </summary>
public sealed class TextClassifier
{
    /// <summary>
    /// From this probability on a text is refused. Chosen on templates that training did not see, and on the held-out half of the public list: the share of
    /// harmless questions it refuses must stay below 3 %.
    /// </summary>
    public const double Certain = 0.75;

    private const int Magic = 0x31435357; // "WSC1"

    private readonly string[] _topics;
    private readonly float[] _bias;
    private readonly float[] _scales;
    private readonly sbyte[] _weights; // topic by topic

    /// <summary>Makes a classifier.</summary>
    /// <param name="topics">Names; the first means allowed.</param>
    /// <param name="bias">One for each.</param>
    /// <param name="scales">What a weight of 1 stands for, one for each.</param>
    /// <param name="weights">Topics times <see cref="TextFeatures.Count"/>.</param>
    public TextClassifier(string[] topics, float[] bias, float[] scales, sbyte[] weights)
    {
        if (topics.Length < 2 || bias.Length != topics.Length || scales.Length != topics.Length || weights.Length != topics.Length * TextFeatures.Count)
        {
            throw new ArgumentException($"classifier: {topics.Length} topics with {topics.Length * TextFeatures.Count} weights expected, got {bias.Length} biases, {scales.Length} scales, {weights.Length} weights");
        }

        (_topics, _bias, _scales, _weights) = (topics, bias, scales, weights);
    }

    /// <summary>The topics that may be refused.</summary>
    public IEnumerable<string> Topics => _topics.Skip(1);

    /// <summary>Reads the classifier that travels inside the assembly.</summary>
    /// <exception cref="InvalidOperationException">It is missing or broken: a gateway without it does not start.</exception>
    public static TextClassifier LoadBuiltIn()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("safety/classifier.bin")
            ?? throw new InvalidOperationException("safety/classifier.bin is not in the assembly");
        using MemoryStream copy = new();
        stream.CopyTo(copy);
        return Read(copy.ToArray());
    }

    /// <summary>Reads a classifier.</summary>
    /// <exception cref="InvalidOperationException">Not of the form that <see cref="Write"/> makes.</exception>
    public static TextClassifier Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            if (BinaryPrimitives.ReadInt32LittleEndian(bytes) != Magic)
            {
                throw new InvalidOperationException("safety classifier: WSC1 expected at its beginning, got other bytes");
            }

            int count = bytes[4], at = 5;
            string[] topics = new string[count];
            float[] bias = new float[count], scales = new float[count];
            for (int i = 0; i < count; i++)
            {
                topics[i] = Encoding.UTF8.GetString(bytes.Slice(at + 1, bytes[at]));
                at += 1 + bytes[at];
                bias[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[at..]);
                scales[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(at + 4)..]);
                at += 8;
            }

            return new TextClassifier(topics, bias, scales, [.. bytes[at..].ToArray().Select(b => (sbyte)b)]);
        }
        catch (Exception e) when (e is ArgumentException or IndexOutOfRangeException)
        {
            throw new InvalidOperationException($"safety classifier: {e.Message}", e);
        }
    }

    /// <summary>The bytes that <see cref="Read"/> takes.</summary>
    public byte[] Write()
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        writer.Write(Magic);
        writer.Write((byte)_topics.Length);
        for (int i = 0; i < _topics.Length; i++)
        {
            byte[] name = Encoding.UTF8.GetBytes(_topics[i]);
            writer.Write((byte)name.Length);
            writer.Write(name);
            writer.Write(_bias[i]);
            writer.Write(_scales[i]);
        }

        writer.Write([.. _weights.Select(w => (byte)w)]);
        return stream.ToArray();
    }

    /// <summary>How probable it is that a text must be refused, and the most probable topic.</summary>
    /// <param name="plain">As <see cref="PlainText"/> makes it.</param>
    public (double Refuse, string Topic) Judge(string plain)
    {
        int[] features = TextFeatures.Of(plain);
        double[] scores = new double[_topics.Length];
        for (int topic = 0; topic < scores.Length; topic++)
        {
            int sum = 0;
            foreach (int feature in features)
            {
                sum += _weights[(topic * TextFeatures.Count) + feature];
            }

            scores[topic] = _bias[topic] + (sum * _scales[topic] / Math.Sqrt(features.Length));
        }

        double largest = scores.Max(), all = scores.Sum(s => Math.Exp(s - largest));
        int best = 1;
        for (int topic = 2; topic < scores.Length; topic++)
        {
            best = scores[topic] > scores[best] ? topic : best;
        }

        return (1 - (Math.Exp(scores[0] - largest) / all), _topics[best]);
    }
}
