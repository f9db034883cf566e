using Wearable.Firmware.Voice;

namespace Wearable.Training;

/// <summary>Scores models on what they were not trained on: left-out speaker groups and left-out fifths of each background stream.</summary>
public static class CrossValidation
{
    private sealed record Heard(string Group, string Name, int Clean, int Noisy);

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
            heard[i] = new Heard(group, Path.GetFileName(files[i]), DeviceScorer.Hear(model, x, head).Best, DeviceScorer.Hear(model, DeviceScorer.Noisy(x, 10, i), head).Best);
        });

        string[] streams = [.. Directory.GetFiles(Path.Combine(dataFolder, "negative"), "*.wav").Order(StringComparer.Ordinal)];
        List<(string Name, double Hours, DeviceHearing Hearing)> background = [];
        foreach (string stream in streams)
        {
            float[] all = WavFile.Read(stream);
            DeviceHearing[] parts = new DeviceHearing[Folds.Count];
            Parallel.For(0, Folds.Count, p =>
            {
                int from = (int)((long)all.Length * p / Folds.Count), to = (int)((long)all.Length * (p + 1) / Folds.Count);
                parts[p] = models[p] is { } model ? DeviceScorer.Hear(model, all.AsSpan(from, to - from), head) : new DeviceHearing([], 0, 0);
            });
            foreach (DeviceHearing part in parts)
            {
                background.Add((Path.GetFileNameWithoutExtension(stream), part.Hours, part));
            }
        }

        double hours = background.Sum(b => b.Hours);
        Curve clean = new([.. heard.Select(h => h.Clean)], [.. background.Select(b => b.Hearing)], hours);
        Curve noisy = new([.. heard.Select(h => h.Noisy)], [.. background.Select(b => b.Hearing)], hours);
        Console.WriteLine($"cross-validated: {heard.Length} clips, {hours:0.00} h; gate open {100.0 * background.Sum(b => (long)b.Hearing.OpenHops) / background.Sum(b => (long)b.Hearing.Hops):0} % of background, never for {heard.Count(h => h.Clean == 0)} clips");
        foreach (double limit in (double[])[20, 10, 5, 2, 1, 0.5, 0.2])
        {
            int t = clean.ThresholdFor(limit);
            Console.WriteLine($"<= {limit,4} /h: threshold {t,3}  miss {clean.Miss(t),5:0.0} %  at 10 dB noise {noisy.Miss(t),5:0.0} %  false alarms {clean.FalseAlarmsPerHour(t):0.00} /h");
        }

        int one = clean.ThresholdFor(1);
        foreach (IGrouping<string, Heard> g in heard.GroupBy(h => h.Group))
        {
            Console.WriteLine($"group {g.Key,-3} {g.Count(),4} clips  missed {g.Count(h => h.Clean < one),3}  at 10 dB {g.Count(h => h.Noisy < one),3}");
        }

        foreach (var g in background.GroupBy(b => b.Name))
        {
            Console.WriteLine($"{g.Key,-26} {g.Sum(b => b.Hours):0.00} h  {g.Sum(b => b.Hearing.Hits(one)),3} false alarms");
        }

        return clean;
    }
}
