using System.CommandLine;
using System.Globalization;
using Wearable.Contract;
using Wearable.Gateway.Pulse;

namespace Wearable.Gateway.Replay;

/// <summary>
/// The verb <c>replay</c>: sends a recorded day through the firmware's own pulse code and through a gateway once more, faster than it was, and says where the result is
/// another. <c>replay record</c> makes the recording.
/// </summary>
public sealed class ReplayCommand
{
    private const int MostSeconds = 86_400;

    private readonly Func<ParseResult, GatewayOptions> _optionsOf;
    private readonly Argument<string?> _file = new("file") { Description = "A recording, or a folder of them.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<double> _tolerance = new("--tolerance")
    {
        Description = "Largest difference of two heart rates that is still the same, beats per minute: 0 for a simulated wearable; a board's loop does not run to the millisecond.",
        DefaultValueFactory = _ => 0,
        HelpName = "BPM",
    };

    private readonly Option<string> _device = new("--device") { Description = "The wearable.", Required = true, HelpName = "ID" };
    private readonly Option<string> _out = new("--out") { Description = "File to write, readable by you only; keep it so, it is about a person.", Required = true, HelpName = "FILE" };
    private readonly Option<int> _seconds = new("--seconds") { Description = $"How long, 1 to {MostSeconds}; Ctrl+C ends earlier.", DefaultValueFactory = _ => MostSeconds, HelpName = "N" };
    private readonly Option<bool> _pulse = new("--pulse") { Description = "Ask for the light of the pulse sensor, without which heart rates cannot be replayed. Touch it after the start: a replay begins where the sensor begins." };
    private readonly Option<bool> _sound = new("--allow-sound") { Description = "Record what the microphone sends, without which turns cannot be replayed. Only with the consent of everyone who may be heard." };
    private readonly Option<string> _broker = new("--broker") { Description = "Where the gateway's broker is.", DefaultValueFactory = _ => "127.0.0.1", HelpName = "HOST" };

    private ReplayCommand(Func<ParseResult, GatewayOptions> optionsOf) => _optionsOf = optionsOf;

    /// <summary>Makes the verb.</summary>
    public static Command Make(Func<ParseResult, GatewayOptions> optionsOf) => new ReplayCommand(optionsOf).Make();

    private Command Make()
    {
        Command record = new("record", "Records what passes of one wearable, through the running gateway. Sound only where it is allowed.") { _device, _out, _seconds, _pulse, _sound, _broker };
        record.SetAction((parsed, cancellation) => GuardedAsync(parsed, () => RecordAsync(parsed, cancellation)));
        Command replay = new("replay", "Replays a recorded day through firmware and gateway and compares. Exit code 0: the same result.") { _file, _tolerance };
        replay.Subcommands.Add(record);
        replay.SetAction((parsed, cancellation) => GuardedAsync(parsed, () => ReplayAsync(parsed, cancellation)));
        return replay;
    }

    private static async Task<int> GuardedAsync(ParseResult parsed, Func<Task<int>> action)
    {
        try
        {
            return await action().ConfigureAwait(false);
        }
        catch (Exception e) when (e is DayFileException or IOException or UnauthorizedAccessException or WireException)
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync(e.Message).ConfigureAwait(false);
            return 1;
        }
    }

    private async Task<int> RecordAsync(ParseResult parsed, CancellationToken cancellation)
    {
        string device = parsed.GetRequiredValue(_device);
        int seconds = parsed.GetValue(_seconds);
        if (!Ids.IsValid(device))
        {
            throw new DayFileException($"--device: an id of a-z, 0-9 and - expected, got \"{device}\"");
        }

        if (seconds is < 1 or > MostSeconds)
        {
            throw new DayFileException($"--seconds: 1 to {MostSeconds} expected, got {seconds}");
        }

        TextWriter output = parsed.InvocationConfiguration.Output;
        string file = Path.GetFullPath(parsed.GetRequiredValue(_out));
        bool pulse = parsed.GetValue(_pulse), sound = parsed.GetValue(_sound);
        int written = await DayRecorder.RecordAsync(
            parsed.GetRequiredValue(_broker), _optionsOf(parsed).MqttPort, device, file, pulse, sound, TimeSpan.FromSeconds(seconds),
            () => output.WriteLine($"Recording {device}, light of the pulse sensor {(pulse ? "too" : "left out")}, sound {(sound ? "TOO: everyone who may be heard must agree" : "left out")}. Ctrl+C ends. {HeartRow.Notice}."),
            _ => { },
            cancellation).ConfigureAwait(false);
        output.WriteLine($"{file}: {written} messages");
        return 0;
    }

