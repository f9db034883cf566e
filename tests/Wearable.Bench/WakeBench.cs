using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Wearable.Firmware.Voice;
using Wearable.Training;

namespace Wearable.Bench;

/// <summary>
/// Scores the shipped wake-word models on FOLDER/positive/WORD/*.wav (file names start with the speaker group) and
/// FOLDER/negative/*.wav, streamed through the device's detector. The shipped model may have been trained on the same recordings:
/// figures for unseen people are the cross-validated ones in the model's card.
/// </summary>
public static class WakeBench
{
    private static readonly WakeModel[] Models = [WakeModelComputer.Create()];

    /// <summary>Runs; args[0] is the folder. Prints a table and, as the last line, JSON.</summary>
    /// <returns>0, or 2 when the folder is missing or holds nothing for any model.</returns>
    public static int Run(string[] args)
    {
        if (args.Length < 1 || !Directory.Exists(args[0]))
        {
            Console.Error.WriteLine("wake FOLDER: a folder with positive/WORD/*.wav and negative/*.wav is needed");
            return 2;
        }

        JsonObject result = [];
        foreach (WakeModel model in Models)
        {
            for (int word = 0; word < model.Words.Length; word++)
            {
                string folder = Path.Combine(args[0], "positive", model.Words[word].Replace(' ', '-'));
                if (Directory.Exists(folder))
                {
                    result[model.Words[word]] = Score(model, word, folder, Path.Combine(args[0], "negative"));
                }
            }
        }

        if (result.Count == 0)
        {
            Console.Error.WriteLine($"{args[0]}/positive: no folder named after a word that has a model");
            return 2;
        }

        Console.WriteLine(result.ToJsonString(new JsonSerializerOptions { WriteIndented = false }));
        return 0;
    }

    private static JsonObject Score(WakeModel model, int word, string positives, string negatives)
    {
        string[] files = [.. Directory.GetFiles(positives, "*.wav").Order(StringComparer.Ordinal)];
        int[] best = new int[files.Length];
        Parallel.For(0, files.Length, i => best[i] = DeviceScorer.Hear(model, DeviceScorer.Padded(WavFile.Read(files[i]), i), word).Best);

        List<(string Name, DeviceHearing Hearing)> streams = [];
        foreach (string file in Directory.Exists(negatives) ? Directory.GetFiles(negatives, "*.wav").Order(StringComparer.Ordinal).ToArray() : [])
        {
            streams.Add((Path.GetFileNameWithoutExtension(file), DeviceScorer.Hear(model, WavFile.Read(file), word)));
        }

        double hours = streams.Sum(s => s.Hearing.Hours);
        Curve curve = new(best, [.. streams.Select(s => s.Hearing)], hours);
        int threshold = model.Thresholds[word];
        Console.WriteLine($"{model.Words[word]}: model {model.Version}, {files.Length} clips, {hours:0.00} h of background, threshold {threshold}");
        Console.WriteLine("threshold  miss %  false alarms/h");
        for (int t = 20; t <= 100; t += 5)
        {
            Console.WriteLine(Line($"{t,9}  {curve.Miss(t),6:0.0}  {curve.FalseAlarmsPerHour(t),14:0.00}"));
        }

        foreach (IGrouping<string, int> group in Enumerable.Range(0, files.Length).GroupBy(i => Folds.GroupOf(files[i])))
        {
            Console.WriteLine($"group {group.Key,-4} {group.Count(),4} clips, {group.Count(i => best[i] < threshold),3} missed");
        }

        foreach ((string name, DeviceHearing hearing) in streams)
        {
            Console.WriteLine(Line($"{name,-26} {hearing.Hours:0.00} h, {hearing.Hits(threshold),4} false alarms, gate open {100.0 * hearing.OpenHops / Math.Max(1, hearing.Hops):0} %"));
        }

        return new JsonObject
        {
            ["device"] = new JsonObject
            {
                ["miss"] = Math.Round(curve.Miss(threshold), 2),
                ["fa_per_hour"] = hours > 0 ? Math.Round(curve.FalseAlarmsPerHour(threshold), 2) : null,
                ["threshold"] = threshold,
            },
            ["cascade"] = null, // not measured: the gateway's second opinion needs the speech model
            ["n_positive"] = files.Length,
            ["hours_negative"] = Math.Round(hours, 2),
        };
    }

    private static string Line(FormattableString s) => s.ToString(CultureInfo.InvariantCulture);
}
