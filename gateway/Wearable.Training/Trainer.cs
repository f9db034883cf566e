using Wearable.Firmware.Voice;

namespace Wearable.Training;

/// <summary>
/// Trains one network: windows with the word must score once near the word's end, windows without it never.
/// The background windows that score highest are looked for again and again and take half of each batch.
/// </summary>
public sealed class Trainer
{
    /// <summary>Rows of a window: 2.56 s.</summary>
    public const int WindowRows = 128;

    /// <summary>Windows of a step.</summary>
    public const int Batch = 128;

    private const int MineEvery = 400, Hardest = 1500, MineStep = 96;

    // A missed word counts twice a false alarm; measured over two folds: 24 % missed at one false alarm an hour with 1, 17 % with 2.
    private const float WordWeight = 2;
    private const float PeakRate = 0.006f;
    private const int B = WakeFeatures.Bands;

    // All steps of a window together weigh as much as this; a step at which the teachers hear the word weighs up to SoftWord times another.
    // (Student of three teachers, mean miss over curve and conditions: 10.4 % with 12 and 5,000 steps, 8.9 % with 24 and 8,000; the teachers' mean 7.3 %.)
    private const float SoftWeight = 24, SoftWord = 12;

    // The score may come from a little before the word's trimmed end to 300 ms after it.
    private const int EarlyRows = 8, LateRows = 16;

    // Rows of a word of 1.3 s and of 0.4 s.
    private const int LongestWord = 65, ShortestWord = 20;

    // Holes torn into what is shown, so that no band and no instant is relied on alone; the widest of each, bands and rows. Missed of unseen people, mean of two
    // networks, curve and conditions: 9.7 % of "computer" with holes of 1 to 4 bands in half of the windows, 8.8 % with these.
    private const double HoleShare = 0.6;
    private const int WidestHole = 5, LongestHole = 7;

    // Part of the words that begin as they do when the gate has opened for them: nothing is known from before these rows. (Without it the network,
    // scored with every sound, missed 4.0 % at one false alarm an hour, and 7.3 % behind the gate.)
    private const double GatedShare = 0.4;
    private const int LeastBefore = 2, MostBefore = 14;

    // Part of the windows shown at an uneven tempo.
    private const double WarpShare = 0.5;

    private readonly int _words, _positives, _negatives;
    private readonly List<Segment[]>[] _wordsByGroup;
    private readonly List<double>[] _groupWeights;
    private readonly List<(Segment Segment, int From)> _windows = [];
    private readonly Random _random;
    private readonly FloatNet _net;
    private readonly FloatNet _miner;
    private readonly int[] _wordFrom = new int[Batch], _wordTo = new int[Batch];
    private readonly int[] _source = new int[WindowRows];
    private readonly Segment[] _segment = new Segment[Batch];
    private List<(Segment Segment, int From)> _hard = [];
    private IReadOnlyList<FloatNet> _teachers = [];

    /// <summary>Takes the segments a fold may see.</summary>
    public Trainer(IEnumerable<Segment> bank, int fold, int seed, bool seenBackground = false)
    {
        _random = new Random(seed * 31 + fold);
        List<Segment> mine = [.. bank.Where(s => Folds.MayTrainOn(fold, s, seenBackground))];
        Folds.ThrowIfLeaked(fold, mine, seenBackground);
        _words = mine.Max(s => s.Word) + 1;
        _positives = (_words == 1 ? 48 : 72) / _words * _words;
        _negatives = Batch - _positives;
        _wordsByGroup = [.. Enumerable.Range(0, _words).Select(_ => new List<Segment[]>())];
        _groupWeights = [.. Enumerable.Range(0, _words).Select(_ => new List<double>())];
        foreach (var group in mine.Where(s => s.HasWord).GroupBy(s => (s.Word, s.Group)).OrderBy(g => g.Key.Group, StringComparer.Ordinal))
        {
            Segment[] all = [.. group];
            _wordsByGroup[group.Key.Word].Add(all);
            _groupWeights[group.Key.Word].Add(Math.Pow(all.Length, group.Key.Group == "tts" ? 0.5 : 0.6));
        }

        foreach (Segment s in mine.Where(s => !s.HasWord))
        {
            for (int from = 0; from < Math.Max(1, s.Count - WindowRows / 2); from += MineStep)
            {
                _windows.Add((s, from));
            }
        }

        _net = new FloatNet(Batch, WindowRows, _random, _words);
        _miner = new FloatNet(64, WindowRows, new Random(1), _words);
    }

