using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wearable.Gateway;
using Wearable.Gateway.Telemetry;

namespace Wearable.Bench;

/// <summary>
/// <c>ingest [--seconds N] [--overload] [--store WHERE]</c>: four wearables at protocol level publish events of 256 bytes with QoS 1 as fast as they are
/// acknowledged; an acknowledgement means committed. Then the database is counted. Beside it, when mosquitto is installed: the same
/// publishers through mosquitto to one subscriber, stored nowhere. With --overload each wearable keeps three times as many unacknowledged.
/// </summary>
internal static class IngestBench
{
    private const int Publishers = 4;
    private const int Window = 512;

    public static async Task<int> RunAsync(string[] args)
    {
        int seconds = 60;
        int window = Window;
        string where = "sqlite";
        for (int i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--seconds" when i + 1 < args.Length && int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out seconds) && seconds > 0:
                    i++;
                    break;
                case "--overload":
                    window = 3 * Window;
                    break;
                case "--store" when i + 1 < args.Length:
                    where = args[++i];
                    break;
                default:
                    Console.Error.WriteLine($"ingest [--seconds N] [--overload] [--store WHERE] expected, N a whole number from 1, got \"{args[i]}\"");
                    return 2;
            }
        }

        await using BenchStore? bench = await BenchStore.OpenAsync(where);
        if (bench is null)
        {
            return 2;
        }

        string data = Directory.CreateTempSubdirectory("wearable-ingest-").FullName;
        try
        {
            (double rate, long lost, long duplicated, long peakMb, double cpuUs) = await GatewayAsync(data, bench, seconds, window);
            double? mosquitto = await MosquittoAsync(seconds, window);
            string ratio = mosquitto is double other ? (rate / other).ToString("0.00", CultureInfo.InvariantCulture) : "null";
            if (mosquitto is double forwarded)
            {
                Console.WriteLine(Line($"mosquitto, forwarding only      {forwarded,10:0} messages/s"));
            }
            else
            {
                Console.WriteLine("mosquitto is not installed: no ratio");
            }

            Console.WriteLine(Line($"{{\"store\":\"{bench.Kind}\",\"rate\":{rate:0},\"cpu_us\":{cpuUs:0.0},\"lost\":{lost},\"duplicated\":{duplicated},\"mosquitto_ratio\":{ratio},\"seconds\":{seconds},\"peak_rss_mb\":{peakMb}}}"));
            return lost == 0 && duplicated == 0 ? 0 : 1;
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task<(double Rate, long Lost, long Duplicated, long PeakMb, double CpuUs)> GatewayAsync(string data, BenchStore bench, int seconds, int window)
    {
        GatewayOptions options = new() { HttpPort = 0, MqttPort = 0, DataFolder = data, Store = bench.Choice, LogLevel = LogLevel.Warning };
        await using WebApplication app = await GatewayApp.BuildAsync(options);
        await GatewayApp.StartAsync(app);
        int port = app.Services.GetRequiredService<GatewayPorts>().Mqtt;
        RawPublisher[] publishers = await ConnectAsync(port, window);
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        Stopwatch watch = Stopwatch.StartNew();
        long sent = (await Task.WhenAll(publishers.Select(p => p.RunAsync(TimeSpan.FromSeconds(seconds))))).Sum();
        double elapsed = watch.Elapsed.TotalSeconds;
        cpu = Environment.CpuUsage.TotalTime - cpu;
        foreach (RawPublisher publisher in publishers)
        {
            publisher.Dispose();
        }

        await app.Services.GetRequiredService<StoreWriter>().FlushAsync();
        (long stored, long distinct) = await CountAsync(app.Services.GetRequiredService<IStore>());
        double rate = stored / elapsed;
        using Process self = Process.GetCurrentProcess();
        long peakMb = self.PeakWorkingSet64 / (1024 * 1024);
        Console.WriteLine(Line($"{Publishers} publishers, 256 bytes, QoS 1, at most {window} unacknowledged each, {elapsed:0.0} s"));
        Console.WriteLine(Line($"gateway, committed to {bench.Kind,-9} {rate,10:0} messages/s, {cpu.TotalMicroseconds / Math.Max(1, stored):0.0} us of CPU each (publishers included)   acknowledged {sent}, stored {stored}, different {distinct}; gateway and publishers peaked at {peakMb} MB"));
        return (rate, sent - distinct, stored - distinct, peakMb, cpu.TotalMicroseconds / Math.Max(1, stored));
    }

    private static async Task<(long Stored, long Distinct)> CountAsync(IStore store)
    {
        string number = store.IsShared ? "payload::json ->> 'n'" : "json_extract(payload, '$.n')";
        return (await store.QueryAsync($"SELECT COUNT(*), COUNT(DISTINCT device || ({number})) FROM events WHERE kind = 'evt/fault'", row => (row.GetInt64(0), row.GetInt64(1)), CancellationToken.None))[0];
    }

    private static async Task<double?> MosquittoAsync(int seconds, int window)
    {
        using Mosquitto? mosquitto = await Mosquitto.StartAsync();
        if (mosquitto is null)
        {
            return null;
        }

        using RawSubscriber subscriber = await RawSubscriber.ConnectAsync(mosquitto.Port, "wearable/#");
        RawPublisher[] publishers = await ConnectAsync(mosquitto.Port, window);
        Stopwatch watch = Stopwatch.StartNew();
        await Task.WhenAll(publishers.Select(p => p.RunAsync(TimeSpan.FromSeconds(seconds))));
        double rate = subscriber.Received / watch.Elapsed.TotalSeconds;
        foreach (RawPublisher publisher in publishers)
        {
            publisher.Dispose();
        }

        return rate;
    }

    private static Task<RawPublisher[]> ConnectAsync(int port, int window) =>
        Task.WhenAll(Enumerable.Range(1, Publishers).Select(i => RawPublisher.ConnectAsync(port, $"bench-{i}", window)));

    private static string Line(FormattableString s) => s.ToString(CultureInfo.InvariantCulture);
}
