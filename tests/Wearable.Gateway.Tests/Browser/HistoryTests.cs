using System.Text.Json;
using Microsoft.Data.Sqlite;
using OpenQA.Selenium;
using OpenQA.Selenium.Interactions;
using Wearable.Gateway.Telemetry;
using Wearable.Gateway.Telemetry.Sqlite;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests.Browser;

/// <summary>Heart rates of a long time: summed by the database, drawn and zoomed in the page.</summary>
public sealed class HistoryTests
{
    private static readonly long Now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task Sums_follow_readings_added_and_erased(StoreKind kind)
    {
        await using TestGateway gateway = await TestGateway.StartAsync(kind: kind);
        foreach ((long at, int? bpm, int q) in new (long, int?, int)[] { (600_000, null, 10), (600_001, 700, 90), (1_199_999, 650, 80), (1_200_000, 900, 70) })
        {
            await gateway.Get<StoreWriter>().AddAsync(StoreRow.Add(StoreTable.Heart, "bear", at, bpm, q, "ok", "beats", 0, 0));
            await gateway.Get<StoreWriter>().FlushAsync();
        }

        Assert.Equal(["bear|1|3|2|650|700|1350|180", "bear|2|1|1|900|900|900|70"], await gateway.RowsAsync("SELECT * FROM heart_sums ORDER BY slot"));
        await gateway.RowsAsync("DELETE FROM heart WHERE at IN (600000, 600001, 1200000)");
        Assert.Equal(["bear|1|1|1|650|700|650|80"], await gateway.RowsAsync("SELECT * FROM heart_sums ORDER BY slot"));
    }

    [Fact]
    public async Task A_database_without_sums_gets_those_of_its_readings()
    {
        string folder = Directory.CreateTempSubdirectory("wearable-test-").FullName;
        try
        {
            SqliteStore database = SqliteStore.Open(new GatewayOptions { DataFolder = folder });
            await TestStore.RowsAsync(database, "DROP TABLE heart_sums; DROP TRIGGER heart_sums_add");
            await TestStore.RowsAsync(database, "DROP TRIGGER heart_sums_erase; PRAGMA user_version = 1");
            await TestStore.RowsAsync(database, "INSERT INTO heart(device, at, bpm10, q, st, src, pi, mot) VALUES('bear', 600001, 700, 90, 'ok', 'beats', 0, 0)");
            database = SqliteStore.Open(new GatewayOptions { DataFolder = folder });
            Assert.Equal(["bear|1|1|1|700|700|700|90"], await TestStore.RowsAsync(database, "SELECT * FROM heart_sums"));
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(1, StoreKind.Sqlite)]
    [InlineData(20, StoreKind.Sqlite)]
    [InlineData(1, StoreKind.Postgres)]
    [InlineData(20, StoreKind.Postgres)]
    public async Task Columns_hold_lowest_highest_and_mean_of_every_reading_and_none_where_nothing_came(int days, StoreKind kind)
    {
        await using TestGateway gateway = await TestGateway.StartAsync(kind: kind);
        await FillAsync(gateway, days);
        long from = Now - (days * 86_400_000L);
        using JsonDocument got = JsonDocument.Parse(await gateway.Http.GetStringAsync($"/api/heart/history?device=bear&from={from}&to={Now}&points=100"));
        long[] t = Longs(got, "t"), n = Longs(got, "n");
        Assert.InRange(t.Length, 30, 101);
        Assert.Equal(days * 1440 / 2, n.Sum()); // one a minute, and none in every second half of a day
        Assert.Equal(60.0, got.RootElement.GetProperty("low").EnumerateArray().Min(low => low.GetDouble()));
        Assert.Equal(119.0, got.RootElement.GetProperty("high").EnumerateArray().Max(high => high.GetDouble()));
        Assert.Contains(t.Zip(t.Skip(1)), pair => pair.Second - pair.First >= 11 * 3_600_000L || days == 1);
    }

    [Theory]
    [InlineData("device=bear&from=0")]
    [InlineData("device=bear&from=5&to=5")]
    [InlineData("device=bear&from=-1&to=5")]
    [InlineData("device=bear&from=0&to=9223372036854775807")]
    [InlineData("device=bear&from=0&to=5&points=1000000")]
    [InlineData("device=B!&from=0&to=5")]
    public async Task A_wrong_question_is_answered_400(string query)
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, (await gateway.Http.GetAsync("/api/heart/history?" + query)).StatusCode);
    }

    [Fact]
    public async Task A_year_is_shown_and_zoomed_by_dragging_and_by_key()
    {
        await using PageHouse house = await PageHouse.StartAsync();
        await FillAsync(house.Gateway, 30);
        using ChromeBrowser browser = new(house.Page);
        browser.Until("document.querySelector('[data-span=year]') && !document.querySelector('#detail').hidden && document.querySelector('#chart canvas')");
        browser.Click("[data-span=year]");
        browser.Until("document.querySelector('#history canvas') && document.querySelector('#history-note').textContent.includes('21,600')");
        Assert.True(browser.Value<bool>("document.querySelector('#chart').hidden"));
        browser.Click("[data-span=month]");
        browser.Until("document.querySelector('[data-span=month]').getAttribute('aria-pressed') === 'true'");
        (long columns, double span) = await StateAsync(browser, 30 * 86_400_000.0);
        Assert.InRange(columns, 100, 1000);
        browser.Picture("history-month");
        IWebElement over = browser.Driver.FindElement(By.CssSelector("#history .u-over"));
        int width = over.Size.Width;
        new Actions(browser.Driver).MoveToElement(over, -50, 0).ClickAndHold().MoveByOffset(100, 0).Release().Perform();
        (_, double zoomed) = await StateAsync(browser, span * 100 / width);
        browser.Driver.FindElement(By.CssSelector("#moves [data-i18n-label='zoom.out']")).SendKeys(Keys.Enter);
        await StateAsync(browser, zoomed * 2);
        browser.Click("[data-span=live]");
        browser.Until("document.querySelector('#history').hidden && document.querySelector('#chart canvas')");
        Assert.Empty(browser.Problems());
    }

    // Waits until the chart shows a time this long, ms.
    private static async Task<(long Columns, double SpanMs)> StateAsync(ChromeBrowser browser, double spanMs)
    {
        for (int i = 0; ; i++)
        {
            var state = (Dictionary<string, object>)browser.Driver.ExecuteAsyncScript("const done = arguments[arguments.length - 1]; import('./js/history.js').then(h => done(h.historyState()));")!;
            double span = Convert.ToDouble(state["to"], null) - Convert.ToDouble(state["from"], null);
            if (Math.Abs(span - spanMs) < spanMs * 0.02)
            {
                return ((long)state["columns"], span);
            }

            Assert.True(i < 800, $"a time of {spanMs} ms expected, the chart shows {span}");
            await Task.Delay(25, TestContext.Current.CancellationToken);
        }
    }

    // One reading a minute in the newer half of each day, counted back from now.
    private static async Task FillAsync(TestGateway gateway, int days)
    {
        StoreWriter writer = gateway.Get<StoreWriter>();
        for (int minute = 1; minute <= days * 1440; minute++)
        {
            if (minute % 1440 is > 0 and <= 720)
            {
                await writer.AddAsync(StoreRow.Add(StoreTable.Heart, "bear", Now - (minute * 60_000L), 600 + (minute % 60 * 10), 90, "ok", "beats", 0, 0));
            }
        }

        await writer.FlushAsync();
    }

    private static long[] Longs(JsonDocument json, string name) => [.. json.RootElement.GetProperty(name).EnumerateArray().Select(value => value.GetInt64())];
}