    private async Task<int> ReplayAsync(ParseResult parsed, CancellationToken cancellation)
    {
        string path = parsed.GetValue(_file) ?? throw new DayFileException("file: a recording or a folder of them expected, \"replay record\" makes one");
        string[] files = Directory.Exists(path) ? [.. Directory.GetFiles(path, "*.jsonl").Order(StringComparer.Ordinal)] : [path];
        if (files.Length == 0)
        {
            throw new DayFileException($"{path}: at least one .jsonl expected, got none");
        }

        bool same = true;
        foreach (string file in files)
        {
            DayFile day = DayFile.Read(file);
            parsed.InvocationConfiguration.Output.WriteLine($"{file}: {day.Device}, {day.Messages.Count} messages");
            same &= Pulse(day, parsed.GetValue(_tolerance), parsed.InvocationConfiguration.Output);
            same &= await TurnsAsync(day, _optionsOf(parsed), parsed.InvocationConfiguration.Output, cancellation).ConfigureAwait(false);
        }

        parsed.InvocationConfiguration.Output.WriteLine(same ? "The same result." : "Another result.");
        return same ? 0 : 1;
    }

    private static bool Pulse(DayFile day, double tolerance, TextWriter output)
    {
        IReadOnlyList<PulseStretch> stretches = PulseStretch.Of(day);
        if (stretches.Count == 0)
        {
            output.WriteLine("  pulse  no light was recorded (replay record --pulse)");
        }

        bool same = true;
        foreach (PulseStretch stretch in stretches)
        {
            PulseResult result = PulseReplay.Run(stretch);
            bool good = result.Same || (tolerance > 0 && result.LargestBpm <= tolerance && result.Compared > 0);
            same &= good || !result.Binding;
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  pulse  {stretch.Counts.Count / (stretch.RateMilliHz / 1000.0),6:0} s from {DateTimeOffset.FromUnixTimeMilliseconds(stretch.BeginMs):HH:mm:ss}: {result.Equal} of {result.Compared} heart messages the same, largest difference {result.LargestBpm:0.0} bpm, {result.Missing} only in one{Why(stretch)}"));
        }

        return same;
    }

    private static string Why(PulseStretch stretch) =>
        (stretch.FromStart ? "" : "; the recording began while the sensor was touched, so the firmware knew more than the replay can") + (stretch.Lost > 0 ? $"; {stretch.Lost} samples were lost on the way" : "");

    private static async Task<bool> TurnsAsync(DayFile day, GatewayOptions options, TextWriter output, CancellationToken cancellation)
    {
        IReadOnlyList<ReplayedTurn> recorded = ReplayedTurn.Of(day);
        if (recorded.Count == 0 || !day.HasSound)
        {
            output.WriteLine(recorded.Count == 0 ? "  turns  none were recorded" : $"  turns  {recorded.Count} recorded, without their sound (replay record --allow-sound)");
            return true;
        }

        IReadOnlyList<ReplayedTurn> now = await TurnReplay.RunAsync(day, options, cancellation).ConfigureAwait(false);
        bool same = true;
        foreach (ReplayedTurn then in recorded)
        {
            ReplayedTurn? again = now.FirstOrDefault(turn => turn.Id == then.Id);
            bool equal = again?.Essence == then.Essence;
            same &= equal;
            output.WriteLine($"  turn   {then.Id}: {(equal ? "the same: " + then.Essence : $"was {then.Essence}")}");
            if (!equal)
            {
                output.WriteLine($"         {new string(' ', then.Id.Length)}  is  {again?.Essence ?? "not there"}");
            }
        }

        foreach (ReplayedTurn extra in now.Where(turn => recorded.All(then => then.Id != turn.Id)))
        {
            same = false;
            output.WriteLine($"  turn   {extra.Id}: was not there, is {extra.Essence}");
        }

        return same;
    }
}