    /// <summary>
    /// Trains teachers from other starts on the same segments, then one network that learns from the labels and from what they say of the
    /// same windows, noise and masks: networks of equal size and data differ by several percent of misses, their mean by much less.
    /// </summary>
    /// <param name="bank">All segments.</param>
    /// <param name="fold">The fold they may see; -1 for everything.</param>
    /// <param name="seed">Same seed, same network.</param>
    /// <param name="steps">Steps of each network: of a teacher, and of the one that learns from them.</param>
    /// <param name="teachers">How many teachers; 0 trains from the labels alone.</param>
    /// <param name="progress">Bar.</param>
    /// <param name="name">Shown beside it.</param>
    /// <param name="seenBackground">See <see cref="Folds.MayTrainOn"/>.</param>
    /// <param name="kept">Where teachers are kept, when they are.</param>
    public static Distilled Distil(IReadOnlyList<Segment> bank, int fold, int seed, (int Teacher, int Student) steps, int teachers, Progress progress, string name, bool seenBackground = false, TeacherStore? kept = null)
    {
        FloatNet[] nets = new FloatNet[teachers];
        Parallel.For(0, teachers, i =>
        {
            FloatNet Train() => new Trainer(bank, fold, seed + 1000 * (i + 1), seenBackground).Train(steps.Teacher, progress, $"{name}, teacher {i + 1}");
            nets[i] = kept is null ? Train() : kept.Get($"fold{fold}-teacher-{i + 1}", Train);
        });
        return new Distilled(new Trainer(bank, fold, seed, seenBackground) { _teachers = nets }.Train(steps.Student, progress, name), nets);
    }

    /// <summary>Runs all steps and gives back the network.</summary>
    public FloatNet Train(int steps, Progress progress, string name)
    {
        double lossSum = 0;
        for (int step = 1; step <= steps; step++)
        {
            if (step % MineEvery == 0 && step > steps / 10)
            {
                Mine();
            }

            Fill();
            _net.Forward(true);
            lossSum = lossSum * 0.98 + Loss() + SoftLoss();
            _net.Backward();
            float warm = Math.Min(1, step / 200f);
            float rate = PeakRate * warm * 0.5f * (1 + MathF.Cos(MathF.PI * step / steps)) + 1e-5f;
            foreach (Parameter p in _net.Parameters)
            {
                p.Learn(rate, step);
            }

            progress.Show(name, step, steps, $"loss {lossSum * 0.02:0.000}");
        }

        return _net;
    }

    private void Fill()
    {
        Span<sbyte> rows = stackalloc sbyte[WindowRows * B];
        for (int i = 0; i < Batch; i++)
        {
            if (i < _positives)
            {
                Segment s = DrawWord(i % _words);
                int lastFrom = s.WordFrom - 1;
                int firstFrom = s.WordTo + LateRows + 2 - WindowRows;
                _segment[i] = s;
                bool gated = _random.NextDouble() < GatedShare;
                Show(s, gated ? s.WordFrom - _random.Next(LeastBefore, MostBefore + 1) : firstFrom <= lastFrom ? _random.Next(firstFrom, lastFrom + 1) : firstFrom, i, rows);
            }
            else
            {
                bool hard = _hard.Count > 0 && i % 2 == 0;
                (Segment segment, int from) = hard ? _hard[_random.Next(_hard.Count)] : _windows[_random.Next(_windows.Count)];
                _segment[i] = segment;
                Show(segment, from + (hard ? _random.Next(-24, 25) : _random.Next(0, MineStep)), i, rows);
            }

            if (_random.NextDouble() < 0.7)
            {
                Recolour(rows);
            }

            // The teachers hear the window without holes: they say what it is, and it is learned with holes.
            foreach (FloatNet teacher in _teachers)
            {
                teacher.Set(i, rows);
            }

            Mask(rows);
            _net.Set(i, rows);
        }
    }

    // Adds to the slopes that Loss has set.
    private double SoftLoss()
    {
        if (_teachers.Count == 0)
        {
            return 0;
        }

        foreach (FloatNet teacher in _teachers)
        {
            teacher.Forward(false);
        }

        double loss = 0;
        float each = SoftWeight / _net.Score.Length;
        for (int n = 0; n < _net.Score.Length; n++)
        {
            float odds = 0;
            foreach (FloatNet teacher in _teachers)
            {
                odds += teacher.Score[n];
            }

            float z = _net.Score[n], target = 1 / (1 + MathF.Exp(-odds / _teachers.Count));
            float weight = each * (1 + (SoftWord - 1) * target);
            _net.ScoreSlope[n] += weight * (1 / (1 + MathF.Exp(-z)) - target);
            loss += weight * (Softplus(z) - target * z);
        }

        return loss;
    }

