using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Wearable.Contract;

namespace Wearable.Bench;

/// <summary>
/// <c>fleet [WEARABLES [SECONDS]]</c>: wearables at protocol level stay connected to a gateway in a process of its own, each telling its
/// health (QoS 1) every 15 s; the time to the acknowledgement is the heartbeat. The gateway runs without speech engines.
/// </summary>
internal static class FleetBench
{
    private const int HealthEveryMs = 15_000;

    public static async Task<int> RunAsync(string[] args)
    {
        int wearables = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 10_000;
        int seconds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 60;
        string data = Directory.CreateTempSubdirectory("wearable-fleet-").FullName;
        try
        {
            using GatewayProcess gateway = await GatewayProcess.StartAsync(data, wearables + 16);
            long before = gateway.ResidentMb;
            Stopwatch watch = Stopwatch.StartNew();
            Member[] members = new Member[wearables];
            await Parallel.ForAsync(0, wearables, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, cancellation) =>
                members[i] = new Member(await RawMqtt.ConnectAsync(gateway.Port, $"bench-{i}", 60, cancellation), i));
            Console.WriteLine($"{wearables} wearables connected in {watch.Elapsed.TotalSeconds:0.0} s");
            long peak = 0;
            using CancellationTokenSource over = new(TimeSpan.FromSeconds(seconds));
            Task[] work = [.. members.Select(m => m.RunAsync(over.Token))];
            while (!over.IsCancellationRequested)
            {
                peak = Math.Max(peak, gateway.ResidentMb);
                await Task.Delay(500);
            }

            await Task.WhenAll(work);
            int connected = members.Count(m => m.Alive);
            List<double> times = [.. members.SelectMany(m => m.HeartbeatsMs).Order()];
            double p50 = LatencyBench.Percentile(times, 50), p99 = LatencyBench.Percentile(times, 99);
            Console.WriteLine(Line($"gateway {before} MB empty, at most {peak} MB with {connected} connected; {times.Count} heartbeats in {seconds} s: p50 {p50:0.0} ms, p99 {p99:0.0} ms, longest {times.LastOrDefault():0} ms"));
            Console.WriteLine(Line($"{{\"connected\":{connected},\"rss_mb\":{peak},\"p99_ms\":{p99:0.0},\"heartbeats\":{times.Count}}}"));
            return connected == wearables ? 0 : 1;
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static string Line(FormattableString s) => s.ToString(CultureInfo.InvariantCulture);

    private sealed class Member(Socket socket, int index)
    {
        private readonly byte[] _answer = new byte[4];

        public bool Alive { get; private set; } = true;

        public List<double> HeartbeatsMs { get; } = [];

        public async Task RunAsync(CancellationToken over)
        {
            try
            {
                // Spread evenly, as boot times are.
                await Task.Delay((int)(index * 7919L % HealthEveryMs), over);
                for (int n = 1; ; n++)
                {
                    DeviceHealthMessage health = new() { BootId = 7, Number = n, FreeHeapBytes = 90_000, LowestHeapBytes = 80_000, ResetReason = "power", UptimeMs = n * HealthEveryMs };
                    WireWriter writer = new();
                    health.Write(writer);
                    byte[] packet = RawMqtt.Publish(new Topics($"bench-{index}").DeviceHealth, writer.ToArray(), out int idAt);
                    packet[idAt + 1] = (byte)(1 + (n % 200));
                    long began = Stopwatch.GetTimestamp();
                    await socket.SendAsync(packet, CancellationToken.None);
                    await RawMqtt.ReadAsync(socket, _answer, CancellationToken.None);
                    HeartbeatsMs.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                    await Task.Delay(HealthEveryMs, over);
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
    }
}
