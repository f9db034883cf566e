using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;
using MQTTnet;
using Wearable.Contract;
using Wearable.Gateway.Pulse;
using Wearable.Gateway.Telemetry;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests.Pulse;

public sealed class SqliteHeartExportTests() : HeartExportTests(StoreKind.Sqlite);

public sealed class PostgresHeartExportTests() : HeartExportTests(StoreKind.Postgres);

public abstract class HeartExportTests(StoreKind kind)
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task Csv_has_every_reading_with_its_quality_and_kind()
    {
        await using TestGateway gateway = await WithReadingsAsync();
        string[] lines = (await gateway.Http.GetStringAsync("/api/heart/export?device=bear&from=2026-11-23&format=csv")).TrimEnd('\n').Split('\n');
        Assert.Equal("time,bpm,quality,state,source,kind,perfusion_percent,motion_mg,notice", lines[0]);
        Assert.Equal(
            [
                "2026-11-23T12:00:00.000Z,72.3,88,ok,beats,live,0.000,0,Not a medical device",
                "2026-11-23T12:00:02.000Z,,0,no_contact,none,live,0.000,0,Not a medical device",
                "2026-11-23T12:00:04.000Z,,0,no_contact,none,live,0.000,0,Not a medical device",
                "2026-11-23T12:00:06.000Z,73.0,90,ok,beats,live,0.000,0,Not a medical device",
                "2026-11-23T12:00:08.000Z,151.5,80,motion,spectrum,re-estimated,0.000,900,Not a medical device",
            ],
            lines[1..]);
    }

    [Fact]
    public async Task Fhir_lines_conform_to_the_published_heart_rate_profile()
    {
        await using TestGateway gateway = await WithReadingsAsync();
        HttpResponseMessage answer = await gateway.Http.GetAsync("/api/heart/export?device=bear&from=2026-11-23&to=2026-11-23&format=fhir");
        Assert.Equal("application/fhir+ndjson", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("heart-bear-20261123T0000.fhir.ndjson", answer.Content.Headers.ContentDisposition!.FileName);
        string[] lines = (await answer.Content.ReadAsStringAsync()).TrimEnd('\n').Split('\n');
        Assert.All(lines, line => Assert.Empty(HeartRateProfile.Problems(line)));
        Assert.All(lines, line => Assert.Contains("Not a medical device", line, StringComparison.Ordinal));
        JsonElement[] observations = [.. lines.Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(4, observations.Length);
        Assert.Equal(72.3m, observations[0].GetProperty("valueQuantity").GetProperty("value").GetDecimal());
        Assert.Equal("not-performed", observations[1].GetProperty("dataAbsentReason").GetProperty("coding")[0].GetProperty("code").GetString());
        Assert.Equal("2026-11-23T12:00:04.000Z", observations[1].GetProperty("effectivePeriod").GetProperty("end").GetString());
        Assert.Contains("re-estimated", observations[3].GetProperty("method").GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"/min\"", "\"bpm\"", "valueQuantity.code is /min")]
    [InlineData("8867-4", "8867-5", "code HeartRateCode 1..1")]
    [InlineData("vital-signs", "laboratory", "category VSCat 1..1")]
    [InlineData("\"final\"", "\"sure\"", "sure")]
    [InlineData("\"subject\"", "\"person\"", "person")]
    [InlineData("\"effectiveDateTime\"", "\"issued\"", "effective[x] 1..1")]
    public async Task The_profile_check_finds_what_is_wrong(string right, string wrong, string problem)
    {
        await using TestGateway gateway = await WithReadingsAsync();
        string line = (await gateway.Http.GetStringAsync("/api/heart/export?device=bear&from=2026-11-23&format=fhir")).Split('\n')[0];
        Assert.Contains(HeartRateProfile.Problems(line.Replace(right, wrong, StringComparison.Ordinal)), found => found.Contains(problem, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Open_mhealth_lines_conform_to_heart_rate_2_0_and_hold_no_refused_reading()
    {
        await using TestGateway gateway = await WithReadingsAsync();
        string[] lines = (await gateway.Http.GetStringAsync("/api/heart/export?device=bear&from=2026-11-23&format=omh")).TrimEnd('\n').Split('\n');
        Assert.Equal(3, lines.Length);
        foreach (string line in lines)
        {
            Assert.Empty(await OpenMHealthSchema.ProblemsAsync(line));
            Assert.Contains("Not a medical device", line, StringComparison.Ordinal);
            Assert.NotEmpty(await OpenMHealthSchema.ProblemsAsync(line.Replace("beats/min", "bpm", StringComparison.Ordinal)));
            Assert.NotEmpty(await OpenMHealthSchema.ProblemsAsync(line.Replace("effective_time_frame", "time", StringComparison.Ordinal)));
        }
    }

    [Theory]
    [InlineData("device=bear", "from: a day such as 2026-11-24 or a time such as 2026-11-24T08:00:00Z expected, got none")]
    [InlineData("device=bear&from=yesterday", "from: a day such as 2026-11-24 or a time such as 2026-11-24T08:00:00Z expected, got ")]
    [InlineData("device=bear&from=2026-11-23T10:00:00", "from: a day")]
    [InlineData("device=bear&from=2026-11-23&to=2026-11-22", "from: a time before to expected, got 2026-11-23 to 2026-11-22")]
    [InlineData("device=bear&from=2026-11-24", "from: a time before to expected, got 2026-11-24 to now")]
    [InlineData("device=bear&from=0001-01-01", "from: a day")]
    [InlineData("device=bear&from=2026-11-23&format=pdf", "format: one of csv, fhir, omh expected")]
    [InlineData("device=..&from=2026-11-23", "device: ")]
    public async Task A_bad_range_is_answered_with_one_sentence(string query, string sentence)
    {
        await using TestGateway gateway = await StartAsync();
        HttpResponseMessage answer = await gateway.Http.GetAsync("/api/heart/export?" + query);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(sentence, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_pages_come_once_each_in_order_and_other_wearables_stay_out()
    {
        await using TestGateway gateway = await StartAsync();
        StoreWriter writer = gateway.Get<StoreWriter>();
        long start = _time.GetUtcNow().ToUnixTimeMilliseconds();
        int rows = (2 * HeartArchive.PageRows) + 7;
        for (int i = 0; i < rows; i++)
        {
            // Three readings share a time, so that pages end between equals.
            await writer.AddAsync(StoreRow.Add(StoreTable.Heart, i % 5 == 4 ? "owl" : "bear", start + (i / 3), 600 + (i % 100), 90, "ok", "beats", 0, 0));
        }

        await writer.FlushAsync();
        List<HeartRow> found = [];
        await foreach (HeartRow row in gateway.Get<HeartArchive>().HeartsAsync("bear", _time.GetUtcNow(), _time.GetUtcNow().AddHours(1)))
        {
            found.Add(row);
        }

        Assert.Equal(Enumerable.Range(0, rows).Where(i => i % 5 != 4).Select(i => (start + (i / 3), (600 + (i % 100)) / 10.0)), found.Select(row => (row.At.ToUnixTimeMilliseconds(), row.RateBpm!.Value)));
    }

    private async Task<TestGateway> WithReadingsAsync()
    {
        TestGateway gateway = await StartAsync();
        IMqttClient bear = await gateway.WearableAsync("bear");
        HeartMessage[] said = [Say.Heart(723, 88), Say.Heart(null), Say.Heart(null), Say.Heart(730)];
        for (int n = 0; n < said.Length; n++)
        {
            await bear.TellAsync(new Topics("bear").Heart, Say.Bytes(said[n], n + 1));
            _time.Advance(TimeSpan.FromSeconds(2));
        }

        await gateway.Get<StoreWriter>().AddAsync(StoreRow.Add(
            StoreTable.HeartAgain, "bear", _time.GetUtcNow().ToUnixTimeMilliseconds(), 1515, 80, "motion", 900, 10000));
        _time.Advance(TimeSpan.FromSeconds(2));
        return gateway;
    }

    private Task<TestGateway> StartAsync() => TestGateway.StartAsync(kind: kind, services: services =>
    {
        services.RemoveAll<TimeProvider>();
        services.AddSingleton<TimeProvider>(_time);
    });
}
