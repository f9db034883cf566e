using System.Diagnostics;
using System.Globalization;
using Wearable.Workloads.Faults;

namespace Wearable.Bench;

/// <summary>
/// <c>faults [SEEDS [KIND [SEED]]]</c>: every kind of fault with every seed, in virtual time. A failure prints its kind and seed, which
/// run it again.
/// </summary>
internal static class FaultsBench
{
    public static int Run(string[] args)
    {
        int seeds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 50;
        FaultKind[] kinds = args.Length > 1 ? [Enum.Parse<FaultKind>(args[1], ignoreCase: true)] : Enum.GetValues<FaultKind>();
        int first = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 1;
        Stopwatch watch = Stopwatch.StartNew();
        List<FaultResult> all = [];
        Console.WriteLine("kind             runs  stuck  events   lost  dropped, told  in flight  again  beyond  reconnect p95 / max ms");
        foreach (FaultKind kind in kinds)
        {
            FaultResult[] results = new FaultResult[seeds];
            Parallel.For(0, seeds, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, i => results[i] = FaultRun.Run(kind, first + i));
            double[] reconnects = [.. results.Select(r => r.ReconnectMs).Order()];
            Console.WriteLine($"{kind,-16} {seeds,4} {results.Count(r => r.Stuck.Length > 0),6} {results.Sum(r => r.Events),7} {results.Sum(r => r.Lost),6} {results.Sum(r => r.ToldDropped),14} {results.Sum(r => r.InFlight),10} {results.Sum(r => r.Again),6} {results.Sum(r => r.LostBeyondLimit),7}  {reconnects[(int)(0.95 * (seeds - 1))],13:F0} / {reconnects[^1]:F0}");
            foreach (FaultResult bad in results.Where(r => !r.IsGood))
            {
                Console.WriteLine("  " + bad);
            }

            all.AddRange(results);
        }

        int stuck = all.Count(r => r.Stuck.Length > 0), beyond = all.Sum(r => r.LostBeyondLimit);
        Console.WriteLine($"{all.Count} runs in {watch.Elapsed.TotalSeconds:F0} s of {Environment.ProcessorCount} cores");
        Console.WriteLine($"{{\"runs\":{all.Count},\"stuck\":{stuck},\"events\":{all.Sum(r => r.Events)},\"lost\":{all.Sum(r => r.Lost)},\"told_dropped\":{all.Sum(r => r.ToldDropped)},\"in_flight\":{all.Sum(r => r.InFlight)},\"again\":{all.Sum(r => r.Again)},\"doubled\":{all.Sum(r => r.Doubled)},\"lost_beyond\":{beyond},\"reconnect_max_ms\":{all.Max(r => r.ReconnectMs).ToString("F0", CultureInfo.InvariantCulture)}}}");
        return all.TrueForAll(r => r.IsGood) ? 0 : 1;
    }
}
