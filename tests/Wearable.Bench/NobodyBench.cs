using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Wearable.Gateway.Conversation;
using Wearable.Gateway.Demo;
using Wearable.Simulator;
using Wearable.Simulator.Microphone;
using Wearable.Simulator.Time;

namespace Wearable.Bench;

/// <summary>
/// <c>nobody FOLDER</c>: background without the wake words through whole wearables, MQTT and the whole gateway: how often somebody is answered who never asked.
/// </summary>
internal static class NobodyBench
{
    private const string Help = """
        nobody FOLDER [--wearables N] [--speed X] [--minutes M]
          Every FOLDER/negative/*.wav (16 kHz, or made so), each heard once by one of N simulated wearables (default 4) that run the firmware's own loop,
          gate, detector and connection, with a gateway that runs its own second opinion, speech to text, skills and speech. Wearables and gateway
          run X times (default 6) as fast as the clock; sound lost because this machine could not keep up is told. --minutes: only the first M of each file.
          A wearable hears nothing while it speaks, as on a shelf.
          Last line: {"hours","lost_s","wakes","turned_away","failed","answers"}; exit 1 when anybody was answered or more than 1 % of the sound was lost.
        """;

    private const int ChunkSeconds = 20, SampleRateHz = 16000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task<int> RunAsync(string[] args)
    {
        string? folder = args.FirstOrDefault();
        int count = Option(args, "--wearables", 4), speed = Option(args, "--speed", 6), minutes = Option(args, "--minutes", 100_000);
        if (folder is null || folder.StartsWith('-') || !Directory.Exists(Path.Combine(folder, "negative")) || count < 1 || speed < 1 || minutes < 1)
        {
            Console.WriteLine(Help);
            return folder == "--help" ? 0 : 2;
        }

        // The longest first, so that no wearable is left alone with one of them.
        ConcurrentQueue<string> files = new(Directory.GetFiles(Path.Combine(folder, "negative"), "*.wav").OrderByDescending(f => new FileInfo(f).Length).ThenBy(f => f, StringComparer.Ordinal));
        FastTime time = new(speed);
        EndedTurns ended = new();
        return await BenchHouse.RunAsync(
            [.. Enumerable.Range(0, count).Select(i => new SimulatedWearableOptions { Id = $"shelf-{i}", Seed = i + 1, Clock = time.Clock() })],
            services =>
            {
                services.AddSingleton<TimeProvider>(time);
                services.AddSingleton<ITurnObserver>(ended);
                services.AddSingleton(new ConversationSettings
                {
                    MaxTranscription = TimeSpan.FromSeconds(20 * speed), MaxToPlay = TimeSpan.FromSeconds(10 * speed), MaxThinking = TimeSpan.FromSeconds(10 * speed),
                    SameWakeWithin = TimeSpan.Zero, // each wearable is in a room of its own
                });
            },
            house => MeasureAsync(house, files, ended, minutes));
    }

    private static async Task<int> MeasureAsync(DemoHouse house, ConcurrentQueue<string> files, EndedTurns ended, int minutes)
    {
        int wakes = 0;
        foreach (SimulatedWearable wearable in house.Wearables)
        {
            wearable.Messages.Wake += _ => Interlocked.Increment(ref wakes);
        }

        double hours = 0, lostMs = 0;
        Lock gate = new();
        long begin = Stopwatch.GetTimestamp();
        Console.WriteLine($"load of the machine {BenchHouse.Load}");
        await Task.WhenAll(house.Wearables.Select(async wearable =>
        {
            while (files.TryDequeue(out string? file))
            {
                (double heard, double lost) = await HearAsync(wearable, file, minutes);
                lock (gate)
                {
                    (hours, lostMs) = (hours + heard, lostMs + lost);
                    Console.WriteLine(Line($"{Stopwatch.GetElapsedTime(begin).TotalMinutes,5:0.0} min  {Path.GetFileNameWithoutExtension(file),-28} {heard:0.00} h, {lost / 1000:0.0} s lost; so far {wakes} wakes, {ended.Summary}"));
                }
            }

            await wearable.ReachesAsync(() => wearable.Mode == Wearable.Firmware.DeviceMode.Idle, Limit);
        }));
        foreach (TurnRecord turn in ended.Answered)
        {
            Console.WriteLine($"answered: heard \"{turn.Heard}\", said \"{turn.Answer}\"");
        }

        JsonObject result = new()
        {
            ["hours"] = Math.Round(hours, 2), ["lost_s"] = Math.Round(lostMs / 1000, 1), ["wakes"] = wakes, ["turned_away"] = ended.Count("rejected"),
            ["failed"] = ended.Count("failed"), ["answers"] = ended.Answered.Count,
        };
        Console.WriteLine(result.ToJsonString());
        return ended.Answered.Count == 0 && lostMs < hours * 36_000 ? 0 : 1;
    }

    // A wearable counts its losses anew whenever its microphone starts again.
    private static async Task<(double Hours, double LostMs)> HearAsync(SimulatedWearable wearable, string file, int minutes)
    {
        short[] sound = WavFile.Read(file);
        int all = (int)Math.Min(sound.Length, minutes * 60L * SampleRateHz);
        double lostMs = 0, before = wearable.Microphone.LostMs;
        Task inTheAir = Task.CompletedTask;
        for (int at = 0; at < all; at += ChunkSeconds * SampleRateHz)
        {
            // One chunk plays while the next waits, so that there is no gap of silence between them.
            Task next = wearable.SayAsync(sound[at..Math.Min(all, at + (ChunkSeconds * SampleRateHz))]);
            await inTheAir;
            inTheAir = next;
            double now = wearable.Microphone.LostMs;
            lostMs += now >= before ? now - before : now;
            before = now;
        }

        await inTheAir;
        return (all / (double)SampleRateHz / 3600, lostMs);
    }

    private static int Option(string[] args, string name, int standard)
    {
        int at = Array.IndexOf(args, name);
        return at < 0 ? standard : at + 1 < args.Length && int.TryParse(args[at + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : 0;
    }

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed class EndedTurns : ITurnObserver
    {
        private readonly ConcurrentQueue<TurnRecord> _turns = new();

        public IReadOnlyList<TurnRecord> Answered => [.. _turns.Where(t => t.Answer.Length > 0)];

        public string Summary => string.Join(", ", _turns.GroupBy(t => $"{t.Outcome} {t.Why}".TrimEnd()).Select(g => $"{g.Count()} {g.Key}"));

        public int Count(string outcome) => _turns.Count(t => t.Outcome == outcome);

        public void OnTurnEnded(TurnRecord turn) => _turns.Enqueue(turn);
    }
}
