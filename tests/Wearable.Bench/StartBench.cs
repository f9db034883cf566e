using System.Diagnostics;
using System.Globalization;

namespace Wearable.Bench;

/// <summary>
/// <c>start [--times N] [--before DLL]</c>: the whole gateway as its owner starts it, alone with SQLite and a new data folder each time: time
/// until it says that it is ready, and its resident memory three seconds later. With --before another build of it (its wearable.dll)
/// in turn with this one, so that both meet the same machine.
/// </summary>
internal static class StartBench
{
    private const int SettleMs = 3000;
    private const double MostRatio = 1.10;

    public static async Task<int> RunAsync(string[] args)
    {
        int times = 5;
        string? before = null;
        for (int i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--times" when i + 1 < args.Length && int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out times) && times > 0:
                    i++;
                    break;
                case "--before" when i + 1 < args.Length && File.Exists(args[i + 1]):
                    before = args[++i];
                    break;
                default:
                    Console.Error.WriteLine($"start [--times N] [--before DLL] expected, N a whole number from 1, DLL a file, got \"{args[i]}\"");
                    return 2;
            }
        }

        string now = typeof(Wearable.Gateway.GatewayOptions).Assembly.Location;
        List<(double ReadyMs, double ResidentMb)> nows = [], befores = [];
        for (int i = -1; i < times; i++) // the first round fills the disk's cache and installs models, and does not count
        {
            Keep(befores, i, before is null ? null : await OnceAsync(before));
            Keep(nows, i, await OnceAsync(now));
        }

        (double readyMs, double residentMb) = Report("now", nows);
        if (before is null)
        {
            Console.WriteLine(Line($"{{\"ready_ms\":{readyMs:0},\"rss_mb\":{residentMb:0.0},\"before_ready_ms\":null,\"before_rss_mb\":null,\"ready_ratio\":null,\"rss_ratio\":null,\"times\":{times}}}"));
            return 0;
        }

        (double readyBeforeMs, double residentBeforeMb) = Report("before", befores);
        (double ready, double resident) = (readyMs / readyBeforeMs, residentMb / residentBeforeMb);
        Console.WriteLine(Line($"{{\"ready_ms\":{readyMs:0},\"rss_mb\":{residentMb:0.0},\"before_ready_ms\":{readyBeforeMs:0},\"before_rss_mb\":{residentBeforeMb:0.0},\"ready_ratio\":{ready:0.000},\"rss_ratio\":{resident:0.000},\"times\":{times}}}"));
        return ready <= MostRatio && resident <= MostRatio ? 0 : 1;
    }

    private static void Keep(List<(double ReadyMs, double ResidentMb)> into, int round, (double ReadyMs, double ResidentMb)? one)
    {
        if (round >= 0 && one is { } counted)
        {
            into.Add(counted);
        }
    }

    private static async Task<(double ReadyMs, double ResidentMb)> OnceAsync(string program)
    {
        string data = Directory.CreateTempSubdirectory("wearable-start-").FullName;
        ProcessStartInfo start = new("dotnet") { RedirectStandardOutput = true };
        foreach (string argument in (string[])[program, "--http-port", "0", "--mqtt-port", "0", "--data", data])
        {
            start.ArgumentList.Add(argument);
        }

        Stopwatch watch = Stopwatch.StartNew();
        using Process process = Process.Start(start)!;
        try
        {
            string? line;
            do
            {
                line = await process.StandardOutput.ReadLineAsync();
            }
            while (line is not null && !line.StartsWith("Wearable gateway.", StringComparison.Ordinal));
            if (line is null)
            {
                throw new IOException($"{program} ended before it was ready");
            }

            double readyMs = watch.Elapsed.TotalMilliseconds;
            await Task.Delay(SettleMs);
            process.Refresh();
            return (readyMs, process.WorkingSet64 / 1048576.0);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
            Directory.Delete(data, recursive: true);
        }
    }

    private static (double ReadyMs, double ResidentMb) Report(string name, List<(double ReadyMs, double ResidentMb)> runs)
    {
        double readyMs = Median.Of(runs.Select(run => run.ReadyMs)), residentMb = Median.Of(runs.Select(run => run.ResidentMb));
        Console.WriteLine(Line($"{name,-7} ready after {readyMs,7:0} ms ({runs.Min(run => run.ReadyMs):0} to {runs.Max(run => run.ReadyMs):0}), {residentMb,6:0.0} MB resident ({runs.Min(run => run.ResidentMb):0.0} to {runs.Max(run => run.ResidentMb):0.0}), median of {runs.Count}"));
        return (readyMs, residentMb);
    }

    private static string Line(FormattableString text) => FormattableString.Invariant(text);
}
