using Wearable.Contract;
using Wearable.Firmware.Voice;

namespace Wearable.Training;

/// <summary>
/// What int8 costs: the network in floats and the device's integers on the same rows of what each fold left out, without the gate, all folds at one
/// threshold each for a number of false alarms.
/// </summary>
/// <param name="dataFolder">FOLDER/positive/WORD and FOLDER/negative.</param>
/// <param name="words">Folders of the words, in the order of the heads.</param>
public sealed class FloatAgainstInt8(string dataFolder, string[] words)
{
    // Windows of the network in floats: it computes four scores at a time.
    private const int RowsAtOnce = 16;

    private readonly Lock _gate = new();
    private readonly List<DeviceHearing[]>[] _heard = [.. words.Select(_ => new List<DeviceHearing[]>())];
    private readonly List<DeviceHearing[]> _background = [];

    /// <summary>Lets both hear what a fold left out. Folds may come from several threads.</summary>
    /// <param name="net">Trained without the fold.</param>
    /// <param name="model">The same, quantised.</param>
    /// <param name="fold">The fold.</param>
    public void Hear(FloatNet net, WakeModel model, int fold)
    {
        foreach (string file in Directory.GetFiles(Path.Combine(dataFolder, "negative"), "*.wav").Order(StringComparer.Ordinal))
        {
            float[] all = WavFile.Read(file);
            sbyte[] rows = DeviceEars.Rows(all[Folds.PartOf(fold, all.Length)]);
            Keep(_background, Both(net, model, rows));
        }

        for (int word = 0; word < words.Length; word++)
        {
            string[] files = [.. Directory.GetFiles(Path.Combine(dataFolder, "positive", words[word]), "*.wav").Where(f => Folds.ScoredBy(Folds.GroupOf(f)) == fold).Order(StringComparer.Ordinal)];
            for (int i = 0; i < files.Length; i++)
            {
                Keep(_heard[word], Both(net, model, DeviceEars.Rows(DeviceScorer.Padded(WavFile.Read(files[i]), i))));
            }
        }
    }

    /// <summary>Prints misses of both for every word.</summary>
    public void Report()
    {
        for (int word = 0; word < words.Length; word++)
        {
            Curve ints = CurveOf(_heard[word], 2 * word), floats = CurveOf(_heard[word], 2 * word + 1);
            foreach (double limit in (double[])[20, 10, 5, 2, 1])
            {
                int i = ints.ThresholdFor(limit), f = floats.ThresholdFor(limit);
                Console.WriteLine(FormattableString.Invariant(
                    $"{words[word]}, {_heard[word].Count} clips, <= {limit}/h: int8 {ints.Miss(i):0.0} % missed at {i} ({ints.FalseAlarmsPerHour(i):0.0}/h), float {floats.Miss(f):0.0} % at {f} ({floats.FalseAlarmsPerHour(f):0.0}/h)"));
            }
        }
    }

    private void Keep(List<DeviceHearing[]> list, DeviceHearing[] both)
    {
        lock (_gate)
        {
            list.Add(both);
        }
    }

    private Curve CurveOf(List<DeviceHearing[]> heard, int which)
    {
        DeviceHearing[] negative = [.. _background.Select(b => b[which])];
        return new Curve([.. heard.Select(h => h[which].Best)], negative, negative.Sum(n => n.Hours));
    }

    // [word x 2]: integers, [word x 2 + 1]: floats.
    private static DeviceHearing[] Both(FloatNet net, WakeModel model, sbyte[] rows)
    {
        const int bands = WakeFeatures.Bands;
        int count = rows.Length / bands / RowsAtOnce * RowsAtOnce;
        FloatNet floats = new(1, count, new Random(1), net.Words);
        floats.CopyFrom(net);
        floats.Set(0, rows.AsSpan(0, count * bands));
        floats.Forward(false);
        WakeNet ints = new(model);
        DeviceHearing[] both = [.. Enumerable.Range(0, 2 * net.Words).Select(_ => new DeviceHearing([], count, count))];
        int[] row = new int[bands], before = new int[net.Words];
        Array.Fill(before, -WakeModel.Ceiling);
        int score = 0;
        for (int r = 0; r < count; r++)
        {
            for (int b = 0; b < bands; b++)
            {
                row[b] = rows[r * bands + b];
            }

            if (!ints.Push(row))
            {
                continue;
            }

            for (int word = 0; word < net.Words; word++)
            {
                float last = score == 0 ? -WakeModel.Ceiling / (float)WakeModel.One : floats.Score[(score - 1) * net.Words + word];
                float odds = floats.Score[score * net.Words + word] + last;
                Add(both[2 * word], r, WakeWordDetector.EvenScore + (((ints.Logits[word] + before[word]) * WakeWordDetector.ScorePerUnit) >> 9));
                Add(both[2 * word + 1], r, (int)MathF.Floor(WakeWordDetector.EvenScore + (odds * WakeWordDetector.ScorePerUnit / 2)));
                before[word] = ints.Logits[word];
            }

            score++;
        }

        return both;
    }

    private static void Add(DeviceHearing hearing, int row, int score)
    {
        if (score > 0)
        {
            hearing.Scores.Add(new ScoreAt(row * AudioFormat.HopMs, Math.Min(100, score)));
        }
    }
}
