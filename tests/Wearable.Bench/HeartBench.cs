using System.Globalization;
using System.Text.Json;
using Wearable.Firmware.Heart;
using Wearable.Simulator.Motion;
using Wearable.Simulator.Pulse;
using Wearable.Simulator.Time;

namespace Wearable.Bench;

/// <summary>
/// <c>heart FOLDER</c>: every recording through the firmware's own driver and pulse code on the register-level sensor, in virtual time.
/// Windows are judged by what the device said at their end; beats within 150 ms count after one constant lag per record is removed.
/// </summary>
internal static class HeartBench
{
    private const int LoopMs = 20;
    private const double WindowS = 8;
    private const double StepS = 2;
    private const double MatchS = 0.15;
    private const double BadS = 2;

    // From a beat's light to its being told: 1.18 s in the middle, 1.26 s for 99 of 100 (24,154 beats of bidmc).
    private const double UntoldS = 1.3;

    public static int Run(string[] args)
    {
        if (args.Length != 1 || !Directory.Exists(args[0]))
        {
            Console.Error.WriteLine($"heart: one folder of recordings (NAME.i32, NAME.json, NAME.hr, NAME.beats) expected, got \"{string.Join(' ', args)}\"");
            return 2;
        }

        List<Score> scores = [];
        Console.WriteLine($"{"record",-22} {"beats F1",8} {"windows",8} {"coverage",8} {"<=5 bpm",8} {"MAPE %",7} {"MAE all",8} {"gated",7} {"first s",8} {"tracker",8} {"10 s late",9}");
        foreach (string file in Directory.GetFiles(args[0], "*.i32").Order(StringComparer.Ordinal))
        {
            try
            {
                Score score = Measure(file);
                scores.Add(score);
                Print(score.Name, [score]);
            }
            catch (InvalidDataException e)
            {
                Console.Error.WriteLine(e.Message);
                return 1;
            }
        }

        if (scores.Count == 0)
        {
            Console.Error.WriteLine($"heart: no .i32 recording in {args[0]}");
            return 1;
        }

        Console.WriteLine();
        Dictionary<string, Dictionary<string, double>> sets = [];
        foreach (IGrouping<string, Score> set in scores.GroupBy(s => s.Set))
        {
            Print(set.Key, [.. set]);
            sets[set.Key] = Summary(set.Key, [.. set]);
        }

        Console.WriteLine(JsonSerializer.Serialize(sets));
        return 0;
    }

    private static Score Measure(string file)
    {
        Score score = Measure(file, withMotion: false);
        if (RecordedPulse.Load(file).Kind == "wrist")
        {
            score.Moving = Measure(file, withMotion: true);
        }

        return score;
    }

    // Without acceleration the device has one light and nothing else; with it, the motion sensor's registers too.
    private static Score Measure(string file, bool withMotion)
    {
        RecordedPulse pulse = RecordedPulse.Load(file);
        VirtualClock clock = new();
        FakeMax30102 light = new(clock, pulse);
        HeartMonitor monitor = new(withMotion ? new SensorBus(light, new FakeLis3dh(clock, RecordedMotion.Load(file))) : light, clock);
        List<Said> said = [];
        List<double> beats = [];
        double seconds = pulse.Length / (double)IPulseSource.RateHz;
        double first = double.NaN;
        int found = 0;
        for (double due = WindowS; due <= seconds + 1e-9;)
        {
            clock.Sleep(LoopMs);
            monitor.Step();
            if (monitor.BeatsFound != found)
            {
                if (monitor.BeatsFound > found + 1)
                {
                    beats.Add(monitor.BeatBeforeMs / 1000.0);
                }

                found = monitor.BeatsFound;
                beats.Add(monitor.LastBeatMs / 1000.0);
            }

            if (monitor.Reading.HasRate && double.IsNaN(first))
            {
                first = clock.UptimeMs / 1000.0;
            }

            if (clock.UptimeMs >= due * 1000)
            {
                said.Add(new Said(due, monitor.Reading.HasRate ? monitor.Reading.RateBpmX10 / 10.0 : double.NaN, monitor.GuessBpmX10 / 10.0));
                due += StepS;
            }
        }

        return Compare(file, pulse, said, beats, first);
    }

