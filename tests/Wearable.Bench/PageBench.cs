using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wearable.Gateway;
using Wearable.Gateway.Dashboard;
using Wearable.Gateway.Models;
using Wearable.Gateway.Mqtt;

namespace Wearable.Bench;

/// <summary>
/// <c>page [MINUTES [WEARABLES]]</c>: wearables at protocol level with all their telemetry, and a real Chromium that looks: time to the first useful
/// paint, then CPU and memory of the page. Chromium draws without a GPU here, which costs it more than on a desktop. Linux only: /proc is read.
/// </summary>
internal static class PageBench
{
    private const double PaintsWithinMs = 1000, PageCpuPercent = 60, PageMb = 150;
    private const int Loads = 5;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    public static async Task<int> RunAsync(string[] args)
    {
        double minutes = 10;
        int wearables = 20;
        if (args.Length > 2 || (args.Length > 0 && !(double.TryParse(args[0], CultureInfo.InvariantCulture, out minutes) && minutes is >= 0.2 and <= 1440))
            || (args.Length > 1 && !(int.TryParse(args[1], NumberStyles.None, CultureInfo.InvariantCulture, out wearables) && wearables is > 0 and <= 60)))
        {
            Console.Error.WriteLine("page [MINUTES [WEARABLES]] expected, MINUTES 0.2 to 1440, WEARABLES 1 to 60: a broker takes 64 connections of one address");
            return 2;
        }

        string data = Directory.CreateTempSubdirectory("wearable-page-").FullName;
        try
        {
            DashboardFiles files = DashboardFiles.From(await new ModelStore(new ModelStoreOptions()).EnsureAsync());
            GatewayOptions options = new() { HttpPort = 0, MqttPort = 0, DataFolder = data, LogLevel = LogLevel.Error, AllowWords = true };
            await using WebApplication app = await GatewayApp.BuildAsync(options, services => services.AddSingleton(files));
            await GatewayApp.StartAsync(app);
            GatewayPorts ports = app.Services.GetRequiredService<GatewayPorts>();
            using CancellationTokenSource over = new();
            PageLoad load = new(app.Services.GetRequiredService<IDeviceSender>(), ports.Mqtt);
            Task talking = load.RunAsync(wearables, over.Token);
            await load.Connected;
            bool kept = await MeasureAsync(ports.Page, load, minutes, wearables);
            await over.CancelAsync();
            await talking;
            await app.StopAsync();
            return kept ? 0 : 1;
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task<bool> MeasureAsync(Uri page, PageLoad load, double minutes, int wearables)
    {
        using PageBrowser browser = new();
        browser.Open(page, wearables); // the browser's own first steps are not the page's
        List<(double Useful, double First)> paints = [.. Enumerable.Range(0, Loads).Select(_ => browser.Open(page, wearables)).OrderBy(paint => paint.Useful)];
        (double useful, double first) = paints[Loads / 2];
        Console.WriteLine(Line($"first useful paint (all cards, the heart rate and its chart) {useful:0} ms median, {paints[^1].Useful:0} ms worst of {Loads}; first paint of anything {first:0} ms; load of the machine {BenchHouse.Load}"));
        Console.WriteLine("view        seconds  events/s  page CPU %  Chromium CPU %  page MB  heap MB  page errors");
        View house = await LookAsync(browser, load, "wearables", "", minutes * 0.85);
        View topics = await LookAsync(browser, load, "topics", "#topics", minutes * 0.15);
        double worstMb = Math.Max(house.PageMb, topics.PageMb), worstCpu = Math.Max(house.PageCpu, topics.PageCpu);
        int errors = house.Errors + topics.Errors;
        Console.WriteLine(Line($"{{\"minutes\":{minutes:0.0},\"wearables\":{wearables},\"events_per_s\":{house.EventsPerSecond:0.0},\"page_cpu_percent\":{worstCpu:0.0},\"chromium_cpu_percent\":{Math.Max(house.ChromiumCpu, topics.ChromiumCpu):0.0},\"page_mb\":{worstMb:0.0},\"useful_paint_ms\":{useful:0},\"errors\":{errors}}}"));
        return useful <= PaintsWithinMs && worstCpu < PageCpuPercent && worstMb < PageMb && errors == 0;
    }

    private static async Task<View> LookAsync(PageBrowser browser, PageLoad load, string name, string hash, double minutes)
    {
        browser.Show(hash);
        await Task.Delay(LookEvery);
        long events = load.Sent, began = TimeProvider.System.GetTimestamp();
        ChromiumUse before = browser.Use();
        double pageMb = 0, heapMb = 0;
        TimeSpan span;
        do
        {
            await Task.Delay(LookEvery);
            pageMb = Math.Max(pageMb, browser.Use().PageMb);
            heapMb = Math.Max(heapMb, browser.HeapMb());
            span = TimeProvider.System.GetElapsedTime(began);
        }
        while (span < TimeSpan.FromMinutes(minutes));
        ChromiumUse after = browser.Use();
        View view = new(
            (load.Sent - events) / span.TotalSeconds, 100 * (after.PageCpuSeconds - before.PageCpuSeconds) / span.TotalSeconds,
            100 * (after.AllCpuSeconds - before.AllCpuSeconds) / span.TotalSeconds, pageMb, browser.Errors());
        Console.WriteLine(Line($"{name,-10} {span.TotalSeconds,8:0} {view.EventsPerSecond,9:0.0} {view.PageCpu,11:0.0} {view.ChromiumCpu,15:0.0} {view.PageMb,8:0.0} {heapMb,8:0.0} {view.Errors,12}"));
        return view;
    }

    private static string Line(FormattableString text) => FormattableString.Invariant(text);

    private sealed record View(double EventsPerSecond, double PageCpu, double ChromiumCpu, double PageMb, int Errors);
}
