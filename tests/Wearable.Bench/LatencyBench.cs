using System.Globalization;
using Microsoft.Extensions.Logging;
using Wearable.Firmware.Board;
using Wearable.Gateway;
using Wearable.Gateway.Demo;
using Wearable.Simulator;

namespace Wearable.Bench;

/// <summary>
/// <c>latency [TURNS]</c>: whole turns through firmware, TCP, gateway and speech, from the last voiced sample at the microphone to the first
/// sample at the speaker. Prints each turn's stages and, last, one line of JSON.
/// </summary>
internal static class LatencyBench
{
    private static readonly string[] Questions =
    [
        "computer, what time is it?", "computer, tell me a joke.", "computer, what day is it today?", "computer, who are you?", "computer, say hello.", "computer, what can you do?",
    ];

    public static async Task<int> RunAsync(string[] args)
    {
        int turns = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 30;
        string data = Directory.CreateTempSubdirectory("wearable-latency-").FullName;
        GatewayOptions options = new() { HttpPort = 0, MqttPort = 0, DataFolder = data, LogLevel = LogLevel.Warning };
        try
        {
            await using DemoHouse house = await DemoHouse.StartAsync(options, new SimulatedWearableOptions { Id = "bench-1" }, CancellationToken.None);
            await house.Wearable.ReachesAsync(() => house.Wearable.LinkState == LinkState.Up, TimeSpan.FromSeconds(20));
            return await MeasureAsync(house, turns);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task<int> MeasureAsync(DemoHouse house, int turns)
    {
        List<double> responses = [];
        int failed = 0;
        Console.WriteLine("turn  at speaker ms   noticed   text  answer  speech   said");
        for (int i = 0; i < turns; i++)
        {
            string question = Questions[i % Questions.Length];
            SpokenTurn spoken = await house.Person.SayAsync(question, CancellationToken.None);
            bool answered = spoken is { Turn.Outcome: "done", ResponseMs: not null };
            if (answered)
            {
                responses.Add(spoken.ResponseMs!.Value);
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
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{{\"p50_ms\":{Percentile(responses, 50):0},\"p95_ms\":{Percentile(responses, 95):0},\"turns\":{turns},\"failed\":{failed}}}"));
        return failed == 0 ? 0 : 1;
    }

    // The smallest value that at least this share of all is not above.
    internal static double Percentile(List<double> sorted, int percent) =>
        sorted.Count == 0 ? double.NaN : sorted[Math.Max(0, (int)Math.Ceiling(sorted.Count * percent / 100.0) - 1)];
}
