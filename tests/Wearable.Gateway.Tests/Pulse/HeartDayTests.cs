using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;
using Wearable.Gateway.Pulse;
using Wearable.Gateway.Telemetry;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests.Pulse;

public sealed class SqliteHeartDayTests() : HeartDayTests(StoreKind.Sqlite);

public sealed class PostgresHeartDayTests() : HeartDayTests(StoreKind.Postgres);

public abstract class HeartDayTests(StoreKind kind)
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private readonly FakeTimeProvider _time = new(Noon.AddHours(6));

    [Fact]
    public async Task A_day_has_range_mean_and_minutes_in_zones_of_the_wearers_age()
    {
        await using TestGateway gateway = await StartAsync("""{ "devices": { "bear": { "age": 40 } } }""");
        await AddAsync(gateway, Noon, 300, _ => 700);
        await AddAsync(gateway, Noon.AddMinutes(10), 300, _ => 1400);
        JsonElement day = await gateway.Http.GetFromJsonAsync<JsonElement>("/api/heart/day?device=bear&date=2026-11-23");
        Assert.Equal(("Not a medical device", 20.0, 70.0, 140.0, 105.0), (day.GetProperty("notice").GetString(), Number(day, "measuredMinutes"), Number(day, "lowestBpm"), Number(day, "highestBpm"), Number(day, "meanBpm")));
        JsonElement[] zones = [.. day.GetProperty("zones").EnumerateArray()];
        // 208 - 0.7 x 40 = 180 at the most; 57 % of it is 102.6, 77 % is 138.6.
        Assert.Equal([0, 102.6, 115.2, 138.6, 172.8], zones.Select(zone => Number(zone, "fromBpm")));
        Assert.Equal([10, 0, 0, 10, 0], zones.Select(zone => Number(zone, "minutes")));
    }

    [Fact]
    public async Task Without_an_age_there_are_no_zones_and_without_readings_no_numbers()
    {
        await using TestGateway gateway = await StartAsync();
        HeartDay empty = await SumAsync(gateway);
        Assert.Equal((0.0, null, null, null, null, null), (empty.MeasuredMinutes, empty.LowestBpm, empty.MeanBpm, empty.Resting, empty.Zones, empty.Variability));
        await AddAsync(gateway, Noon, 10, _ => 700);
        Assert.Null((await SumAsync(gateway)).Zones);
    }

    [Fact]
    public async Task Nothing_is_counted_across_a_gap_or_while_refused()
    {
        await using TestGateway gateway = await StartAsync();
        await AddAsync(gateway, Noon, 30, _ => 700);
        await AddAsync(gateway, Noon.AddMinutes(1), 30, _ => null, "no_contact");
        await AddAsync(gateway, Noon.AddHours(2), 30, _ => 700);
        Assert.Equal(2.0, (await SumAsync(gateway)).MeasuredMinutes);
    }

    [Fact]
    public async Task Resting_rate_is_the_lowest_minute_behind_four_minutes_of_rest()
    {
        await using TestGateway gateway = await StartAsync();
        // Low for four and a half minutes only, then a gap: not rest enough.
        await AddAsync(gateway, Noon, 135, _ => 480);
        await AddAsync(gateway, Noon.AddHours(1), 300, i => i < 120 ? 500 : 600 - (i / 10));
        HeartDay day = await SumAsync(gateway);
        Assert.NotNull(day.Resting);
        Assert.InRange(day.Resting.Bpm, 57.0, 57.4);
        Assert.Contains("Speed et al. 2023", day.Resting.Method, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rest_that_is_broken_by_motion_begins_anew()
    {
        await using TestGateway gateway = await StartAsync();
        await AddAsync(gateway, Noon, 140, _ => 550);
        await AddAsync(gateway, Noon.AddSeconds(280), 1, _ => null, "motion");
        await AddAsync(gateway, Noon.AddSeconds(282), 140, _ => 550);
        Assert.Null((await SumAsync(gateway)).Resting);
    }

    [Fact]
    public async Task A_re_estimated_rate_counts_instead_of_the_live_one_beside_it()
    {
        await using TestGateway gateway = await StartAsync();
        for (int i = 0; i < 30; i++)
        {
            await gateway.Get<StoreWriter>().AddAsync(StoreRow.Add(
                StoreTable.HeartAgain, "bear", Noon.AddSeconds(2 * i).ToUnixTimeMilliseconds(), 1500, 80, "motion", 900, 10000));
        }

        await AddAsync(gateway, Noon.AddMilliseconds(300), 30, _ => 900, "motion");
        HeartDay day = await SumAsync(gateway);
        Assert.Equal((150.0, 150.0, 1.0, 30), (day.LowestBpm, day.HighestBpm, day.MeasuredMinutes, day.ReEstimatedReadings));
    }

    [Fact]
    public async Task Variability_is_an_estimate_of_minutes_with_enough_accepted_intervals()
    {
        await using TestGateway gateway = await StartAsync();
        // 75 intervals of 780 and 820 in turn a minute: RMSSD 40, SDNN 20.1.
        await AddBeatsAsync(gateway, Noon, minutes: 2, _ => true);
        BeatVariability found = (await SumAsync(gateway)).Variability!;
        Assert.Equal(("estimate", 40.0, 2, 0), (found.Label, found.RmssdMs, found.Minutes, found.MinutesRefused));
        Assert.InRange(found.SdnnMs!.Value, 20.0, 20.3);
    }

    [Fact]
    public async Task Variability_is_refused_below_80_percent_accepted_intervals()
    {
        await using TestGateway gateway = await StartAsync();
        await AddBeatsAsync(gateway, Noon, minutes: 2, i => i % 4 != 0);
        Assert.Equal(new BeatVariability("estimate", null, null, 0, 2), (await SumAsync(gateway)).Variability);
    }

    [Fact]
    public async Task No_difference_is_taken_across_a_gap()
    {
        VariabilityFinder finder = new();
        bool[] all = [.. Enumerable.Repeat(true, 30)];
        finder.Take(new BeatRow(Noon, 1000, [.. Enumerable.Repeat(800, 30)], all));
        // The first beat is a minute of uptime later: another level, but no step between the two.
        finder.Take(new BeatRow(Noon.AddSeconds(30), 90_000, [.. Enumerable.Repeat(900, 30)], all));
        Assert.Equal(0.0, finder.Finish()!.RmssdMs);
        await Task.CompletedTask;
    }

    [Theory]
    [InlineData("""{ "devices": { "bear": { "age": 4 } } }""", "devices.bear.age: whole years from 5 to 110 expected, got 4")]
    [InlineData("""{ "devices": { "bear": { "born": 4 } } }""", "devices.bear: age expected, got \"born\"")]
    [InlineData("""{ "bear": 1 }""", "devices expected, got \"bear\"")]
    public void Settings_that_are_not_understood_are_refused(string json, string problem) =>
        Assert.Equal(problem, Assert.Throws<FormatException>(() => HeartSettings.Parse(json)).Message);

    [Fact]
    public async Task The_command_sums_up_and_exports_beside_a_running_gateway()
    {
        await using TestGateway gateway = await StartAsync("""{ "devices": { "bear": { "age": 40 } } }""");
        await AddAsync(gateway, Noon, 300, _ => 700);
        await gateway.Get<StoreWriter>().FlushAsync();
        (int code, string text) = await RunAsync(gateway, "heart", "day", "--device", "bear", "--date", "2026-11-23");
        Assert.Equal(0, code);
        Assert.StartsWith("bear  2026-11-23  Not a medical device", text, StringComparison.Ordinal);
        Assert.Contains("resting      70.0 bpm", text, StringComparison.Ordinal);
        string file = Path.Combine(gateway.Options.DataFolder, "out.csv");
        (code, text) = await RunAsync(gateway, "heart", "export", "--device", "bear", "--from", "2026-11-23", "--out", file);
        Assert.Equal((0, 301), (code, (await File.ReadAllLinesAsync(file)).Length));
        (code, text) = await RunAsync(gateway, "heart", "export", "--device", "bear", "--from", "2026-11-25");
        Assert.Equal((1, "from: a time before to expected, got 2026-11-25 to now."), (code, text.Trim()));
    }

    private static double Number(JsonElement json, string name) => json.GetProperty(name).GetDouble();

    private static async Task AddAsync(TestGateway gateway, DateTimeOffset start, int count, Func<int, int?> bpm10, string state = "ok")
    {
        for (int i = 0; i < count; i++)
        {
            await gateway.Get<StoreWriter>().AddAsync(StoreRow.Add(
                StoreTable.Heart, "bear", start.AddSeconds(2 * i).ToUnixTimeMilliseconds(), bpm10(i), 90, state, "beats", 0, 0));
        }
    }

    private static async Task AddBeatsAsync(TestGateway gateway, DateTimeOffset start, int minutes, Func<int, bool> accepted)
    {
        long uptime = 5000;
        for (int batch = 0; batch < minutes * 15; batch++)
        {
            int[] intervals = [.. Enumerable.Range(0, 5).Select(i => (5 * batch + i) % 2 == 0 ? 780 : 820)];
            int[] flags = [.. Enumerable.Range(0, 5).Select(i => accepted((5 * batch) + i) ? 1 : 0)];
            await gateway.Get<StoreWriter>().AddAsync(StoreRow.Add(
                StoreTable.Beats, "bear", start.AddSeconds(4 * batch).ToUnixTimeMilliseconds(), uptime, string.Join(',', intervals), string.Join(',', flags)));
            uptime += intervals.Sum();
        }
    }

    private async Task<HeartDay> SumAsync(TestGateway gateway)
    {
        await gateway.Get<StoreWriter>().FlushAsync();
        return await HeartDays.SumAsync(gateway.Get<HeartArchive>(), "bear", new DateOnly(2026, 11, 23), TimeZoneInfo.Utc, null);
    }

    private async Task<(int Code, string Text)> RunAsync(TestGateway gateway, params string[] args)
    {
        System.CommandLine.RootCommand root = new() { HeartCommand.Make(_ => gateway.Options, _time) };
        StringWriter text = new();
        int code = await root.Parse(args).InvokeAsync(new System.CommandLine.InvocationConfiguration { Output = text, Error = text, EnableDefaultExceptionHandler = false });
        return (code, text.ToString());
    }

    private Task<TestGateway> StartAsync(string? settings = null) => TestGateway.StartAsync(kind: kind, services: services =>
    {
        services.RemoveAll<TimeProvider>();
        services.AddSingleton<TimeProvider>(_time);
        if (settings is not null)
        {
            services.RemoveAll<HeartSettings>();
            services.AddSingleton(HeartSettings.Parse(settings));
        }
    });
}