    private Segment DrawWord(int word)
    {
        List<double> weights = _groupWeights[word];
        double at = _random.NextDouble() * weights.Sum();
        int g = 0;
        while (g < weights.Count - 1 && at >= weights[g])
        {
            at -= weights[g++];
        }

        Segment[] group = _wordsByGroup[word][g];
        return group[_random.Next(group.Length)];
    }

    // A window of a segment, often at another tempo, and where the word lies in it then.
    private void Show(Segment s, int from, int window, Span<sbyte> rows)
    {
        int end = Math.Clamp(s.WordTo - from, 0, WindowRows - 1);
        if (_random.NextDouble() >= WarpShare)
        {
            _wordFrom[window] = s.WordFrom - from;
            _wordTo[window] = s.WordTo - from;
            Copy(s, from, rows);
            return;
        }

        int[] source = _source;
        TempoWarp.Fill(_random, from, s.HasWord ? end : _random.Next(WindowRows), source);
        int begin = end;
        while (begin > 0 && source[begin - 1] >= s.WordFrom)
        {
            begin--;
        }

        _wordFrom[window] = begin;
        _wordTo[window] = end;
        rows.Clear();
        for (int r = 0; r < WindowRows; r++)
        {
            CopyRow(s, source[r], r, rows);
        }
    }

    private static void Copy(Segment s, int from, Span<sbyte> rows)
    {
        rows.Clear();
        for (int r = 0; r < WindowRows; r++)
        {
            CopyRow(s, from + r, r, rows);
        }
    }

    private static void CopyRow(Segment s, int row, int to, Span<sbyte> rows)
    {
        if (row >= 0 && row < s.Count)
        {
            s.Rows.AsSpan(row * B, B).CopyTo(rows[(to * B)..]);
        }
    }

    // Another microphone: each band louder or softer, smoothly over the bands; what lies at the floor stays there. Then more
    // background: everything below a line is lost in it.
    private void Recolour(Span<sbyte> rows)
    {
        Span<float> gain = stackalloc float[B];
        double tilt = Sound.Gauss(_random) * 8, bend = Sound.Gauss(_random) * 5, level = Sound.Gauss(_random) * 8;
        for (int b = 0; b < B; b++)
        {
            double at = (b - 7.5) / 7.5;
            gain[b] = (float)(level + tilt * at + bend * (at * at - 0.4) + Sound.Gauss(_random) * 2.5);
        }

        int line = _random.NextDouble() < 0.3 ? _random.Next(0, 40) : 0;
        for (int i = 0; i < rows.Length; i++)
        {
            float v = rows[i];
            v += gain[i % B] * Math.Clamp(v / 24, 0, 1);
            if (line > 0)
            {
                v = v - line > -6 ? v - line : _random.Next(-8, 5);
            }

            rows[i] = (sbyte)Math.Clamp(v, WakeFeatures.Smallest, WakeFeatures.Largest);
        }
    }

    private void Mask(Span<sbyte> rows)
    {
        if (_random.NextDouble() < HoleShare)
        {
            int from = _random.Next(B - WidestHole), to = from + _random.Next(1, WidestHole + 1);
            for (int r = 0; r < WindowRows; r++)
            {
                rows[(r * B + from)..(r * B + to)].Clear();
            }
        }

        if (_random.NextDouble() < HoleShare)
        {
            int from = _random.Next(WindowRows - LongestHole);
            rows[(from * B)..((from + _random.Next(1, LongestHole + 1)) * B)].Clear();
        }
    }

    private double Loss()
    {
        Array.Clear(_net.ScoreSlope);
        double loss = 0;
        for (int i = 0; i < Batch; i++)
        {
            for (int word = 0; word < _words; word++)
            {
                if (i < _positives && _segment[i].Word == word)
                {
                    loss += HasWord(i, word);
                }
                else if ((_segment[i].Known >> word & 1) != 0)
                {
                    loss += HasNot(i, word);
                }
            }
        }

        return loss;
    }

