using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Wearable.Contract;
using Wearable.Firmware.Board;
using Wearable.Gateway.Models;
using Wearable.Gateway.Speech;
using Wearable.Gateway.Telemetry.Sqlite;
using Wearable.Simulator;

namespace Wearable.Bench;

/// <summary>
/// <c>house [WEARABLES [CONVERSATIONS [SECONDS]]]</c>: wearables at protocol level tell all a wearable tells (heart every 2 s, beats every
/// 10 s, health every 30 s, an event every 10 s), while whole simulated ones hold a conversation each, all at once and without a pause,
/// with a whole gateway in a process of its own. From the end of speech to the first sound of the answer, and whether the database has
/// all that was sent.
/// </summary>
internal static class HouseBench
{
    private const double LimitMs = 2500;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly string[] Questions = ["computer, what time is it?", "computer, who are you?", "computer, say hello.", "computer, what day is it today?"];

    public static async Task<int> RunAsync(string[] args)
    {
        int wearables = KillsBench.Number(args, 0, 200), conversations = KillsBench.Number(args, 1, 4), seconds = KillsBench.Number(args, 2, 60);
        string data = Directory.CreateTempSubdirectory("wearable-house-").FullName;
        using Process child = TurnsBench.StartChild(data, 1);
        try
        {
            int port = int.Parse(await child.StandardOutput.ReadLineAsync() ?? "", CultureInfo.InvariantCulture);
            Teller[] tellers = [.. await Task.WhenAll(Enumerable.Range(1, wearables).Select(async i => new Teller(await RawMqtt.ConnectAsync(port, $"bench-{i}", 60), i)))];
            SimulatedWearable[] talkers = await TalkersAsync(port, conversations);
            short[][] questions = await QuestionsAsync();
            await Task.WhenAll(talkers.Select(talker => AskAsync(talker, questions[0]))); // the first one warms the engines
            Console.WriteLine($"load of the machine {BenchHouse.Load}; {wearables} wearables tell all they have, {conversations} conversations at once, {seconds} s");
            using CancellationTokenSource over = new(TimeSpan.FromSeconds(seconds));
            Task[] telling = [.. tellers.Select(teller => teller.RunAsync(over.Token))];
            double?[][] times = await Task.WhenAll(talkers.Select((talker, i) => TalkAsync(talker, questions, i, over.Token)));
            await Task.WhenAll(telling);
            foreach (SimulatedWearable talker in talkers)
            {
                await talker.StopAsync();
            }

            await Task.Delay(1000); // QoS 0 is not acknowledged: what was sent last is on its way
            child.Kill();
            await child.WaitForExitAsync();
            return Judge(data, tellers, [.. times.SelectMany(t => t)]);
        }
        finally
        {
            if (!child.HasExited)
            {
                child.Kill();
                await child.WaitForExitAsync();
            }

            Directory.Delete(data, recursive: true);
        }
    }

