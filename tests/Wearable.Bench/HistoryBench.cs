using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wearable.Gateway;
using Wearable.Gateway.Telemetry;

namespace Wearable.Bench;

/// <summary>
/// <c>history [DAYS] [--store WHERE]</c>: a year of synthetic readings of one person, every 5 s (6.3 M), in the real database; then what the page asks
/// for over HTTP: the whole year first, then zooms to a quarter, month, week, day, hour and minute at seeded places.
/// </summary>
internal static class HistoryBench
{
    private const int EverySeconds = 5;
    private const double OpensWithinMs = 1000, ZoomsWithinMs = 300;

    public static async Task<int> RunAsync(string[] args)
    {
        int days = 365;
        string where = "sqlite";
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] == "--store" && i + 1 < args.Length)
            {
                where = args[++i];
            }
            else if (!int.TryParse(args[i], NumberStyles.None, CultureInfo.InvariantCulture, out days) || days is 0 or > 3650)
            {
                Console.Error.WriteLine("history [DAYS] [--store WHERE] expected, DAYS 1 to 3650");
                return 2;
            }
        }

        await using BenchStore? bench = await BenchStore.OpenAsync(where);
        if (bench is null)
        {
            return 2;
        }

        string data = Directory.CreateTempSubdirectory("wearable-history-").FullName;
        try
        {
            GatewayOptions options = new() { HttpPort = 0, MqttPort = 0, DataFolder = data, Store = bench.Choice, KeepDays = days + 2, LogLevel = LogLevel.Warning };
            long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            Stopwatch filling = Stopwatch.StartNew();
            long rows = await FillAsync(options, now, days);
            Console.WriteLine(Line($"{rows:N0} readings stored in {filling.Elapsed.TotalSeconds:0.0} s, {bench.Kind}"));
            await using WebApplication app = await GatewayApp.BuildAsync(options);
            await GatewayApp.StartAsync(app);
            using HttpClient http = new() { BaseAddress = new Uri($"http://127.0.0.1:{app.Services.GetRequiredService<GatewayPorts>().Http}") };
            bool kept = await MeasureAsync(http, now, days, rows, bench.Kind);
            await app.StopAsync();
            return kept ? 0 : 1;
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task<bool> MeasureAsync(HttpClient http, long now, int days, long rows, string store)
    {
        const long Minute = 60_000, Day = 24 * 60 * Minute;
        long span = days * Day;
        (double opened, long told, _) = await AskAsync(http, now - span, now);
        Console.WriteLine(Line($"{"open, all",-12} {opened,8:0.0} ms, {told,9:N0} readings told of"));
        bool right = told == rows;
        Random places = new(7);
        double worst = 0;
        foreach ((string name, long ms) in ((string, long)[])[("quarter", 91 * Day), ("month", 30 * Day), ("week", 7 * Day), ("3 days", 3 * Day), ("day", Day), ("hour", 60 * Minute), ("minute", Minute)])
        {
            if (ms > span)
            {
                continue;
            }

            List<double> took = [];
            long most = 0;
            for (int i = 0; i < 20; i++)
            {
                long from = now - span + (long)(places.NextDouble() * (span - ms));
                (double oneMs, long n, int columns) = await AskAsync(http, from, from + ms);
                took.Add(oneMs);
                most = Math.Max(most, columns);
                right &= n >= ms / 1000 / EverySeconds - 1 && columns <= 1001;
            }

            took.Sort();
            worst = Math.Max(worst, took[^1]);
            Console.WriteLine(Line($"{name,-12} {took[took.Count / 2],8:0.0} ms median, {took[^1]:0.0} ms worst of {took.Count}, at most {most} columns"));
        }

        Console.WriteLine(Line($"{{\"store\":\"{store}\",\"readings\":{rows},\"open_ms\":{opened:0.0},\"zoom_worst_ms\":{worst:0.0},\"complete\":{(right ? "true" : "false")}}}"));
        return right && opened <= OpensWithinMs && worst <= ZoomsWithinMs;
    }

    private static async Task<(double Ms, long Readings, int Columns)> AskAsync(HttpClient http, long from, long to)
    {
        Stopwatch watch = Stopwatch.StartNew();
        byte[] answer = await http.GetByteArrayAsync(Line($"/api/heart/history?device=bear&from={from}&to={to}&points=1000"));
        double ms = watch.Elapsed.TotalMilliseconds;
        using JsonDocument json = JsonDocument.Parse(answer);
        JsonElement counts = json.RootElement.GetProperty("n");
        return (ms, counts.EnumerateArray().Sum(n => n.GetInt64()), counts.GetArrayLength());
    }

    // Day and night, exercise at six, and every hundredth reading refused.
    private static async Task<long> FillAsync(GatewayOptions options, long now, int days)
    {
        const int BatchRows = 50_000;
        long rows = days * 86_400L / EverySeconds;
        Random random = new(7);
        await using IStore store = await Stores.OpenAsync(options);
        await using IStoreSession session = store.OpenSession(TimeProvider.System);
        List<StoreRow> batch = new(BatchRows);
        for (long i = 0; i < rows; i++)
        {
            long then = now - ((rows - i) * EverySeconds * 1000);
            double hour = then / 3_600_000.0 % 24;
            double rate = 66 + (12 * Math.Sin((hour - 9) / 24 * 2 * Math.PI)) + (hour is > 18 and < 18.7 ? 55 : 0) + (random.NextDouble() * 8);
            batch.Add(StoreRow.Add(StoreTable.Heart, "bear", then, random.Next(100) == 0 ? null : (int)(rate * 10), 60 + random.Next(40), "ok", "beats", 120, 15));
            if (batch.Count == BatchRows || i == rows - 1)
            {
                await session.WriteAsync(batch);
                batch.Clear();
            }
        }

        return rows;
    }

    private static string Line(FormattableString text) => FormattableString.Invariant(text);
}
