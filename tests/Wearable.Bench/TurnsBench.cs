using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wearable.Firmware;
using Wearable.Firmware.Board;
using Wearable.Gateway;
using Wearable.Gateway.Conversation;
using Wearable.Gateway.Models;
using Wearable.Gateway.Speech;
using Wearable.Simulator;

namespace Wearable.Bench;

/// <summary>
/// <c>turns [TURNS]</c>: memory of a whole gateway, speech engines included, in a process of its own over many turns of several wearables.
/// </summary>
internal static class TurnsBench
{
    /// <summary>First argument of the child: a voice gateway at SPEED on the data folder.</summary>
    public const string ChildVerb = "voice-gateway-child";

    private const string Help = """
        turns [TURNS] [--speed X] [--wearables N]
          Memory of the whole gateway in a process of its own, speech engines included, while N simulated wearables (default 4) hold
          TURNS turns (default 1000) of wake word, question, answer and playback. Gateway and wearables run X times (default 4) as fast as
          the clock: waits shorten, work does not. Memory is what the operating system counts (resident set) and the runtime's heap after
          a collection, told by the child every 20 turns. The first fifth of the turns is warming up: the figure compares the mean
          of the readings after it, first quarter with last quarter.
          Last line: {"turns","answered","rss_first_mb","rss_last_mb","growth_percent","heap_growth_percent"}; exit 1 when the resident
          set grows by more than 5 % or fewer than 95 % of the turns are answered.
        """;

    private const int EveryTurns = 20;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly string[] Questions =
    [
        "computer, what time is it?", "computer, who are you?", "computer, say hello.", "computer, what day is it today?", "computer, thank you.", "computer, set the volume to forty percent.",
    ];

    public static async Task<int> RunAsync(string[] args)
    {
        int turns = args.Length > 0 && !args[0].StartsWith('-') ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1000;
        int speed = Option(args, "--speed", 4), count = Option(args, "--wearables", 4);
        if (args.Contains("--help") || turns < 5 * EveryTurns || speed < 1 || count < 1)
        {
            Console.WriteLine(Help);
            return args.Contains("--help") ? 0 : 2;
        }

        string data = Directory.CreateTempSubdirectory("wearable-turns-").FullName;
        using Process child = StartChild(data, speed);
        try
        {
            int port = int.Parse(await child.StandardOutput.ReadLineAsync() ?? "", CultureInfo.InvariantCulture);
            return await MeasureAsync(child, port, turns, count, speed);
        }
        finally
        {
            child.Kill();
            await child.WaitForExitAsync();
            Directory.Delete(data, recursive: true);
        }
    }

