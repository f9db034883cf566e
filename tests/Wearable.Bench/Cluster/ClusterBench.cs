using System.Diagnostics;
using System.Globalization;

namespace Wearable.Bench.Cluster;

/// <summary>
/// <c>cluster [--gateways N] [--wearables N] [--talkers N]</c>: gateways with their real models, mosquitto and PostgreSQL on this machine; one
/// gateway is killed and started again. With <c>--rolled</c> each gateway is stopped and started again in turn; with <c>--cut-off</c> one is
/// frozen, as a cut network would have it, until the others have taken over, and then goes on. <c>--logs FOLDER</c> keeps what they
/// wrote. With <c>--cost</c>: what a message and a conversation cost in processor time with 1, 2 and 3 gateways.
/// </summary>
internal static class ClusterBench
{
    public static async Task<int> RunAsync(string[] args)
    {
        if (args.Contains("--cost"))
        {
            return await ClusterCost.RunAsync(args);
        }

        Stopwatch watch = Stopwatch.StartNew();
        ClusterPlan plan = new(Number(args, "--gateways", 3), Number(args, "--wearables", 1000), Number(args, "--talkers", 20))
        {
            Log = said => Console.WriteLine(Line($"{watch.Elapsed.TotalSeconds,6:0.0} s  {said}")),
            Logs = args.SkipWhile(arg => arg != "--logs").Skip(1).FirstOrDefault(),
            Mishap = args.Contains("--rolled") ? Mishap.Rolled : args.Contains("--cut-off") ? Mishap.CutOff : Mishap.Killed,
        };
        ClusterResult result = await ClusterScenario.RunAsync(plan);
        Console.WriteLine(Line($"{result.Acknowledged} events acknowledged, {result.Lost} of them lost, {result.Doubled} stored twice; homes {result.Homes}"));
        Console.WriteLine(Line($"conversations: {result.Answered} answered, {result.Apologised} ended with one sentence, {result.Silent} with nothing; {result.InFlight} were under way at the kill"));
        Console.WriteLine(Line($"{{\"lost\":{result.Lost},\"recover_s\":{result.RecoverSeconds:0.0},\"wearables\":{plan.Wearables},\"conversations\":{plan.Talkers},\"doubled\":{result.Doubled},\"silent\":{result.Silent},\"spread\":{(result.Spread ? "true" : "false")}}}"));
        return result is { Lost: 0, Doubled: 0, Silent: 0, Unanswered: 0, Spread: true, RecoverSeconds: <= 5 } ? 0 : 1;
    }

    internal static int Number(string[] args, string name, int standard)
    {
        int at = Array.IndexOf(args, name);
        return at >= 0 ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : standard;
    }

    internal static string Line(FormattableString s) => s.ToString(CultureInfo.InvariantCulture);
}
