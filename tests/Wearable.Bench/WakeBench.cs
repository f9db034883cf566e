using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Wearable.Firmware.Voice;
using Wearable.Training;

namespace Wearable.Bench;

/// <summary>
/// Scores the shipped wake-word models on FOLDER/positive/WORD/*.wav (file names start with the speaker group) and
/// FOLDER/negative/*.wav, streamed through the device's detector, and every wake of the device through the gateway's second opinion. With
/// <c>--noise DB</c> noise lies so far below each voice. The shipped model may have been trained on the same recordings: figures for
/// unseen people are the cross-validated ones in the model's card.
/// </summary>
public static class WakeBench
{
    private static readonly WakeModel[] Models = [WakeModelShipped.Create()];

    /// <summary>Runs; args[0] is the folder. Prints a table and, as the last line, JSON.</summary>
    /// <returns>0, or 2 when the folder is missing or holds nothing for any model.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        double noiseDb = double.PositiveInfinity;
        bool understood = args.Length is 1 || (args.Length is 3 && args[1] == "--noise" && double.TryParse(args[2], NumberStyles.Float, CultureInfo.InvariantCulture, out noiseDb));
        if (!understood || !Directory.Exists(args[0]))
        {
            Console.Error.WriteLine("wake FOLDER [--noise DB]: a folder with positive/WORD/*.wav and negative/*.wav is needed");
            return 2;
        }

        JsonObject result = [];
        foreach (WakeModel model in Models)
        {
            using WakeCascade? cascade = await WakeCascade.LoadAsync(model);
            for (int word = 0; word < model.Words.Length; word++)
            {
                string folder = Path.Combine(args[0], "positive", model.Words[word].Replace(' ', '-'));
                if (Directory.Exists(folder))
                {
                    result[model.Words[word]] = await ScoreAsync(model, word, folder, Path.Combine(args[0], "negative"), noiseDb, cascade);
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

    private static async Task<JsonObject> ScoreAsync(WakeModel model, int word, string positives, string negatives, double noiseDb, WakeCascade? cascade)
    {
        float[] Clip(string file, int i)
        {
            float[] x = DeviceScorer.Padded(WavFile.Read(file), i);
            return double.IsInfinity(noiseDb) ? x : DeviceScorer.Noisy(x, noiseDb, i);
        }

        string[] files = [.. Directory.GetFiles(positives, "*.wav").Order(StringComparer.Ordinal)];
        int[] best = new int[files.Length];
        int[] opened = new int[files.Length];
        Parallel.For(0, files.Length, i =>
        {
            DeviceHearing hearing = DeviceScorer.Hear(model, Clip(files[i], i), word);
            (best[i], opened[i]) = (hearing.Best, hearing.OpenHops);
        });

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

        double open = 100.0 * streams.Sum(s => (long)s.Hearing.OpenHops) / Math.Max(1, streams.Sum(s => (long)s.Hearing.Hops));
        Console.WriteLine(Line($"the gate alone: never open for {100.0 * opened.Count(o => o == 0) / Math.Max(1, files.Length):0.0} % of the clips, open for {open:0} % of the background"));
        JsonObject? both = null;
        if (cascade is not null)
        {
            both = await CascadeAsync(cascade, model.Words[word], files, Clip, negatives, hours);
        }

        return new JsonObject
        {
            ["device"] = new JsonObject
            {
                ["miss"] = Math.Round(curve.Miss(threshold), 2),
                ["fa_per_hour"] = hours > 0 ? Math.Round(curve.FalseAlarmsPerHour(threshold), 2) : null,
                ["threshold"] = threshold,
            },
            ["cascade"] = both, // null: the speech model is not there
            ["n_positive"] = files.Length,
            ["hours_negative"] = Math.Round(hours, 2),
        };
    }

    private static async Task<JsonObject> CascadeAsync(WakeCascade cascade, string word, string[] files, Func<string, int, float[]> clip, string negatives, double hours)
    {
        int woke = 0, heard = 0;
        for (int i = 0; i < files.Length; i++)
        {
            WakeCascade.Verdict verdict = await cascade.HearAsync(clip(files[i], i), word);
            woke += verdict.Wakes > 0 ? 1 : 0;
            heard += verdict.Confirmed > 0 ? 1 : 0;
        }

        int wakes = 0, confirmed = 0;
        foreach (string file in hours > 0 ? Directory.GetFiles(negatives, "*.wav").Order(StringComparer.Ordinal) : Enumerable.Empty<string>())
        {
            WakeCascade.Verdict verdict = await cascade.HearAsync(WavFile.Read(file), word);
            wakes += verdict.Wakes;
            confirmed += verdict.Confirmed;
        }

        double miss = 100.0 * (files.Length - heard) / Math.Max(1, files.Length);
        Console.WriteLine(Line($"device and gateway: {files.Length - woke} clips did not wake the device, {woke - heard} more were not confirmed, {miss:0.0} % missed; of {wakes} false alarms {confirmed} confirmed"));
        return new JsonObject
        {
            ["miss"] = Math.Round(miss, 2),
            ["fa_per_hour"] = hours > 0 ? Math.Round(confirmed / hours, 3) : null,
        };
    }

    private static string Line(FormattableString s) => s.ToString(CultureInfo.InvariantCulture);
}