    /// <summary>The child: tells its port, then its memory for each line it is given.</summary>
    public static async Task<int> RunChildAsync(string[] args)
    {
        int speed = int.Parse(args[1], CultureInfo.InvariantCulture);
        GatewayOptions options = new() { HttpPort = 0, MqttPort = 0, DataFolder = args[0], LogLevel = LogLevel.Error };
        await using WebApplication app = await VoiceGateway.BuildAsync(options, services =>
        {
            services.AddSingleton<TimeProvider>(new FastTime(speed));
            services.AddSingleton(new ConversationSettings
            {
                MaxTranscription = TimeSpan.FromSeconds(20 * speed), MaxToPlay = TimeSpan.FromSeconds(10 * speed), MaxThinking = TimeSpan.FromSeconds(10 * speed),
                SameWakeWithin = TimeSpan.Zero, // each wearable is in a room of its own
            });
        });
        await GatewayApp.StartAsync(app);
        Console.WriteLine(app.Services.GetRequiredService<GatewayPorts>().Mqtt);
        while (await Console.In.ReadLineAsync() is not null)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            long heap = GC.GetTotalMemory(forceFullCollection: true);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Process.GetCurrentProcess().WorkingSet64} {heap}"));
        }

        return 0;
    }

    private static async Task<int> MeasureAsync(Process child, int port, int turns, int count, int speed)
    {
        ModelFiles models = await new ModelStore(new ModelStoreOptions()).EnsureAsync();
        using FliteTextToSpeech speech = new(models.PathOf("flite"), models.CompiledFolder);
        short[][] questions = [.. await Task.WhenAll(Questions.Select(async q => (await speech.SpeakAsync(q, new SpeakingStyle("rms"))).Samples))];
        FastTime time = new(speed);
        SimulatedWearable[] wearables = [.. Enumerable.Range(0, count).Select(i => new SimulatedWearable(new SimulatedWearableOptions { Id = $"bench-{i}", Seed = i + 1, BrokerPort = port, Clock = time.Clock() }))];
        foreach (SimulatedWearable wearable in wearables)
        {
            wearable.Start();
            await wearable.ReachesAsync(() => wearable.LinkState == LinkState.Up, Limit);
        }

        List<(int Turn, double RssMb, double HeapMb)> readings = [];
        int begun = 0, ended = 0, answered = 0;
        SemaphoreSlim reading = new(1, 1);
        Console.WriteLine($"load of the machine {BenchHouse.Load}; {count} wearables, {speed} times as fast as the clock");
        Console.WriteLine(" turns  answered   RSS MB   heap MB");
        await Task.WhenAll(wearables.Select(async wearable =>
        {
            for (int turn = Interlocked.Increment(ref begun); turn <= turns; turn = Interlocked.Increment(ref begun))
            {
                if (await AskAsync(wearable, questions[turn % questions.Length]))
                {
                    Interlocked.Increment(ref answered);
                }

                if (Interlocked.Increment(ref ended) is int now && now % EveryTurns == 0)
                {
                    await reading.WaitAsync();
                    await child.StandardInput.WriteLineAsync("memory");
                    string[] told = (await child.StandardOutput.ReadLineAsync() ?? "").Split(' ');
                    (double rss, double heap) = (long.Parse(told[0], CultureInfo.InvariantCulture) / 1048576.0, long.Parse(told[1], CultureInfo.InvariantCulture) / 1048576.0);
                    readings.Add((now, rss, heap));
                    reading.Release();
                    if (now % (EveryTurns * 5) == 0)
                    {
                        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{now,6}  {answered,8}   {rss,6:0.0}   {heap,7:0.0}"));
                    }
                }
            }
        }));
        foreach (SimulatedWearable wearable in wearables)
        {
            await wearable.StopAsync();
        }

        (double, double)[] steady = [.. readings.OrderBy(r => r.Turn).Where(r => r.Turn > turns / 5).Select(r => (r.RssMb, r.HeapMb))];
        (double rssFirst, double heapFirst) = Mean(steady[..Math.Max(1, steady.Length / 4)]);
        (double rssLast, double heapLast) = Mean(steady[^Math.Max(1, steady.Length / 4)..]);
        double growth = 100 * ((rssLast / rssFirst) - 1), heapGrowth = 100 * ((heapLast / heapFirst) - 1);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"turns\":{turns},\"answered\":{answered},\"rss_first_mb\":{rssFirst:0.0},\"rss_last_mb\":{rssLast:0.0},\"growth_percent\":{growth:0.0},\"heap_growth_percent\":{heapGrowth:0.0},\"speed\":{speed}}}"));
        return growth <= 5 && answered >= turns * 95 / 100 ? 0 : 1;
    }

    // True when an answer was played to its end.
    internal static async Task<bool> AskAsync(SimulatedWearable wearable, short[] question)
    {
        await wearable.ReachesAsync(() => wearable.Mode == DeviceMode.Idle, Limit);
        double restedMs = wearable.Clock.NowMs;
        await wearable.ReachesAsync(() => wearable.Clock.NowMs > restedMs + 600, Limit);
        wearable.TakePlayed();
        await wearable.SayAsync(question);
        bool spoke = await wearable.ReachesAsync(() => wearable.Mode == DeviceMode.Speaking, TimeSpan.FromSeconds(15));
        bool rested = await wearable.ReachesAsync(() => wearable.Mode == DeviceMode.Idle, Limit);
        return spoke && rested && wearable.TakePlayed().Length > SpeechFormat.SampleRateHz / 2;
    }

    private static (double, double) Mean((double Rss, double Heap)[] readings) => (readings.Average(r => r.Rss), readings.Average(r => r.Heap));

    private static int Option(string[] args, string name, int standard)
    {
        int at = Array.IndexOf(args, name);
        return at < 0 ? standard : at + 1 < args.Length && int.TryParse(args[at + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : 0;
    }

    internal static Process StartChild(string data, int speed)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardInput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(TurnsBench).Assembly.Location);
        }

        foreach (string argument in (string[])[ChildVerb, data, speed.ToString(CultureInfo.InvariantCulture)])
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }
}