    private static Score Compare(string file, RecordedPulse pulse, List<Said> said, List<double> beats, double first)
    {
        Score score = new(pulse.Name, pulse.Set) { FirstS = first, Lagged = MotionBench.GatewayError(file) };
        double[] bad = Numbers(Path.ChangeExtension(file, ".bad"), 0);
        double[] reference = Numbers(Path.ChangeExtension(file, ".beats"), 0);
        double lag = 0;
        if (reference.Length > 0)
        {
            lag = BestLag(reference, beats, pulse.Set == "well" ? 15 : 1);
            score.Matched = Match(reference, beats, lag, bad, pulse.Length / (double)IPulseSource.RateHz, out score.Reference, out score.Found);
        }

        double[] ends = Numbers(Path.ChangeExtension(file, ".hr"), 1);
        double[] rates = Numbers(Path.ChangeExtension(file, ".hr"), 2);
        foreach (Said now in said)
        {
            int at = Array.FindIndex(ends, e => Math.Abs(e - now.EndS) < 0.01);
            double rate = at >= 0 ? rates[at] : ends.Length == 0 ? RateOf(reference, now.EndS - lag - WindowS, now.EndS - lag) : double.NaN;
            if (reference.Length == 0 && ends.Length == 0)
            {
                score.Unreferenced++;
                score.Refused += double.IsNaN(now.Told) ? 1 : 0;
            }
            else if (!double.IsNaN(rate) && !bad.Any(b => b > now.EndS - WindowS - BadS && b < now.EndS + BadS))
            {
                score.Add(rate, now);
            }
        }

        return score;
    }

    private static double RateOf(double[] beats, double from, double to)
    {
        double[] inside = [.. beats.Where(b => b >= from && b <= to)];
        bool whole = beats.Length > 0 && beats[0] <= from + 2 && beats[^1] >= to - 2;
        return whole && inside.Length > 3 ? 60 * (inside.Length - 1) / (inside[^1] - inside[0]) : double.NaN;
    }

    // The lag with most matches, then the mean of what is left.
    private static double BestLag(double[] reference, List<double> beats, double mostS)
    {
        double best = 0;
        int most = -1;
        for (double lag = -mostS; lag <= mostS; lag += 0.02)
        {
            int matched = Match(reference, beats, lag, [], double.PositiveInfinity, out _, out _);
            if (matched > most)
            {
                most = matched;
                best = lag;
            }
        }

        double[] off = [.. beats.Select(b => reference.Select(r => b - r - best).MinBy(Math.Abs)).Where(d => Math.Abs(d) < MatchS)];
        return off.Length == 0 ? best : best + off.Average();
    }

    private static int Match(double[] reference, List<double> beats, double lag, double[] bad, double lengthS, out int references, out int found)
    {
        bool Good(double at) => !bad.Any(b => Math.Abs(b - at) <= BadS);
        double[] r = [.. reference.Where(Good)];
        double[] b = [.. beats.Select(x => x - lag).Where(x => reference.Length > 0 && x >= reference[0] - MatchS && x <= reference[^1] + MatchS).Where(Good)];

        // The detector needs the filter's 1.3 s and its own 0.7 s before it can find anything.
        double begin = beats.Count > 0 ? Math.Min(4, beats[0] - lag - MatchS) : 4;
        // Where the light ends, a device still holds the last beats and tells them when the recording is over; they are not missed.
        double end = beats.Count > 0 ? Math.Max(lengthS - UntoldS - lag, beats[^1] - lag + MatchS) : double.PositiveInfinity;
        r = [.. r.Where(x => x >= begin && x <= end)];
        references = r.Length;
        found = b.Length;
        int matched = 0;
        for (int i = 0, j = 0; i < r.Length && j < b.Length;)
        {
            if (Math.Abs(r[i] - b[j]) <= MatchS)
            {
                matched++;
                i++;
                j++;
            }
            else if (r[i] < b[j])
            {
                i++;
            }
            else
            {
                j++;
            }
        }

        return matched;
    }

    private static double[] Numbers(string file, int column) => !File.Exists(file) ? [] :
        [.. File.ReadLines(file).Where(l => l.Length > 0).Select(l => double.Parse(l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[column], CultureInfo.InvariantCulture))];

