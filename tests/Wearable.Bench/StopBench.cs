using System.Globalization;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Wearable.Contract;
using Wearable.Firmware;
using Wearable.Gateway.Demo;
using Wearable.Gateway.Mqtt;
using Wearable.Simulator;

namespace Wearable.Bench;

/// <summary>
/// <c>stop [TIMES]</c>: a long answer is ended by the wake word, by the button and by a command; from the end of the word (release of the button,
/// sending of the command) to silence at the speaker.
/// </summary>
internal static class StopBench
{
    private const string Help = """
        stop [TIMES]
          A wearable plays a long answer and is stopped TIMES times (default 20) in each of three ways: the wake word, the button, the
          gateway's stop command. From the last voiced sample of the word, the release of the button or the sending of the command
          to the last sample at the simulated speaker. Real time, whole path. The wearable hears while it speaks (setting barge_in = 1,
          off by default: a real one without echo cancelling may hear itself; the simulator has no echo). A word that was
          not heard within 2 s counts as missed.
          Last line: {"stop_p50_ms","stop_p95_ms","times","missed","button_p95_ms","command_p95_ms"} of the wake word first; exit 1 when a
          p95 is over 300 ms or a word was missed.
        """;

    private const double SilentWithinMs = 2000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public static async Task<int> RunAsync(string[] args)
    {
        int times = 20;
        if (args.Length > 1 || (args.Length == 1 && !int.TryParse(args[0], NumberStyles.None, CultureInfo.InvariantCulture, out times)) || times < 1)
        {
            Console.WriteLine(Help);
            return args is ["--help"] ? 0 : 2;
        }

        string answer = string.Concat(Enumerable.Repeat("This is a long answer that nobody wants to hear to its end. ", 12));
        return await BenchHouse.RunAsync([new SimulatedWearableOptions { Id = "bench-1" }], services => services.AddSingleton<IChatClient>(new OneAnswer(answer)), house => MeasureAsync(house, times));
    }

    private static async Task<int> MeasureAsync(DemoHouse house, int times)
    {
        SimulatedWearable wearable = house.Wearable;
        IDeviceSender sender = house.Services.GetRequiredService<IDeviceSender>();
        ConfigMessage config = new() { Version = 1 };
        config.Add("barge_in", 1);
        await sender.SendConfigAsync(wearable.Id, config);
        short[] question = await house.Person.VoiceAsync("computer, what time is it?", CancellationToken.None);
        short[] word = await house.Person.VoiceAsync("computer.", CancellationToken.None);
        Console.WriteLine($"load of the machine {BenchHouse.Load}");
        Console.WriteLine("how           times  missed   p50 ms   p95 ms   longest");
        List<double> byWord = await RepeatAsync("wake word", async () =>
        {
            await wearable.SayAsync(word);
            await wearable.ReachesAsync(() => wearable.Timeline.PlaybackFinishedMs is not null, TimeSpan.FromMilliseconds(SilentWithinMs));
            double? ms = wearable.Timeline is { PlaybackFinishedMs: double silent, LastVoicedSampleCapturedMs: double said } ? silent - said : null;
            await MuteAsync(1); // the word opened a turn: end it without another answer
            await wearable.ReachesAsync(() => wearable.Mode == DeviceMode.Muted, Limit);
            await MuteAsync(0);
            return ms;
        });
        List<double> byButton = await RepeatAsync("button", async () =>
        {
            wearable.Button.Press();
            await Task.Delay(150);
            double releasedMs = wearable.Clock.ToEpochMs(wearable.Clock.NowMs);
            wearable.Button.Release();
            await wearable.ReachesAsync(() => wearable.Timeline.PlaybackFinishedMs is not null, TimeSpan.FromMilliseconds(SilentWithinMs));
            return wearable.Timeline.PlaybackFinishedMs - releasedMs;
        });
        List<double> byCommand = await RepeatAsync("command", async () =>
        {
            double sentMs = wearable.Clock.ToEpochMs(wearable.Clock.NowMs);
            await sender.SendCommandAsync(wearable.Id, CommandNames.Stop, new CommandMessage());
            await wearable.ReachesAsync(() => wearable.Timeline.PlaybackFinishedMs is not null, TimeSpan.FromMilliseconds(SilentWithinMs));
            return wearable.Timeline.PlaybackFinishedMs - sentMs;
        });
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"stop_p50_ms\":{LatencyBench.Percentile(byWord, 50):0},\"stop_p95_ms\":{LatencyBench.Percentile(byWord, 95):0},\"times\":{times},\"missed\":{times - byWord.Count},\"button_p95_ms\":{LatencyBench.Percentile(byButton, 95):0},\"command_p95_ms\":{LatencyBench.Percentile(byCommand, 95):0}}}"));
        bool quick = new[] { byWord, byButton, byCommand }.All(l => LatencyBench.Percentile(l, 95) <= 300);
        return quick && byWord.Count == times ? 0 : 1;

        async Task MuteAsync(int value) => await sender.SendCommandAsync(wearable.Id, CommandNames.Mute, new CommandMessage { HasValue = true, Value = value });

        // Each time: ask, wait until a second of the answer was played, stop it, wait until the wearable rests.
        async Task<List<double>> RepeatAsync(string how, Func<Task<double?>> stopIt)
        {
            List<double> measured = [];
            for (int i = 0; i < times; i++)
            {
                await wearable.SayAsync(question);
                if (!await wearable.ReachesAsync(() => wearable.Mode == DeviceMode.Speaking, Limit))
                {
                    throw new InvalidOperationException($"stop bench: an answer expected, the wearable is {wearable.Mode}");
                }

                await Task.Delay(1000 + (i * 37 % 200)); // somewhere within a packet
                if (await stopIt() is double ms)
                {
                    measured.Add(Math.Max(0, ms)); // a word known before its own end has no delay
                }

                if (!await wearable.ReachesAsync(() => wearable.Mode == DeviceMode.Idle, TimeSpan.FromSeconds(60)))
                {
                    throw new InvalidOperationException($"stop bench: rest expected, the wearable is {wearable.Mode}");
                }

                await Task.Delay(500);
                wearable.TakePlayed();
            }

            measured.Sort();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{how,-12} {times,6}  {times - measured.Count,6}   {LatencyBench.Percentile(measured, 50),6:0}   {LatencyBench.Percentile(measured, 95),6:0}   {measured.LastOrDefault(),7:0}"));
            return measured;
        }
    }
}
