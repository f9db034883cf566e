using System.Globalization;
using System.Text.Json;
using Wearable.Meter;
using Wearable.Workloads;

namespace Wearable.Bench;

/// <summary>The budget's rows, counted: a table, then one line of JSON. Exit 1 when a row is over its budget.</summary>
internal static class BudgetBench
{
    private static readonly string[] InJson = ["silence", "noise", "voice", "stream", "answer", "heart_rest", "heart_motion", "all"];

    public static int Run(string[] args)
    {
        using WorkloadMeter meter = new(AppContext.BaseDirectory);
        if (args is [string only] && Workload.Names.Contains(only))
        {
            return ByMethod(meter, only);
        }

        if (args.Length > 0)
        {
            Console.Error.WriteLine($"budget: nothing or one of {string.Join(", ", Workload.Names)} expected, got {string.Join(' ', args)}");
            return 2;
        }

        Dictionary<string, object> figures = [];
        double worstPassMs = 0, allocations = 0;
        int over = 0;
        Console.WriteLine("IL instructions counted in instrumented copies of the firmware; ms at 2 M IL/s. Sound and pulse are synthetic.");
        Console.WriteLine("Not in here: what the board's drivers and M2Mqtt cost on the chip.");
        Console.WriteLine();
        Console.WriteLine($"{"",-14}{"IL/s",11}{"budget",11}{"ms/s",8}{"worst s",11}{"pass ms",9}{"alloc/s",9}");
        foreach (BudgetRow row in Budget.Rows)
        {
            WorkloadCost cost = meter.Measure(row.Name);
            string? complaint = row.Complaint(cost);
            over += complaint is null ? 0 : 1;
            double passMs = Ms(cost.WorstPass);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{row.Name,-14}{cost.PerSecond,11}{row.MaxPerSecond,11}{Ms(cost.PerSecond),8:0.0}{cost.WorstSecond,11}{passMs,9:0.0}{cost.AllocationsPerSecond,9:0.00}{(complaint is null ? "" : "  OVER")}"));
            worstPassMs = Math.Max(worstPassMs, passMs);
            if (row.Name == "all")
            {
                allocations = cost.AllocationsPerSecond;
            }

            if (InJson.Contains(row.Name))
            {
                figures[row.Name] = cost.PerSecond;
            }
        }

        long ram = Workload.RamBytes();
        Console.WriteLine();
        Console.WriteLine($"RAM of the device's objects and arrays in the chip's own sizes: {ram} bytes");
        Console.WriteLine($"of it to hear the words: {Workload.RamBytesOfWakeWord(1000)} with 1,000 ms of ring as shipped; it would be {Workload.RamBytesOfWakeWord(240)} with 240 ms");
        figures["worst_pass_ms"] = Math.Round(worstPassMs, 1);
        figures["ram_bytes"] = ram;
        figures["allocations_per_s"] = Math.Round(allocations, 2);
        Console.WriteLine(JsonSerializer.Serialize(figures));
        return over == 0 ? 0 : 1;
    }

    // Where a row's instructions go. Warm-up passes are in the methods' figures too, so these are shares, not the row's figure.
    private static int ByMethod(WorkloadMeter meter, string row)
    {
        Counters.ResetMethods();
        meter.Measure(row);
        (string Method, long Instructions)[] methods = [.. Counters.ByMethod];
        long all = methods.Sum(m => m.Instructions);
        foreach ((string method, long instructions) in methods.Take(25))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{method,-44}{100.0 * instructions / all,7:0.00} %"));
        }

        return 0;
    }

    private static double Ms(long instructions) => instructions * 1000.0 / Budget.Chip;
}
