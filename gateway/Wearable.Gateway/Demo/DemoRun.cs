using System.Globalization;
using Wearable.Contract;
using Wearable.Firmware.Board;
using Wearable.Gateway.Conversation;
using Wearable.Gateway.Telemetry;
using Wearable.Simulator;

namespace Wearable.Gateway.Demo;

/// <summary>
/// The verb <c>demo</c>: a gateway, a simulated wearable and a scripted conversation between them; or two wearables in two rooms, spoken to at the
/// same time, and then in one room, where the louder answers.
/// </summary>
public static class DemoRun
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan PulseLimit = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan SecondBegins = TimeSpan.FromSeconds(1.5);
    private static readonly string[] Ids = ["demo-bear", "demo-glasses"];

    // The second wearable hears the person of the first this much softer; 12 dB is four times the distance.
    private const double FartherDb = 12;

    /// <summary>Runs the demo.</summary>
    /// <param name="options">The gateway's options.</param>
    /// <param name="two">Two wearables instead of one.</param>
    /// <param name="once">Exit after the script; else keep running with the page open.</param>
    /// <param name="cancellation">Ctrl+C.</param>
    /// <returns>0 when every turn was heard, understood, answered and played; else 1.</returns>
    public static async Task<int> RunAsync(GatewayOptions options, bool two, bool once, CancellationToken cancellation)
    {
        if (options is not { Language: "en", SpeechModel: null, Voice: null })
        {
            throw new GatewayStartException("demo: its people speak English; leave --language, --speech and --voice out.");
        }

        SimulatedWearableOptions[] wearables =
        [
            .. Ids.Take(two ? 2 : 1).Select((id, i) => new SimulatedWearableOptions { Id = id, Seed = i + 1, Pulse = new PulseOptions { RateBpm = DemoScript.PulseBpm } }),
        ];
        await using DemoHouse house = await DemoHouse.StartAsync(WithOwnData(options), wearables, null, cancellation).ConfigureAwait(false);
        house.Services.GetRequiredService<Identity.UserAccounts>().MakeFirst(options, Console.Out);
        Console.WriteLine($"Wearable demo: gateway and {(two ? "two simulated wearables" : "one simulated wearable")}. Page {house.Ports.Page}  MQTT {options.PlainMqttBind}:{house.Ports.Mqtt}");
        Console.WriteLine("Simulated: microphone, speaker, pulse sensor. Real: the firmware's own code, MQTT over TCP, speech to text, answers, speech.");
        foreach (SimulatedWearable wearable in house.Wearables)
        {
            if (!await wearable.ReachesAsync(() => wearable.LinkState == LinkState.Up, ConnectLimit, cancellation).ConfigureAwait(false))
            {
                Console.WriteLine($"failed at connect of {wearable.Id}: {wearable.LinkError}");
                return 1;
            }
        }

        string failure = two ? await TalkToBothAsync(house, cancellation).ConfigureAwait(false) : await TalkAsync(house, 0, DemoScript.Lines, cancellation).ConfigureAwait(false);
        string all = two
            ? $"All {DemoScript.Lines.Count + DemoScript.SecondLines.Count} turns heard, understood, answered and played, and of two that heard one word the louder answered."
            : $"All {DemoScript.Lines.Count} turns heard, understood, answered and played.";
        Console.WriteLine(failure.Length == 0 ? all : "The demo failed: " + failure);
        if (!once && failure.Length == 0)
        {
            Console.WriteLine($"{(two ? "Both wearables stay on." : "The wearable stays on.")} Watch it at {house.Ports.Page} or with: mosquitto_sub -p {house.Ports.Mqtt} -v -t 'wearable/#'   Ctrl+C stops.");
            await house.RunAsync(cancellation).ConfigureAwait(false);
        }

        return failure.Length == 0 ? 0 : 1;
    }

    // The demo's pulse is made up: it must not stand among the owner's own.
    private static GatewayOptions WithOwnData(GatewayOptions options) =>
        options.DataFolder == GatewayOptions.DefaultDataFolder ? options with { DataFolder = Path.Combine(options.DataFolder, "demo") } : options;

    private static async Task<string> TalkToBothAsync(DemoHouse house, CancellationToken cancellation)
    {
        string[] failures = await Task.WhenAll(
            TalkAsync(house, 0, DemoScript.Lines, cancellation), TalkLaterAsync()).ConfigureAwait(false);

        // Two people who call within 200 ms would be taken for one person whom both hear.
        async Task<string> TalkLaterAsync()
        {
            await Task.Delay(SecondBegins, cancellation).ConfigureAwait(false);
            return await TalkAsync(house, 1, DemoScript.SecondLines, cancellation).ConfigureAwait(false);
        }

        string failure = string.Concat(failures.Where(f => f.Length > 0).Take(1));
        return failure.Length > 0 ? failure : await TalkInOneRoomAsync(house, cancellation).ConfigureAwait(false);
    }

    private static async Task<string> TalkAsync(DemoHouse house, int index, IReadOnlyList<DemoLine> lines, CancellationToken cancellation)
    {
        SimulatedWearable wearable = house.Wearables[index];
        string who = house.Wearables.Count > 1 ? wearable.Id : "";
        string failure = "";
        for (int i = 0; i < lines.Count; i++)
        {
            DemoLine line = lines[i];
            if (line.NeedsPulse && await house.TrustedPulseAsync(wearable, PulseLimit, cancellation).ConfigureAwait(false) is not HeartSample)
            {
                return $"turn {i + 1} at pulse: a trusted heart rate within {PulseLimit.TotalSeconds:0} s expected, got none";
            }

            SpokenTurn turn = await house.People[index].SayAsync(line.Say, cancellation).ConfigureAwait(false);
            string stage = FailedStage(line, turn);
            Print(i + 1, who, line, turn, stage);
            failure = failure.Length == 0 && stage.Length > 0 ? $"turn {i + 1}{(who.Length > 0 ? " of " + who : "")} at {stage}" : failure;
        }

        return failure;
    }

    // One person, two wearables: near the first, farther from the second.
    private static async Task<string> TalkInOneRoomAsync(DemoHouse house, CancellationToken cancellation)
    {
        DemoLine line = DemoScript.SharedLine;
        short[] near = await house.Person.VoiceAsync(line.Say, cancellation).ConfigureAwait(false);
        short[] far = [.. near.Select(s => (short)(s * Math.Pow(10, -FartherDb / 20)))];
        Task<SpokenTurn> first = house.People[0].SayAsync(near, cancellation), second = house.People[1].SayAsync(far, cancellation);
        SpokenTurn[] turns = await Task.WhenAll(first, second).ConfigureAwait(false);
        string stage = FailedStage(line, turns[0]);
        Print(1, $"{Ids[0]}, heard by both", line, turns[0], stage);
        (string outcome, string why) = turns[1].Turn is { } quiet ? (quiet.Outcome, quiet.Why) : ("not woken", "");
        Console.WriteLine($"     {Ids[1]}: {outcome} {why}".TrimEnd());
        return stage.Length > 0 ? $"the shared turn at {stage}"
            : outcome == TurnPhases.Rejected && why == TurnReasons.LouderElsewhere && turns[1].PlayedMs == 0 ? ""
            : $"the shared turn: {Ids[1]} was expected to yield to the louder one, got {outcome} {why}";
    }

    // One write: two conversations print at the same time.
    private static void Print(int number, string who, DemoLine line, SpokenTurn turn, string failedStage)
    {
        string stages = turn.Turn is null
            ? ""
            : string.Join("  ", TurnMessage.Stages.Where(turn.Turn.StagesMs.ContainsKey).Select(s => string.Create(CultureInfo.InvariantCulture, $"{s[..^3]} {turn.Turn.StagesMs[s]}")));
        Console.Write($"""

              {number}  said    {line.Say}{(who.Length > 0 ? $"   ({who})" : "")}
                 heard   {turn.Turn?.Heard}
                 answer  {turn.Turn?.Answer}
                 ms      {stages}  at the speaker {(turn.ResponseMs is double ms ? ms.ToString("0", CultureInfo.InvariantCulture) : "-")}{(failedStage.Length > 0 ? $"\n     failed at {failedStage}" : "")}

            """);
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
