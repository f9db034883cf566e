using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Wearable.Firmware.Voice;
using Wearable.Gateway.Conversation;
using Wearable.Training;

namespace Wearable.Bench;

/// <summary>
/// Scores the shipped wake-word model on FOLDER/positive/WORD/*.wav (file names start with the speaker group) and
/// FOLDER/negative/*.wav, streamed through the device's detector, and every wake of the device through the gateway's second opinion. With
/// <c>--noise DB</c> noise lies so far below each voice. The shipped model may have been trained on the same recordings; with <c>--folds MODELS</c>
/// (from <c>crossvalidate --out MODELS</c>) every recording is heard by a model that knows neither the person nor that fifth of the background.
/// </summary>
public static class WakeBench
{
    /// <summary>Runs; args[0] is the folder. Prints a table and, as the last line, JSON.</summary>
    /// <returns>0, or 2 when the folder is missing or holds nothing for any word of the model, or a model is missing.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        double noiseDb = double.PositiveInfinity;
        string folds = "";
        bool understood = args.Length % 2 == 1;
        for (int i = 1; i + 1 < args.Length; i += 2)
        {
            understood &= args[i] switch
            {
                "--noise" => double.TryParse(args[i + 1], NumberStyles.Float, CultureInfo.InvariantCulture, out noiseDb),
                "--folds" => (folds = args[i + 1]).Length > 0,
                _ => false,
            };
        }

        if (!understood || !Directory.Exists(args[0]))
        {
            Console.Error.WriteLine("wake FOLDER [--noise DB] [--folds MODELS]: a folder with positive/WORD/*.wav and negative/*.wav is needed");
            return 2;
        }

