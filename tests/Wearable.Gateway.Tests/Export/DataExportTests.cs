using System.CommandLine;
using System.Globalization;
using System.Net;
using Microsoft.Data.Sqlite;
using MQTTnet;
using Parquet;
using Parquet.Schema;
using Wearable.Contract;
using Wearable.Gateway.Export;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Telemetry;
using Wearable.Gateway.Telemetry.Sqlite;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests.Export;

/// <summary>What is stored, read back by what others read it with.</summary>
public sealed class DataExportTests
{
    [Fact]
    public async Task Every_table_goes_out_as_csv_with_its_rows_and_its_notice()
    {
        await using TestGateway gateway = await FilledAsync();
        string folder = TestGateway.NewFolder();
        (int code, string said, string wrong) = await RunAsync(gateway, "--format", "csv", "--out", folder);
        Assert.Equal((0, ""), (code, wrong));
        Assert.Equal(["beats.csv", "events.csv", "health.csv", "heart.csv", "heart_again.csv", "turns.csv"], Directory.GetFiles(folder).Select(Path.GetFileName).Order());
        string[] heart = await File.ReadAllLinesAsync(Path.Combine(folder, "heart.csv"));
        Assert.Equal("device,at,bpm10,q,st,src,pi,mot,notice", heart[0]);
        Assert.Equal(4, heart.Length);
        Assert.Matches(@"^bear,20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z,716,90,ok,beats,0,0,Not a medical device$", heart[1]);
        Assert.Matches("^bear,[^,]*,,0,no_contact,none,0,0,Not a medical device$", heart[2]);
        string[] events = await File.ReadAllLinesAsync(Path.Combine(folder, "events.csv"));
        Assert.Contains("\"{\"\"b\"\":7", events[1], StringComparison.Ordinal); // a payload is one field
        Assert.Contains("heart                  3 rows", said, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Parquet_has_the_same_rows_with_types()
    {
        await using TestGateway gateway = await FilledAsync();
        string folder = TestGateway.NewFolder();
        (int code, _, string wrong) = await RunAsync(gateway, "--format", "parquet", "--out", folder);
        Assert.Equal((0, ""), (code, wrong));
        await using ParquetReader reader = await ParquetReader.CreateAsync(Path.Combine(folder, "heart.parquet"));
        Assert.Equal("Not a medical device", reader.CustomMetadata["notice"]);
        using ParquetRowGroupReader group = reader.OpenRowGroupReader(0);
        Assert.Equal(2, group.RowCount); // the bear's page; the owl's is the next
        DataField[] fields = reader.Schema.GetDataFields();
        long?[] rates = new long?[2];
        await group.ReadAsync<long>(fields.Single(f => f.Name == "bpm10"), rates);
        Assert.Equal([716, null], rates);
        DateTime[] times = new DateTime[2];
        await group.ReadAsync<DateTime>(fields.Single(f => f.Name == "at"), times);
        string at = Assert.Single(await gateway.RowsAsync("SELECT at FROM heart WHERE bpm10 = 716"));
        Assert.Equal(long.Parse(at, CultureInfo.InvariantCulture), new DateTimeOffset(DateTime.SpecifyKind(times[0], DateTimeKind.Utc)).ToUnixTimeMilliseconds());
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_sqlite_copy_is_whole_and_one_of_a_wearable_holds_nothing_of_the_others()
    {
        await using TestGateway gateway = await FilledAsync();
        string whole = TestGateway.NewFolder(), part = TestGateway.NewFolder();
        Assert.Equal(0, (await RunAsync(gateway, "--format", "sqlite", "--out", whole)).Code);
        Assert.Equal(0, (await RunAsync(gateway, "--format", "sqlite", "--out", part, "--device", "owl")).Code);
        Assert.Equal(["ok"], Rows(whole, "PRAGMA integrity_check"));
        foreach (string table in new[] { "events", "heart", "beats", "health", "turns", "heart_sums" })
        {
            Assert.Equal(await gateway.RowsAsync($"SELECT * FROM {table} ORDER BY 1, 2"), Rows(whole, $"SELECT * FROM {table} ORDER BY 1, 2"));
        }

        Assert.Equal(["owl|801"], Rows(part, "SELECT device, bpm10 FROM heart"));
        Assert.DoesNotContain("bear", System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(Path.Combine(part, SqliteStore.FileName))), StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(whole)); // no log beside it
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(whole, SqliteStore.FileName)));
        }