    private static Dictionary<string, double> Summary(string set, Score[] scores)
    {
        Dictionary<string, double> values = [];
        void Put(string name, double value)
        {
            if (!double.IsNaN(value))
            {
                values[name] = Math.Round(value, 2);
            }
        }

        Put("f1", F1(scores));
        Put("coverage", Percent(scores.Sum(s => s.Told.Count), scores.Sum(s => s.All.Count)));
        Put("within5", Percent(scores.Sum(s => s.Within5), scores.Sum(s => s.Told.Count)));
        Put("mape", Mean(scores.SelectMany(s => s.Percents)));
        Put("mae_all", Mean(scores.SelectMany(s => s.All)));
        Put("mae_gated", Mean(scores.SelectMany(s => s.Told)));
        if (set == "spc")
        {
            Score[] moving = [.. scores.Select(s => s.Moving!)];
            Put("spc_online", Mean(scores.Select(s => s.Online)));
            Put("coverage_acc", Percent(moving.Sum(s => s.Told.Count), moving.Sum(s => s.All.Count)));
            Put("within5_acc", Percent(moving.Sum(s => s.Within5), moving.Sum(s => s.Told.Count)));
            Put("mae_gated_acc", Mean(moving.SelectMany(s => s.Told)));
            Put("spc_lag10", Mean(scores.Select(s => s.Lagged)));
        }

        Put("refused", Percent(scores.Sum(s => s.Refused), scores.Sum(s => s.Unreferenced)));
        return values;
    }

    private static void Print(string name, Score[] scores)
    {
        string Text(double value, string format) => double.IsNaN(value) ? "-" : value.ToString(format, CultureInfo.InvariantCulture);
        int windows = scores.Sum(s => s.All.Count);
        string note = scores.Sum(s => s.Unreferenced) is > 0 and int looks ? $"   no reference: {scores.Sum(s => s.Refused)} of {looks} refused" : "";
        double[] firsts = [.. scores.Select(s => s.FirstS).Where(f => !double.IsNaN(f)).Order()];
        double first = firsts.Length == 0 ? double.NaN : firsts[firsts.Length / 2];
        Console.WriteLine($"{name,-22} {Text(F1(scores), "0.00"),8} {windows,8} {Text(Percent(scores.Sum(s => s.Told.Count), windows), "0.0"),8} "
            + $"{Text(Percent(scores.Sum(s => s.Within5), scores.Sum(s => s.Told.Count)), "0.0"),8} {Text(Mean(scores.SelectMany(s => s.Percents)), "0.00"),7} "
            + $"{Text(Mean(scores.SelectMany(s => s.All)), "0.00"),8} {Text(Mean(scores.SelectMany(s => s.Told)), "0.00"),7} {Text(first, "0.0"),8} {Text(Mean(scores.Select(s => s.Online)), "0.00"),8} {Text(Mean(scores.Select(s => s.Lagged)), "0.00"),9}{note}");
    }

    private static double F1(Score[] scores)
    {
        int both = scores.Sum(s => s.Reference + s.Found);
        return both == 0 ? double.NaN : 200.0 * scores.Sum(s => s.Matched) / both;
    }

    private static double Percent(int part, int whole) => whole == 0 ? double.NaN : 100.0 * part / whole;

    private static double Mean(IEnumerable<double> values)
    {
        double[] all = [.. values];
        return all.Length == 0 ? double.NaN : all.Average();
    }

    /// <summary>What the device said at the end of a window, and what it would have guessed.</summary>
    private readonly record struct Said(double EndS, double Told, double Guess);

    private sealed class Score(string name, string set)
    {
        public readonly List<double> All = [];
        public readonly List<double> Told = [];
        public readonly List<double> Percents = [];
        public int Reference;
        public int Found;
        public int Matched;
        public int Within5;
        public int Unreferenced;
        public int Refused;

        public string Name => name;

        public string Set => set;

        public double FirstS { get; init; }

        /// <summary>The same recording with its acceleration; null where it has none.</summary>
        public Score? Moving { get; set; }

        /// <summary>Mean error of all windows, with acceleration, bpm.</summary>
        public double Online => Moving is null || Moving.All.Count == 0 ? double.NaN : Moving.All.Average();

        /// <summary>The same 10 s late, at the gateway.</summary>
        public double Lagged { get; init; }

        public void Add(double rate, Said now)
        {
            All.Add(Math.Abs(now.Guess - rate));
            if (double.IsNaN(now.Told))
            {
                return;
            }

            double off = Math.Abs(now.Told - rate);
            Told.Add(off);
            Percents.Add(100 * off / rate);
            Within5 += off <= 5 ? 1 : 0;
        }
    }
}