    private double HasWord(int i, int word)
    {
        int k = _net.Scores;
        Span<float> smooth = stackalloc float[k];
        Smooth(i, word, smooth);

        // Where the sound lasts longer than any word, something else is on the recording too: the word is somewhere in it.
        int early = _wordTo[i] - _wordFrom[i] > LongestWord ? _wordTo[i] - _wordFrom[i] - ShortestWord : EarlyRows;
        int from = (_wordTo[i] - early) / 4, to = Math.Min(k - 1, (_wordTo[i] + LateRows) / 4);
        int begin = _wordFrom[i] / 4;
        from = Math.Clamp(from, 1, k - 2);
        float each = _words / (float)_positives;
        double loss = Pull(smooth, i, word, from, to, WordWeight * each, true);
        for (int t = 1; t < Math.Min(begin + 2, from); t++)
        {
            loss += Push(smooth[t], i, word, t, each / k);
        }

        return loss;
    }

    private double HasNot(int i, int word)
    {
        int k = _net.Scores;
        Span<float> smooth = stackalloc float[k];
        Smooth(i, word, smooth);
        double loss = Pull(smooth, i, word, 1, k - 1, 1f / _negatives, false);
        for (int t = 1; t < k; t++)
        {
            loss += Push(smooth[t], i, word, t, 2f / _negatives / k);
        }

        return loss;
    }

    // Two raw scores are averaged, as the detector does.
    private void Smooth(int i, int word, Span<float> smooth)
    {
        float[] score = _net.Score;
        for (int t = 0; t < smooth.Length; t++)
        {
            smooth[t] = (score[At(i, t, word)] + score[At(i, Math.Max(0, t - 1), word)]) / 2;
        }
    }

    private int At(int window, int t, int word) => (window * _net.Scores + t) * _words + word;

    // The highest score between two places shall be high (the word) or low (no word).
    private double Pull(Span<float> smooth, int i, int word, int from, int to, float weight, bool up)
    {
        int best = from;
        for (int t = from; t <= to; t++)
        {
            best = smooth[t] > smooth[best] ? t : best;
        }

        if (!up)
        {
            return Push(smooth[best], i, word, best, weight);
        }

        float z = smooth[best];
        float g = -weight / (1 + MathF.Exp(z)) / 2;
        _net.ScoreSlope[At(i, best, word)] += g;
        _net.ScoreSlope[At(i, best - 1, word)] += g;
        return weight * Softplus(-z);
    }

    private double Push(float z, int i, int word, int t, float weight)
    {
        float g = weight / (1 + MathF.Exp(-z)) / 2;
        _net.ScoreSlope[At(i, t, word)] += g;
        _net.ScoreSlope[At(i, t - 1, word)] += g;
        return weight * Softplus(z);
    }

    private static float Softplus(float z) => z > 15 ? z : MathF.Log(1 + MathF.Exp(z));

    private void Mine()
    {
        _miner.CopyFrom(_net);
        Span<sbyte> rows = stackalloc sbyte[WindowRows * B];
        List<(float Score, Segment Segment, int From)>[] found = [.. Enumerable.Range(0, _words).Select(_ => new List<(float, Segment, int)>())];
        int k = _miner.Scores;

        // With several words there are several banks: a part of them, another each time, finds enough.
        int first = _random.Next(_words) * 64;
        for (int i = first; i < _windows.Count; i += 64 * _words)
        {
            int n = Math.Min(64, _windows.Count - i);
            for (int j = 0; j < n; j++)
            {
                Copy(_windows[i + j].Segment, _windows[i + j].From, rows);
                _miner.Set(j, rows);
            }

            _miner.Forward(false);
            for (int j = 0; j < n; j++)
            {
                for (int word = 0; word < _words; word++)
                {
                    if ((_windows[i + j].Segment.Known >> word & 1) != 0)
                    {
                        found[word].Add((Highest(j, word, k), _windows[i + j].Segment, _windows[i + j].From));
                    }
                }
            }
        }

        _hard = [.. found.SelectMany(word => word.OrderByDescending(f => f.Score).Take(Hardest)).Select(f => (f.Segment, f.From))];
    }

    private float Highest(int window, int word, int k)
    {
        float best = float.MinValue;
        for (int t = 1; t < k; t++)
        {
            best = Math.Max(best, _miner.Score[(window * k + t) * _words + word] + _miner.Score[(window * k + t - 1) * _words + word]);
        }

        return best;
    }
}
