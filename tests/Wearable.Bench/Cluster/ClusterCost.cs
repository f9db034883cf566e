using System.Diagnostics;
using System.Globalization;

namespace Wearable.Bench.Cluster;

/// <summary>
/// What a message and a conversation cost in processor time of the gateways: one alone and 1, 2 and 3 in a cluster. Processor time and not the clock: it is
/// the same on a busy machine. Each gateway has as many wearables as the one alone, and the one whose messages are counted has a core for itself, as that one
/// has; the others, the broker, the database and the wearables have the second. With <c>--one-core</c> the load is always that of all and split over those that there are, and they share one
/// core: then they also put each other out of its caches.
/// </summary>
internal static class ClusterCost
{
    private const int Wearables = 100, Talkers = 3, Seconds = 20, Turns = 4, TellEveryMs = 100;

    public static async Task<int> RunAsync(string[] args)
    {
        int most = ClusterBench.Number(args, "--gateways", 3);
        bool oneCore = args.Contains("--one-core");
        if (!oneCore && (OperatingSystem.IsLinux() || OperatingSystem.IsWindows()))
        {
            Process.GetCurrentProcess().ProcessorAffinity = 2; // broker and database inherit it
        }

        Dictionary<string, (double MessageUs, double TurnMs, double IdleShare)> costs = [];
        for (int gateways = 0; gateways <= most; gateways++)
        {
            string name = gateways == 0 ? "alone" : string.Create(CultureInfo.InvariantCulture, $"cluster of {gateways}");
            int times = oneCore ? most : Math.Max(1, gateways);
            ClusterPlan plan = new(Math.Max(1, gateways), times * Wearables, times * Talkers)
            {
                Clustered = gateways > 0, Cores = oneCore ? Cores.OneForAll : Cores.OneForTheFirst, TellsEvery = TimeSpan.FromMilliseconds(TellEveryMs),
            };
            costs[name] = await ClusterScenario.CostAsync(plan, TimeSpan.FromSeconds(Seconds), Turns);
            (double us, double ms, double idle) = costs[name];
            Console.WriteLine(ClusterBench.Line($"{name,-14} idle {idle,5:0.0} % of a core, {us,6:0} us a message, {ms,6:0} ms a conversation"));
        }

        (double MessageUs, double TurnMs, double _) alone = costs["alone"];
        double message = costs.Values.Max(cost => cost.MessageUs / alone.MessageUs) - 1, turn = costs.Values.Max(cost => cost.TurnMs / alone.TurnMs) - 1;
        Console.WriteLine(ClusterBench.Line($"{{\"message_us\":{alone.MessageUs:0},\"conversation_ms\":{alone.TurnMs:0},\"message_more_percent\":{100 * message:0},\"conversation_more_percent\":{100 * turn:0}}}"));
        return message <= 0.25 && turn <= 0.25 ? 0 : 1;
    }
}
