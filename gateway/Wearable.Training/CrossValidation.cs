using Wearable.Firmware.Voice;

namespace Wearable.Training;

/// <summary>Scores models on what they were not trained on: left-out speaker groups and left-out fifths of each background stream.</summary>
public static class CrossValidation
{
    private const double NoiseDb = 10;
    private static readonly DeviceHearing Nothing = new([], 0, 0);

    // What is done to a clip before it is heard.
    private static readonly (string Name, Func<float[], int, float[]> Change)[] Conditions =
    [
        ("clean", (x, _) => x),
        ("10 dB noise", (x, i) => DeviceScorer.Noisy(x, NoiseDb, i)),
        ("5 dB noise", (x, i) => DeviceScorer.Noisy(x, 5, i)),
        ("1 m", (x, i) => DeviceScorer.Far(x, 1, i)),
        ("3 m", (x, i) => DeviceScorer.Far(x, 3, i)),
    ];

    // Best: the highest score in each condition.
    private sealed record Heard(string Group, int[] Best);

    /// <summary>Streams everything through the device and prints the figures, one threshold for all folds.</summary>
    /// <param name="models">One device model per fold; what a missing one would score is left out.</param>
    /// <param name="dataFolder">FOLDER/positive/WORD and FOLDER/negative.</param>
    /// <param name="word">The word.</param>
    /// <param name="head">Its place among the models' words.</param>
    /// <returns>The curve over all folds.</returns>
    public static Curve Report(WakeModel?[] models, string dataFolder, string word, int head = 0)
    {
        string[] files = [.. Directory.GetFiles(Path.Combine(dataFolder, "positive", word), "*.wav").Where(f => models[Folds.ScoredBy(Folds.GroupOf(f))] is not null).Order(StringComparer.Ordinal)];
        Heard[] heard = new Heard[files.Length];
        Parallel.For(0, files.Length, i =>
        {
            string group = Folds.GroupOf(files[i]);
            WakeModel model = models[Folds.ScoredBy(group)]!;
            float[] x = DeviceScorer.Padded(WavFile.Read(files[i]), i);
            heard[i] = new Heard(group, [.. Conditions.Select(c => DeviceScorer.Hear(model, c.Change(x, i), head).Best)]);
        });

        string[] streams = [.. Directory.GetFiles(Path.Combine(dataFolder, "negative"), "*.wav").Order(StringComparer.Ordinal)];
        List<(string Name, double Hours, DeviceHearing Hearing, DeviceHearing InNoise)> background = [];
        foreach (string stream in streams)
        {
            float[] all = WavFile.Read(stream);
            string name = Path.GetFileNameWithoutExtension(stream);
            (string, double, DeviceHearing, DeviceHearing)[] parts = [.. Enumerable.Repeat((name, 0.0, Nothing, Nothing), Folds.Count)];
            Parallel.For(0, Folds.Count, p =>
            {
                if (models[p] is { } model)
                {
                    float[] part = all[Folds.PartOf(p, all.Length)];
                    DeviceHearing hearing = DeviceScorer.Hear(model, part, head);
                    parts[p] = (name, hearing.Hours, hearing, DeviceScorer.Hear(model, DeviceScorer.NoisyBackground(part, NoiseDb, p), head));
                }
            });
            background.AddRange(parts);
        }

        double hours = background.Sum(b => b.Hours);
        Curve[] curves = [.. Conditions.Select((_, c) => new Curve([.. heard.Select(h => h.Best[c])], [.. background.Select(b => b.Hearing)], hours))];
        Curve clean = curves[0], inNoise = new([.. heard.Select(h => h.Best[1])], [.. background.Select(b => b.InNoise)], hours);
        Console.WriteLine($"cross-validated: {heard.Length} clips, {hours:0.00} h; gate open {100.0 * background.Sum(b => (long)b.Hearing.OpenHops) / background.Sum(b => (long)b.Hearing.Hops):0} % of background, never for {heard.Count(h => h.Best[0] == 0)} clips");
        Console.WriteLine($"{"false alarms",-14}{"threshold",10}{string.Concat(Conditions.Select(c => $"{c.Name,13}"))}   missed, %; false alarms an hour in 10 dB noise");
        foreach (double limit in (double[])[60, 20, 10, 5, 2, 1, 0.5, 0.2])
        {
            int t = clean.ThresholdFor(limit);
            Console.WriteLine($"{clean.FalseAlarmsPerHour(t),6:0.00} <= {limit,-4}{t,10}{string.Concat(curves.Select(c => $"{c.Miss(t),13:0.0}"))}{inNoise.FalseAlarmsPerHour(t),13:0.0}");
        }

        int one = clean.ThresholdFor(1);
        foreach (IGrouping<string, Heard> g in heard.GroupBy(h => h.Group))
        {
            Console.WriteLine($"group {g.Key,-3} {g.Count(),4} clips  missed{string.Concat(Conditions.Select((c, i) => $"  {c.Name} {g.Count(h => h.Best[i] < one)}"))}");
        }

        foreach (var g in background.GroupBy(b => b.Name))
        {
            Console.WriteLine($"{g.Key,-26} {g.Sum(b => b.Hours):0.00} h  {g.Sum(b => b.Hearing.Hits(one)),3} false alarms");
        }

        return clean;
    }
}