        try
        {
            return await ScoreAsync(args[0], folds.Length > 0 ? WakeListeners.OfFolds(folds) : WakeListeners.Shipped(), noiseDb);
        }
        catch (Exception e) when (e is IOException or ArgumentException)
        {
            Console.Error.WriteLine($"wake: {e.Message}");
            return 2;
        }
    }

    private static async Task<int> ScoreAsync(string folder, WakeListeners listeners, double noiseDb)
    {
        JsonObject result = [];
        using WakeCascade? cascade = await WakeCascade.LoadAsync();
        for (int word = 0; word < listeners.Common.Words.Length; word++)
        {
            string positives = Path.Combine(folder, "positive", listeners.Common.Words[word].Replace(' ', '-'));
            if (Directory.Exists(positives))
            {
                result[listeners.Common.Words[word]] = await ScoreAsync(listeners, word, positives, Path.Combine(folder, "negative"), noiseDb, cascade);
            }
        }

        if (result.Count == 0)
        {
            Console.Error.WriteLine($"{folder}/positive: no folder named after a word that has a model");
            return 2;
        }

        Console.WriteLine(result.ToJsonString(new JsonSerializerOptions { WriteIndented = false }));
        return 0;
    }

    private static async Task<JsonObject> ScoreAsync(WakeListeners listeners, int word, string positives, string negatives, double noiseDb, WakeCascade? cascade)
    {
        float[] Clip(string file, int i)
        {
            float[] x = DeviceScorer.Padded(WavFile.Read(file), i);
            return double.IsInfinity(noiseDb) ? x : DeviceScorer.Noisy(x, noiseDb, i);
        }

        WakeModel model = listeners.Common;
        string[] files = [.. Directory.GetFiles(positives, "*.wav").Order(StringComparer.Ordinal)];
        WakeModel[] hears = [.. files.Select(file => listeners.Of(file).Device)];
        int[] best = new int[files.Length];
        int[] opened = new int[files.Length];
        Parallel.For(0, files.Length, i =>
        {
            DeviceHearing hearing = DeviceScorer.Hear(hears[i], Clip(files[i], i), word);
            (best[i], opened[i]) = (hearing.Best, hearing.OpenHops);
        });

        List<(string Name, DeviceHearing Hearing)> streams = [];
        foreach (string file in Directory.Exists(negatives) ? Directory.GetFiles(negatives, "*.wav").Order(StringComparer.Ordinal).ToArray() : [])
        {
            streams.AddRange(listeners.Parts(WavFile.Read(file)).Select(part => (Path.GetFileNameWithoutExtension(file), DeviceScorer.Hear(part.Ears.Device, part.Sound.Span, word))));
        }

        double hours = streams.Sum(s => s.Hearing.Hours);
        Curve curve = new(best, [.. streams.Select(s => s.Hearing)], hours);
        int threshold = model.Thresholds[word];
        Console.WriteLine($"{model.Words[word]}: {listeners.Name}, {files.Length} clips, {hours:0.00} h of background, threshold {threshold}");
        Console.WriteLine("threshold  miss %  false alarms/h");
        for (int t = 20; t <= 100; t += 5)
        {
            Console.WriteLine(Line($"{t,9}  {curve.Miss(t),6:0.0}  {curve.FalseAlarmsPerHour(t),14:0.00}"));
        }

        foreach (IGrouping<string, int> group in Enumerable.Range(0, files.Length).GroupBy(i => Folds.GroupOf(files[i])))
        {
            Console.WriteLine($"group {group.Key,-4} {group.Count(),4} clips, {group.Count(i => best[i] < threshold),3} missed");
        }

        foreach (var stream in streams.GroupBy(s => s.Name, s => s.Hearing))
        {
            Console.WriteLine(Line($"{stream.Key,-26} {stream.Sum(h => h.Hours):0.00} h, {stream.Sum(h => h.Hits(threshold)),4} false alarms, gate open {100.0 * stream.Sum(h => (long)h.OpenHops) / Math.Max(1, stream.Sum(h => (long)h.Hops)):0} %"));
        }

        double open = 100.0 * streams.Sum(s => (long)s.Hearing.OpenHops) / Math.Max(1, streams.Sum(s => (long)s.Hearing.Hops));
        Console.WriteLine(Line($"the gate alone: never open for {100.0 * opened.Count(o => o == 0) / Math.Max(1, files.Length):0.0} % of the clips, open for {open:0} % of the background"));
        JsonObject? both = null;
        if (cascade is not null)
        {
            both = await CascadeAsync(cascade, listeners, model.Words[word], files, Clip, negatives, hours);
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

    private static async Task<JsonObject> CascadeAsync(WakeCascade cascade, WakeListeners listeners, string word, string[] files, Func<string, int, float[]> clip, string negatives, double hours)
    {
        List<WakeOpinion>[] onClips = new List<WakeOpinion>[files.Length];
        for (int i = 0; i < files.Length; i++)
        {
            onClips[i] = await cascade.HearAsync(listeners.Of(files[i]), clip(files[i], i), word);
        }

        List<WakeOpinion> onNothing = [];
        foreach (string file in hours > 0 ? Directory.GetFiles(negatives, "*.wav").Order(StringComparer.Ordinal) : Enumerable.Empty<string>())
        {
            foreach ((WakeEars ears, ReadOnlyMemory<float> sound) in listeners.Parts(WavFile.Read(file)))
            {
                onNothing.AddRange(await cascade.HearAsync(ears, sound, word));
            }
        }

        int woke = onClips.Count(clip => clip.Count > 0), heard = onClips.Count(IsConfirmed), confirmed = onNothing.Count(opinion => opinion.Confirmed);
        foreach (IGrouping<string, int> group in Enumerable.Range(0, files.Length).GroupBy(i => Folds.GroupOf(files[i])))
        {
            Console.WriteLine($"group {group.Key,-4} {group.Count(),4} clips, {group.Count(i => !IsConfirmed(onClips[i])),3} missed by device and gateway");
        }

        double miss = 100.0 * (files.Length - heard) / Math.Max(1, files.Length);
        Console.WriteLine(Line($"device and gateway: {files.Length - woke} clips did not wake the device, {woke - heard} more were not confirmed, {miss:0.0} % missed; of {onNothing.Count} false alarms {confirmed} confirmed"));
        Console.WriteLine(Line($"what lay above or nearest below the bar: {string.Join(", ", onNothing.Select(opinion => opinion.Margin).OrderDescending().Take(5).Select(margin => margin.ToString("0.0", CultureInfo.InvariantCulture)))}"));
        return new JsonObject
        {
            ["miss"] = Math.Round(miss, 2),
            ["fa_per_hour"] = hours > 0 ? Math.Round(confirmed / hours, 3) : null,
        };
    }

    private static bool IsConfirmed(List<WakeOpinion> opinions) => opinions.Exists(opinion => opinion.Confirmed);

    private static string Line(FormattableString s) => s.ToString(CultureInfo.InvariantCulture);
}
