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

    private const int Positives = 48, Negatives = 80, Batch = Positives + Negatives;
    private const int MineEvery = 400, Hardest = 1500, MineStep = 96;

    // A missed word counts twice a false alarm; measured over two folds: 24 % missed at one false alarm an hour with 1, 17 % with 2.
    private const float WordWeight = 2;
    private const float PeakRate = 0.006f;
    private const int B = WakeFeatures.Bands;

    // The score may come from a little before the word's trimmed end to 300 ms after it.
    private const int EarlyRows = 8, LateRows = 16;

    private readonly List<Segment[]> _wordsByGroup = [];
    private readonly List<double> _groupWeights = [];
    private readonly List<(Segment Segment, int From)> _windows = [];
    private readonly Random _random;
    private readonly FloatNet _net;
    private readonly FloatNet _miner;
    private readonly int[] _from = new int[Batch];
    private readonly Segment[] _segment = new Segment[Batch];
    private List<(Segment Segment, int From)> _hard = [];

    /// <summary>Takes the segments a fold may see.</summary>
    public Trainer(IEnumerable<Segment> bank, int fold, int seed)
    {
        _random = new Random(seed * 31 + fold);
        List<Segment> mine = [.. bank.Where(s => Folds.MayTrainOn(fold, s))];
        foreach (IGrouping<string, Segment> group in mine.Where(s => s.HasWord).GroupBy(s => s.Group).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            Segment[] all = [.. group];
            _wordsByGroup.Add(all);
            _groupWeights.Add(Math.Pow(all.Length, group.Key == "tts" ? 0.5 : 0.6));
        }

        foreach (Segment s in mine.Where(s => !s.HasWord))
        {
            for (int from = 0; from < Math.Max(1, s.Count - WindowRows / 2); from += MineStep)
            {
                _windows.Add((s, from));
            }
        }

        _net = new FloatNet(Batch, WindowRows, _random);
        _miner = new FloatNet(64, WindowRows, new Random(1));
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
            lossSum = lossSum * 0.98 + Loss();
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
            if (i < Positives)
            {
                Segment s = DrawWord();
                int lastFrom = s.WordFrom - 1;
                int firstFrom = s.WordTo + LateRows + 2 - WindowRows;
                _segment[i] = s;
                _from[i] = firstFrom <= lastFrom ? _random.Next(firstFrom, lastFrom + 1) : firstFrom;
            }
            else
            {
                bool hard = _hard.Count > 0 && i % 2 == 0;
                (Segment segment, int from) = hard ? _hard[_random.Next(_hard.Count)] : _windows[_random.Next(_windows.Count)];
                _segment[i] = segment;
                _from[i] = from + (hard ? _random.Next(-24, 25) : _random.Next(0, MineStep));
            }

            Copy(_segment[i], _from[i], rows);
            if (_random.NextDouble() < 0.7)
            {
                Recolour(rows);
            }

            Mask(rows);
            _net.Set(i, rows);
        }
    }

    private Segment DrawWord()
    {
        double at = _random.NextDouble() * _groupWeights.Sum();
        int g = 0;
        while (g < _groupWeights.Count - 1 && at >= _groupWeights[g])
        {
            at -= _groupWeights[g++];
        }

        return _wordsByGroup[g][_random.Next(_wordsByGroup[g].Length)];
    }

    private static void Copy(Segment s, int from, Span<sbyte> rows)
    {
        rows.Clear();
        for (int r = 0; r < WindowRows; r++)
        {
            int k = from + r;
            if (k >= 0 && k < s.Count)
            {
                s.Rows.AsSpan(k * B, B).CopyTo(rows[(r * B)..]);
            }
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
        if (_random.NextDouble() < 0.25)
        {
            int from = _random.Next(B - 2), to = from + _random.Next(1, 3);
            for (int r = 0; r < WindowRows; r++)
            {
                rows[(r * B + from)..(r * B + to)].Clear();
            }
        }

        if (_random.NextDouble() < 0.25)
        {
            int from = _random.Next(WindowRows - 4);
            rows[(from * B)..((from + _random.Next(1, 4)) * B)].Clear();
        }
    }

    private double Loss()
    {
        int k = _net.Scores;
        float[] score = _net.Score, slope = _net.ScoreSlope;
        Array.Clear(slope);
        double loss = 0;
        Span<float> smooth = stackalloc float[k];
        for (int i = 0; i < Batch; i++)
        {
            for (int t = 0; t < k; t++)
            {
                smooth[t] = (score[i * k + t] + (t > 0 ? score[i * k + t - 1] : score[i * k])) / 2;
            }

            if (i < Positives)
            {
                int from = (_segment[i].WordTo - _from[i] - EarlyRows) / 4, to = Math.Min(k - 1, (_segment[i].WordTo - _from[i] + LateRows) / 4);
                int begin = (_segment[i].WordFrom - _from[i]) / 4;
                from = Math.Clamp(from, 1, k - 2);
                loss += Pull(smooth, slope, i * k, from, to, WordWeight / Positives, true);
                for (int t = 1; t < Math.Min(begin + 2, from); t++)
                {
                    loss += Push(smooth[t], slope, i * k + t, 1f / Positives / k);
                }
            }
            else
            {
                loss += Pull(smooth, slope, i * k, 1, k - 1, 1f / Negatives, false);
                for (int t = 1; t < k; t++)
                {
                    loss += Push(smooth[t], slope, i * k + t, 2f / Negatives / k);
                }
            }
        }

        return loss;
    }

    // The highest score between two places shall be high (the word) or low (no word).
    private static double Pull(Span<float> smooth, float[] slope, int o, int from, int to, float weight, bool up)
    {
        int best = from;
        for (int t = from; t <= to; t++)
        {
            best = smooth[t] > smooth[best] ? t : best;
        }

        if (!up)
        {
            return Push(smooth[best], slope, o + best, weight);
        }

        float z = smooth[best];
        float g = -weight / (1 + MathF.Exp(z)) / 2;
        slope[o + best] += g;
        slope[o + best - 1] += g;
        return weight * Softplus(-z);
    }

    private static double Push(float z, float[] slope, int at, float weight)
    {
        float g = weight / (1 + MathF.Exp(-z)) / 2;
        slope[at] += g;
        slope[at - 1] += g;
        return weight * Softplus(z);
    }

    private static float Softplus(float z) => z > 15 ? z : MathF.Log(1 + MathF.Exp(z));

    private void Mine()
    {
        _miner.CopyFrom(_net);
        Span<sbyte> rows = stackalloc sbyte[WindowRows * B];
        List<(float Score, Segment Segment, int From)> found = [];
        int k = _miner.Scores;
        for (int i = 0; i < _windows.Count; i += 64)
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
                float best = float.MinValue;
                for (int t = 1; t < k; t++)
                {
                    best = Math.Max(best, _miner.Score[j * k + t] + _miner.Score[j * k + t - 1]);
                }

                found.Add((best, _windows[i + j].Segment, _windows[i + j].From));
            }
        }

        _hard = [.. found.OrderByDescending(f => f.Score).Take(Hardest).Select(f => (f.Segment, f.From))];
    }
}
