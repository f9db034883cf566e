using System.Globalization;
using Wearable.Contract;
using Wearable.Firmware.Board;
using Wearable.Gateway.Telemetry;
using Wearable.Simulator;

namespace Wearable.Gateway.Demo;

/// <summary>The verb <c>demo</c>: a gateway, a simulated wearable and a scripted conversation between them.</summary>
public static class DemoRun
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan PulseLimit = TimeSpan.FromSeconds(45);

    /// <summary>Runs the demo.</summary>
    /// <param name="options">The gateway's options.</param>
    /// <param name="once">Exit after the script; else keep running with the page open.</param>
    /// <param name="cancellation">Ctrl+C.</param>
    /// <returns>0 when every turn was heard, understood, answered and played; else 1.</returns>
    public static async Task<int> RunAsync(GatewayOptions options, bool once, CancellationToken cancellation)
    {
        SimulatedWearableOptions wearable = new() { Id = "demo-bear", Pulse = new PulseOptions { RateBpm = DemoScript.PulseBpm } };
        await using DemoHouse house = await DemoHouse.StartAsync(WithOwnData(options), wearable, cancellation).ConfigureAwait(false);
        Console.WriteLine($"Wearable demo: gateway and one simulated wearable. Page {house.Ports.Page}  MQTT {options.Bind}:{house.Ports.Mqtt}");
        Console.WriteLine("Simulated: microphone, speaker, pulse sensor. Real: the firmware's own code, MQTT over TCP, speech to text, answers, speech.");
        if (!await house.Wearable.ReachesAsync(() => house.Wearable.LinkState == LinkState.Up, ConnectLimit, cancellation).ConfigureAwait(false))
        {
            Console.WriteLine($"failed at connect: {house.Wearable.LinkError}");
            return 1;
        }

        string failure = await TalkAsync(house, cancellation).ConfigureAwait(false);
        Console.WriteLine(failure.Length == 0 ? $"All {DemoScript.Lines.Count} turns heard, understood, answered and played." : "The demo failed: " + failure);
        if (!once && failure.Length == 0)
        {
            Console.WriteLine($"The wearable stays on. Watch it at {house.Ports.Page} or with: mosquitto_sub -p {house.Ports.Mqtt} -v -t 'wearable/#'   Ctrl+C stops.");
            await house.RunAsync(cancellation).ConfigureAwait(false);
        }

        return failure.Length == 0 ? 0 : 1;
    }

    // The demo's pulse is made up: it must not stand among the owner's own.
    private static GatewayOptions WithOwnData(GatewayOptions options) =>
        options.DataFolder == GatewayOptions.DefaultDataFolder ? options with { DataFolder = Path.Combine(options.DataFolder, "demo") } : options;

    private static async Task<string> TalkAsync(DemoHouse house, CancellationToken cancellation)
    {
        string failure = "";
        for (int i = 0; i < DemoScript.Lines.Count; i++)
        {
            DemoLine line = DemoScript.Lines[i];
            if (line.NeedsPulse && await house.TrustedPulseAsync(PulseLimit, cancellation).ConfigureAwait(false) is not HeartSample)
            {
                return $"turn {i + 1} at pulse: a trusted heart rate within {PulseLimit.TotalSeconds:0} s expected, got none";
            }

            SpokenTurn turn = await house.Person.SayAsync(line.Say, cancellation).ConfigureAwait(false);
            Print(i + 1, line, turn);
            string stage = FailedStage(line, turn);
            if (stage.Length > 0)
            {
                Console.WriteLine($"     failed at {stage}");
                failure = failure.Length == 0 ? $"turn {i + 1} at {stage}" : failure;
            }
        }

        return failure;
    }

    private static void Print(int number, DemoLine line, SpokenTurn turn)
    {
        string stages = turn.Turn is null
            ? ""
            : string.Join("  ", TurnMessage.Stages.Where(turn.Turn.StagesMs.ContainsKey).Select(s => string.Create(CultureInfo.InvariantCulture, $"{s[..^3]} {turn.Turn.StagesMs[s]}")));
        Console.WriteLine();
        Console.WriteLine($"  {number}  said    {line.Say}");
        Console.WriteLine($"     heard   {turn.Turn?.Heard}");
        Console.WriteLine($"     answer  {turn.Turn?.Answer}");
        Console.WriteLine($"     ms      {stages}  at the speaker {(turn.ResponseMs is double ms ? ms.ToString("0", CultureInfo.InvariantCulture) : "-")}");
    }

    private static string FailedStage(DemoLine line, SpokenTurn spoken) => spoken switch
    {
        { Turn: null } => "wake: the wake word was not heard",
        { Turn: { Outcome: not TurnPhases.Done } turn } => $"{turn.Outcome}: {turn.Why}",
        { Turn: { } turn } when !line.Heard.IsMatch(turn.Heard) => $"text: \"{line.Say}\" expected",
        { Turn: { } turn } when !line.Answer.IsMatch(turn.Answer) => "answer: not what the question wants",
        { PlayedMs: < 300 } => $"audio: an answer played expected, got {spoken.PlayedMs} ms of sound",
        _ => "",
    };
}