    private static int Judge(string data, Teller[] tellers, double?[] times)
    {
        List<double> answered = [.. times.OfType<double>().Order()];
        using SqliteConnection connection = new($"Data Source={Path.Combine(data, SqliteStore.FileName)};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = """
            SELECT (SELECT COUNT(*) FROM heart WHERE device LIKE 'bench-%') + (SELECT COUNT(*) FROM beats WHERE device LIKE 'bench-%')
                + (SELECT COUNT(*) FROM health WHERE device LIKE 'bench-%') + (SELECT COUNT(*) FROM events WHERE device LIKE 'bench-%')
            """;
        long stored = (long)command.ExecuteScalar()!, sent = tellers.Sum(t => (long)t.Sent);
        int failed = times.Length - answered.Count;
        double p50 = LatencyBench.Percentile(answered, 50), p95 = LatencyBench.Percentile(answered, 95);
        Console.WriteLine(Line($"{answered.Count} answers: first sound after p50 {p50:0} ms, p95 {p95:0} ms; {failed} not answered; {stored} of {sent} messages stored, {tellers.Count(t => !t.Alive)} connections lost; load {BenchHouse.Load}"));
        Console.WriteLine(Line($"{{\"wearables\":{tellers.Length},\"answers\":{answered.Count},\"p50_ms\":{Number(answered, p50)},\"p95_ms\":{Number(answered, p95)},\"failed\":{failed},\"sent\":{sent},\"lost\":{sent - stored}}}"));
        return answered.Count > 0 && p95 <= LimitMs && failed == 0 && stored == sent ? 0 : 1;
    }

    private static async Task<SimulatedWearable[]> TalkersAsync(int port, int count)
    {
        SimulatedWearable[] talkers = [.. Enumerable.Range(1, count).Select(i => new SimulatedWearable(new SimulatedWearableOptions { Id = $"talk-{i}", Seed = i, BrokerPort = port }))];
        foreach (SimulatedWearable talker in talkers)
        {
            talker.Start();
            await talker.ReachesAsync(() => talker.LinkState == LinkState.Up, Limit);
        }

        return talkers;
    }

    private static async Task<short[][]> QuestionsAsync()
    {
        ModelFiles models = await new ModelStore(new ModelStoreOptions()).EnsureAsync();
        using FliteTextToSpeech speech = new(models.PathOf("flite"), models.CompiledFolder);
        return [.. await Task.WhenAll(Questions.Select(async q => (await speech.SpeakAsync(q, new SpeakingStyle("rms"))).Samples))];
    }

    private static async Task<double?[]> TalkAsync(SimulatedWearable talker, short[][] questions, int first, CancellationToken over)
    {
        List<double?> times = [];
        for (int turn = first; !over.IsCancellationRequested; turn++)
        {
            times.Add(await AskAsync(talker, questions[turn % questions.Length]));
        }

        return [.. times];
    }

    // First sound after the end of speech, ms; null: no answer.
    private static async Task<double?> AskAsync(SimulatedWearable talker, short[] question)
    {
        await TurnsBench.AskAsync(talker, question);
        return talker.Timeline.ResponseMs;
    }

    private static string Number(List<double> all, double figure) => all.Count == 0 ? "null" : figure.ToString("0", CultureInfo.InvariantCulture);

    private static string Line(FormattableString s) => s.ToString(CultureInfo.InvariantCulture);

    private sealed class Teller(Socket socket, int index)
    {
        private readonly Topics _topics = new($"bench-{index}");
        private readonly WireWriter _writer = new();
        private readonly byte[] _answer = new byte[4];

        public int Sent { get; private set; }

        public bool Alive { get; private set; } = true;

        public async Task RunAsync(CancellationToken over)
        {
            try
            {
                await Task.Delay(index * 37 % 2000, over); // not all at once
                for (int second = 0; ; second += 2)
                {
                    await TellAsync(second);
                    await Task.Delay(2000, over);
                }
            }
            catch (OperationCanceledException)
            {
                // the measurement is over
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                Alive = false;
            }
        }

        private async Task TellAsync(int second)
        {
            await SayAsync(_topics.Heart, new HeartMessage { HasRate = true, RateBpmX10 = 720 + (second % 50), Quality = 90, State = 2, Source = 1, Perfusion = 1200 });
            if (second % 10 == 0)
            {
                BeatsMessage beats = new() { FirstBeatMs = second * 1000, Count = 10 };
                Array.Fill(beats.IntervalsMs, 833);
                Array.Fill(beats.Accepted, 1);
                await SayAsync(_topics.Beats, beats);
                await SayAsync(_topics.Button, new OccurrenceMessage { What = "short", Count = 1 + (second / 10) }, acknowledged: true);
            }

            if (second % 30 == 0)
            {
                await SayAsync(_topics.DeviceHealth, new DeviceHealthMessage { FreeHeapBytes = 90_000, LowestHeapBytes = 80_000, ResetReason = "power", UptimeMs = second * 1000 });
            }
        }

        private async Task SayAsync(string topic, DeviceMessage message, bool acknowledged = false)
        {
            message.BootId = 7;
            message.Number = ++Sent;
            message.Write(_writer);
            if (!acknowledged)
            {
                await socket.SendAsync(RawMqtt.PublishOnce(topic, _writer.ToArray()), CancellationToken.None);
                return;
            }

            byte[] packet = RawMqtt.Publish(topic, _writer.ToArray(), out int idAt);
            packet[idAt + 1] = 1;
            await socket.SendAsync(packet, CancellationToken.None);
            await RawMqtt.ReadAsync(socket, _answer, CancellationToken.None);
        }
    }
}
