using System.Globalization;

namespace Wearable.Bench.Cluster;

/// <summary>
/// What a message and a conversation cost in processor time of the gateways: one alone and 1, 2 and 3 in a cluster, all of them together on the
/// same single core, the wearables and the broker elsewhere. Processor time and not the clock: it is the same on a busy machine.
/// </summary>
internal static class ClusterCost
{
    private const int Wearables = 200, Talkers = 6, Seconds = 20, Turns = 2;

    public static async Task<int> RunAsync(string[] args)
    {
        int most = ClusterBench.Number(args, "--gateways", 3);
        Dictionary<string, (double MessageUs, double TurnMs, double IdleShare)> costs = [];
        for (int gateways = 0; gateways <= most; gateways++)
        {
            string name = gateways == 0 ? "alone" : string.Create(CultureInfo.InvariantCulture, $"cluster of {gateways}");
            ClusterPlan plan = new(Math.Max(1, gateways), Wearables, Talkers) { Clustered = gateways > 0, OneCore = true, TellsEvery = TimeSpan.FromMilliseconds(500) };
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
