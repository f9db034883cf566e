using System.Globalization;
using Wearable.Gateway.Demo;
using Wearable.Simulator;

namespace Wearable.Bench;

/// <summary>
/// <c>latency [TURNS]</c>: whole turns through firmware, TCP, gateway and speech, from the last voiced sample at the microphone to the first
/// sample at the speaker. Prints each turn's stages and, last, one line of JSON.
/// </summary>
internal static class LatencyBench
{
    private const string Help = """
        latency [TURNS]
          Whole turns (default 30; 100 is the figure to compare) through firmware, TCP, gateway and speech, from the last voiced sample at
          the microphone to the first sample at the simulated speaker. Real time. The first six questions are new to the gateway and
          wait for the whole silence, the others were asked before and end sooner (see Repertoire); both are told apart in the table and
          in the last line. One more turn warms up and is not counted.
          Last line: {"p50_ms","p95_ms","turns","failed","new_p50_ms","known_p50_ms"}; exit 1 when a turn failed.
        """;

    private static readonly string[] Questions =
    [
        "computer, what time is it?", "computer, tell me a joke.", "computer, what day is it today?", "computer, who are you?", "computer, say hello.", "computer, what can you do?",
    ];

    public static Task<int> RunAsync(string[] args)
    {
        int turns = 30;
        if (args.Length > 1 || (args.Length == 1 && !int.TryParse(args[0], NumberStyles.None, CultureInfo.InvariantCulture, out turns)) || turns < 1)
        {
            Console.WriteLine(Help);
            return Task.FromResult(args is ["--help"] ? 0 : 2);
        }

        return BenchHouse.RunAsync([new SimulatedWearableOptions { Id = "bench-1" }], null, house => MeasureAsync(house, turns));
    }

    private static async Task<int> MeasureAsync(DemoHouse house, int turns)
    {
        List<double> responses = [], first = [], again = [];
        int failed = 0;
        await house.Person.SayAsync("computer, good morning.", CancellationToken.None);
        Console.WriteLine($"load of the machine {BenchHouse.Load}");
        Console.WriteLine("turn  at speaker ms   noticed   text  answer  speech   said");
        for (int i = 0; i < turns; i++)
        {
            string question = Questions[i % Questions.Length];
            SpokenTurn spoken = await house.Person.SayAsync(question, CancellationToken.None);
            bool answered = spoken is { Turn.Outcome: "done", ResponseMs: not null };
            if (answered)
            {
                responses.Add(spoken.ResponseMs!.Value);
                (i < Questions.Length ? first : again).Add(spoken.ResponseMs.Value);
            }
            else
            {
                failed++;
            }

            int Stage(string name) => spoken.Turn?.StagesMs.GetValueOrDefault(name, -1) ?? -1;
            string outcome = answered ? question : $"{question}   failed: {spoken.Turn?.Outcome} {spoken.Turn?.Why} heard \"{spoken.Turn?.Heard}\"";
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{i + 1,4}  {spoken.ResponseMs ?? 0,13:0}  {Stage("end_ms"),8}  {Stage("text_ms"),5}  {Stage("answer_ms"),6}  {Stage("speech_ms"),6}   {outcome}"));
        }

        responses.Sort();
        first.Sort();
        again.Sort();
        Console.WriteLine($"load of the machine {BenchHouse.Load}");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"p50_ms\":{Percentile(responses, 50):0},\"p95_ms\":{Percentile(responses, 95):0},\"turns\":{turns},\"failed\":{failed},\"new_p50_ms\":{Number(first)},\"known_p50_ms\":{Number(again)}}}"));
        return failed == 0 ? 0 : 1;
    }

    private static string Number(List<double> sorted) => sorted.Count == 0 ? "null" : Percentile(sorted, 50).ToString("0", CultureInfo.InvariantCulture);

    // The smallest value that at least this share of all is not above.
    internal static double Percentile(List<double> sorted, int percent) =>
        sorted.Count == 0 ? double.NaN : sorted[Math.Max(0, (int)Math.Ceiling(sorted.Count * percent / 100.0) - 1)];
}