        Directory.Delete(whole, recursive: true);
        Directory.Delete(part, recursive: true);
    }

    [Theory]
    [InlineData("--format", "--format", "xml")]
    [InlineData("--device", "--device", "The Bear")]
    [InlineData("from", "--from", "yesterday")]
    [InlineData("from", "--from", "2026-11-24", "--to", "2026-11-01")]
    public async Task A_wrong_wish_is_refused_in_one_sentence(string named, params string[] arguments)
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        string folder = TestGateway.NewFolder();
        (int code, _, string wrong) = await RunAsync(gateway, [.. arguments, "--out", folder]);
        Assert.Equal(1, code);
        Assert.StartsWith(named, wrong, StringComparison.Ordinal);
        Assert.Contains("expected", wrong, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task What_is_there_already_is_not_written_over()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        string folder = TestGateway.NewFolder();
        Assert.Equal(0, (await RunAsync(gateway, "--out", folder)).Code);
        (int code, _, string wrong) = await RunAsync(gateway, "--out", folder);
        Assert.Equal(1, code);
        Assert.Contains("events.csv is there already", wrong, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Pages_of_a_long_table_join_without_a_seam()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        const int Rows = 2 * ExportReader.PageRows + 7;
        using (SqliteConnection connection = ((SqliteStore)gateway.Get<IStore>()).Connect())
        {
            using SqliteCommand fill = connection.CreateCommand();
            // Four readings of the same millisecond stand on both sides of a page.
            fill.CommandText = $"""
                WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {Rows - 1})
                INSERT INTO heart(device, at, bpm10, q, st, src, pi, mot) SELECT 'bear', 1700000000000 + i / 4, 250 + i % 2000, 90, 'ok', 'beats', 0, 0 FROM n
                """;
            fill.ExecuteNonQuery();
        }

        using MemoryStream csv = new();
        long rows = await TableWriter.WriteAsync(new ExportReader(gateway.Get<IStore>()), ExportTable.Named("heart")!, new ExportChoice(null, DateTimeOffset.UnixEpoch, DateTimeOffset.UtcNow), "csv", csv, default);
        string[] lines = System.Text.Encoding.UTF8.GetString(csv.ToArray()).Split('\n');
        Assert.Equal(Rows, rows);
        Assert.Equal(Rows + 2, lines.Length); // head, and nothing behind the last line
        Assert.Equal(Enumerable.Range(0, Rows).Select(i => (250 + i % 2000).ToString(CultureInfo.InvariantCulture)), lines.Skip(1).SkipLast(1).Select(line => line.Split(',')[2]));
    }

    [Fact]
    public async Task The_api_gives_the_same_bytes_as_the_verb_and_leaves_no_file()
    {
        await using TestGateway gateway = await FilledAsync();
        string folder = TestGateway.NewFolder();
        await RunAsync(gateway, "--out", folder);
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(folder, "heart.csv")), await gateway.Http.GetStringAsync("/api/data/export?format=csv&table=heart"));
        using (MemoryStream parquet = new(await gateway.Http.GetByteArrayAsync("/api/data/export?format=parquet&table=turns&device=bear")))
        {
            await using ParquetReader reader = await ParquetReader.CreateAsync(parquet);
            Assert.Equal(1, reader.RowGroups.Sum(group => group.RowCount));
        }

        await File.WriteAllBytesAsync(Path.Combine(folder, SqliteStore.FileName), await gateway.Http.GetByteArrayAsync("/api/data/export?format=sqlite&device=bear"));
        Assert.Equal(["716", ""], Rows(folder, "SELECT bpm10 FROM heart"));
        Assert.DoesNotContain(Directory.GetFiles(gateway.Options.DataFolder), file => file.EndsWith(".tmp", StringComparison.Ordinal));
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("format=xml")]
    [InlineData("format=csv")]
    [InlineData("format=csv&table=retained")]
    [InlineData("format=sqlite&table=heart")]
    [InlineData("format=csv&table=heart&device=The%20Bear")]
    [InlineData("format=csv&table=heart&from=2026")]
    public async Task A_wrong_question_is_answered_400(string query)
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        using HttpResponseMessage answer = await gateway.Http.GetAsync("/api/data/export?" + query);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("expected", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task<TestGateway> FilledAsync()
    {
        TestGateway gateway = await TestGateway.StartAsync();
        IMqttClient bear = await gateway.WearableAsync("bear"), owl = await gateway.WearableAsync("owl");
        Topics topics = new("bear");
        await bear.TellAsync(topics.Heart, Say.Bytes(Say.Heart(716), 1));
        await bear.TellAsync(topics.Heart, Say.Bytes(Say.Heart(null), 2));
        await bear.TellAsync(topics.Beats, Say.Bytes(new BeatsMessage { FirstBeatMs = 5, Count = 2 }, 3));
        await bear.TellAsync(topics.DeviceHealth, Say.Bytes(new DeviceHealthMessage { FreeHeapBytes = 90_000, ResetReason = "power" }, 4));
        await bear.TellAsync(topics.Button, Say.Bytes(Say.Button(), 5));
        await gateway.Get<IDeviceSender>().PublishTurnAsync("bear", TurnPhases.Rejected, new TurnMessage { TurnId = "ab-1", Why = "not-confirmed" });
        await owl.TellAsync(new Topics("owl").Heart, Say.Bytes(Say.Heart(801), 1));
        await gateway.Get<StoreWriter>().FlushAsync();
        return gateway;
    }

    private static async Task<(int Code, string Said, string Wrong)> RunAsync(TestGateway gateway, params string[] arguments)
    {
        using StringWriter said = new(), wrong = new();
        Command verb = DataCommand.Make(_ => gateway.Options);
        int code = await verb.Parse(["export", .. arguments]).InvokeAsync(new InvocationConfiguration { Output = said, Error = wrong });
        return (code, said.ToString(), wrong.ToString());
    }

    private static List<string> Rows(string folder, string sql)
    {
        using SqliteConnection connection = new($"Data Source={Path.Combine(folder, SqliteStore.FileName)};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        List<string> rows = [];
        using SqliteDataReader reader = command.ExecuteReader();
        while (reader.Read())
        {
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(reader.GetValue)));
        }

        return rows;
    }
}
