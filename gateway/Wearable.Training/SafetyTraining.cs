using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Wearable.Gateway.Safety;

namespace Wearable.Training;

/// <summary>
/// Trains the safety classifier on the lines of <c>gateway/safety/training</c>, where "{a|b}" stands for one of several words, and on what is heard in the tuned
/// half of the public list. First on four fifths of the lines, to see what it makes of the rest; then on all.
/// </summary>
public static partial class SafetyTraining
{
    private const int Variants = 14;
    private const int DevPart = 5;

    /// <summary>Trains, reports, writes <c>classifier.bin</c>.</summary>
    public static void Run(string folder, int seed)
    {
        Random random = new(seed);
        SafetyRules rules = new(RuleFile.LoadBuiltIn());
        List<(string Topic, string Line)> lines = [.. ReadLines(Path.Combine(folder, "training"))];
        List<SafetySample> tuned = [.. Heard(Path.Combine(folder, "list-tuned.jsonl"), rules)];
        foreach (IGrouping<string, (string Topic, string Line)> topic in lines.GroupBy(l => l.Topic))
        {
            Console.WriteLine($"{topic.Key,-14} {topic.Count(),4} lines");
        }

        (string Topic, string Line)[] shuffled = [.. lines.OrderBy(_ => random.Next())];
        List<SafetySample> dev = [], train = [];
        Dictionary<string, int> seen = [];
        foreach ((string topic, string line) in shuffled)
        {
            seen[topic] = seen.GetValueOrDefault(topic) + 1;
            (seen[topic] % DevPart == 0 ? dev : train).AddRange(Expand(topic, line, rules, random));
        }

        LinearTrainer first = new(seed);
        first.Train([.. train, .. tuned]);
        Report("lines it did not see", first.Quantise(), dev);
        LinearTrainer all = new(seed);
        all.Train([.. train, .. dev, .. tuned]);
        TextClassifier classifier = all.Quantise();
        Report("held-out half", classifier, [.. Heard(Path.Combine(folder, "list-heldout.jsonl"), rules)]);
        string file = Path.Combine(folder, "classifier.bin");
        File.WriteAllBytes(file, classifier.Write());
        Console.WriteLine($"{train.Count + dev.Count + tuned.Count} samples; {file}: {new FileInfo(file).Length} bytes");
    }

    private static IEnumerable<(string Topic, string Line)> ReadLines(string folder)
    {
        foreach (string path in Directory.GetFiles(folder, "*.txt").Order(StringComparer.Ordinal))
        {
            bool harmless = Path.GetFileName(path).StartsWith("safe-", StringComparison.Ordinal);
            foreach (string line in File.ReadLines(path).Where(l => l.Trim().Length > 0))
            {
                int colon = line.IndexOf(": ", StringComparison.Ordinal);
                yield return harmless ? (LinearTrainer.Allow, line) : (line[..colon], line[(colon + 2)..]);
            }
        }
    }

    // Every line counts about as much as its square root of variants: many words in a slot are not many ideas.
    private static IEnumerable<SafetySample> Expand(string topic, string line, SafetyRules rules, Random random)
    {
        HashSet<string> variants = [];
        for (int i = 0; i < 3 * Variants && variants.Count < Variants; i++)
        {
            variants.Add(Slot().Replace(line, slot => slot.Groups[1].Value.Split('|') is { } words ? words[random.Next(words.Length)] : ""));
        }

        return variants.Order(StringComparer.Ordinal).Select(v => new SafetySample(topic, rules.PlainOf(v), 1 / Math.Sqrt(variants.Count)));
    }

    private static IEnumerable<SafetySample> Heard(string list, SafetyRules rules) => File.ReadLines(list).Where(l => l.Length > 0).Select(l => JsonDocument.Parse(l).RootElement)
        .Where(l => l.GetProperty("where").GetString() == "heard" && l.GetProperty("band").GetString() is "under-8" or "8-12")
        .Select(l => new SafetySample(l.GetProperty("expect").GetString()!, rules.PlainOf(l.GetProperty("text").GetString()!), 1));

    private static void Report(string name, TextClassifier classifier, List<SafetySample> samples)
    {
        foreach (double limit in new[] { 0.6, 0.7, TextClassifier.Certain, 0.8, 0.9 })
        {
            double Share(bool harmless) => 100.0 * samples.Count(s => s.Topic == LinearTrainer.Allow == harmless && classifier.Judge(s.Plain).Refuse >= limit) / Math.Max(1, samples.Count(s => s.Topic == LinearTrainer.Allow == harmless));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}, from {limit:0.00}: {Share(false):0.0} % of the unsafe refused, {Share(true):0.0} % of the harmless"));
        }
    }

    [GeneratedRegex(@"\{([^}]*)\}")]
    private static partial Regex Slot();
}
