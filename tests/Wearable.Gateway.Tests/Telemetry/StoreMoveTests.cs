using Microsoft.Data.Sqlite;
using Wearable.Gateway.Telemetry;
using Wearable.Gateway.Telemetry.Moving;
using Wearable.Gateway.Telemetry.Postgres;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests.Telemetry;

/// <summary>A SQLite file of the first schema, as gateways made it in November 2026, moved to PostgreSQL.</summary>
public sealed class StoreMoveTests : IAsyncLifetime
{
    // The schema of the first gateway, word by word.
    private const string FirstSchema = """
        CREATE TABLE events(id INTEGER PRIMARY KEY, device TEXT NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL, payload TEXT NOT NULL);
        CREATE INDEX events_device_at ON events(device, at);
        CREATE TABLE heart(id INTEGER PRIMARY KEY, device TEXT NOT NULL, at INTEGER NOT NULL, bpm10 INTEGER, q INTEGER NOT NULL, st TEXT NOT NULL,
            src TEXT NOT NULL, pi INTEGER NOT NULL, mot INTEGER NOT NULL);
        CREATE INDEX heart_device_at ON heart(device, at);
        CREATE TABLE beats(id INTEGER PRIMARY KEY, device TEXT NOT NULL, at INTEGER NOT NULL, t0 INTEGER NOT NULL, ibi TEXT NOT NULL, q TEXT NOT NULL);
        CREATE INDEX beats_device_at ON beats(device, at);
        CREATE TABLE health(id INTEGER PRIMARY KEY, device TEXT NOT NULL, at INTEGER NOT NULL, bat INTEGER, heap INTEGER NOT NULL, heap_low INTEGER NOT NULL,
            gc INTEGER NOT NULL, rssi INTEGER, up INTEGER NOT NULL, reset TEXT NOT NULL, reconn INTEGER NOT NULL, dropped INTEGER NOT NULL,
            loop_ms INTEGER NOT NULL, over INTEGER NOT NULL);
        CREATE INDEX health_device_at ON health(device, at);
        CREATE TABLE turns(device TEXT NOT NULL, sid TEXT NOT NULL, at INTEGER NOT NULL, updated INTEGER NOT NULL, phase TEXT NOT NULL, end_ms INTEGER,
            text_ms INTEGER, answer_ms INTEGER, speech_ms INTEGER, audio_ms INTEGER, done_ms INTEGER, safety TEXT NOT NULL, why TEXT NOT NULL, heard TEXT,
            answer TEXT, PRIMARY KEY(device, sid)) WITHOUT ROWID;
        CREATE INDEX turns_device_at ON turns(device, at);
        CREATE TABLE retained(topic TEXT PRIMARY KEY, at INTEGER NOT NULL, qos INTEGER NOT NULL, payload BLOB NOT NULL) WITHOUT ROWID;
        PRAGMA user_version = 1;
        """;

    private const int Days = 40;
    private const long DayMs = 86_400_000;
    private const long Start = 20_780 * DayMs;
    private readonly string _folder = Directory.CreateTempSubdirectory("wearable-test-").FullName;
    private string _database = "";

    private string File => Path.Combine(_folder, "old.db");

    public async ValueTask InitializeAsync()
    {
        _database = await (await PostgresServer.SharedAsync()).NewDatabaseAsync();
        Fill(File);
    }

    public ValueTask DisposeAsync()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Counts_and_sums_are_equal_and_the_gateway_goes_on_from_there()
    {
        byte[] before = await System.IO.File.ReadAllBytesAsync(File);
        (int code, string said) = await RunAsync("--from", "sqlite:" + File);
        Assert.Equal((0, true), (code, said.Contains("counts and checksums are equal", StringComparison.Ordinal)));
        Assert.DoesNotContain(PostgresServer.Password, said, StringComparison.Ordinal);
        Assert.Equal(before, await System.IO.File.ReadAllBytesAsync(File));
        await using SqliteConnection old = new($"Data Source={File};Mode=ReadOnly;Pooling=False");
        await old.OpenAsync();
        GatewayOptions options = new() { DataFolder = Path.Combine(_folder, "data"), Store = StoreChoice.Read(_database, out _)!, KeepDays = 3650 };
        await using (IStore store = await Stores.OpenAsync(options))
        {
            foreach (string table in new[] { "events", "heart", "beats", "health", "turns", "retained" })
            {
                string columns = StoreTable.All.Single(one => one.Name == table).ColumnList.Replace("payload", table == "retained" ? "length(payload)" : "payload", StringComparison.Ordinal);
                string sql = $"SELECT {columns} FROM {table} ORDER BY {(table is "turns" ? "device, sid" : table is "retained" ? "topic" : "id")}";
                Assert.Equal(Rows(old, sql), await TestStore.RowsAsync(store, sql));
            }

            Assert.Equal(Rows(old, "SELECT device, at / 600000, COUNT(*), COALESCE(SUM(bpm10), 0) FROM heart GROUP BY 1, 2 ORDER BY 1, 2"), await TestStore.RowsAsync(store, "SELECT device, slot, n, sum FROM heart_sums ORDER BY device, slot"));
        }

        await using TestGateway gateway = await TestGateway.StartAsync(_ => options with { HttpPort = 0, MqttPort = 0, MqttsPort = 0 }, keepFolder: true, kind: StoreKind.Postgres);
        Assert.Equal(Days, (await gateway.Get<TelemetryStore>().TurnsAsync("bear", 100)).Count);
        Assert.Equal("board", gateway.Get<Wearable.Gateway.Devices.DeviceRegistry>().Find("bear")!.Info!.Board);
    }

    [Fact]
    public async Task Broken_off_it_leaves_the_database_empty_and_works_the_next_time()
    {
        await using (PostgresStore store = await PostgresStore.OpenAsync(StoreChoice.Read(_database, out _)!, 30))
        {
            using CancellationTokenSource stop = new();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => StoreMove.RunAsync(File, store, _ => stop.Cancel(), stop.Token));
            Assert.Equal(["0|0"], await TestStore.RowsAsync(store, "SELECT COUNT(*), (SELECT COUNT(*) FROM heart) FROM events"));
        }

        Assert.Equal(0, (await RunAsync("--from", "sqlite:" + File)).Code);
        (int code, string said) = await RunAsync("--from", "sqlite:" + File);
        Assert.Equal(1, code);
        Assert.Contains("holds events already; choose an empty database", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sqlite:/nowhere/wearable.db", "/nowhere/wearable.db: no such file")]
    [InlineData("postgres://db", "--from: sqlite:FILE expected")]
    [InlineData("mysql:x", "--from: sqlite:FILE expected")]
    [InlineData("sqlite:/etc/hostname", "/etc/hostname cannot be read")]
    public async Task A_wrong_source_is_one_sentence(string from, string sentence)
    {
        (int code, string said) = await RunAsync("--from", from);
        Assert.Equal(1, code);
        Assert.Contains(sentence, said, StringComparison.Ordinal);
    }

    private static List<string> Rows(SqliteConnection connection, string sql)
    {
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

    private static void Fill(string file)
    {
        using SqliteConnection connection = new($"Data Source={file};Pooling=False");
        connection.Open();
        Execute("PRAGMA journal_mode=WAL");
        Execute(FirstSchema);
        using SqliteTransaction transaction = connection.BeginTransaction();
        Random random = new(7);
        for (int day = 0; day < Days; day++)
        {
            for (int i = 0; i < 50; i++)
            {
                long at = Start + (day * DayMs) + random.NextInt64(DayMs);
                string device = random.Next(3) == 0 ? "owl" : "bear";
                string bpm = random.Next(10) == 0 ? "NULL" : $"{random.Next(500, 1500)}";
                Execute($"INSERT INTO heart(device, at, bpm10, q, st, src, pi, mot) VALUES('{device}', {at}, {bpm}, {random.Next(101)}, 'ok', 'beats', {random.Next(900)}, {random.Next(50)})");
                Execute($$"""INSERT INTO events(device, at, kind, payload) VALUES('{{device}}', {{at}}, 'evt/wake', '{"b":1,"n":{{i + 1}},"ts":0,"word":"компьютер 你好 😀"}')""");
            }

            long noon = Start + (day * DayMs) + (DayMs / 2);
            Execute($"INSERT INTO beats(device, at, t0, ibi, q) VALUES('bear', {noon}, {5_000_000_000 + day}, '812,799', '1,0')");
            Execute($"INSERT INTO health(device, at, bat, heap, heap_low, gc, rssi, up, reset, reconn, dropped, loop_ms, over) VALUES('bear', {noon}, NULL, 90000, 80000, 3, -61, {5_000_000_000 + day}, 'power', 0, 0, 12, 0)");
            Execute($"INSERT INTO turns VALUES('bear', 'ab-{day}', {noon}, {noon + 3000}, 'done', 540, NULL, 900, NULL, NULL, 3100, 'ok', '', NULL, NULL)");
        }

        Execute($"INSERT INTO retained VALUES('wearable/v1/bear/info', 1, 1, x'{Convert.ToHexString(Say.Bytes(new Wearable.Contract.InfoMessage { Board = "board" }, 1))}')");
        transaction.Commit();

        void Execute(string sql)
        {
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = sql;
            command.ExecuteNonQuery();
        }
    }

    private async Task<(int Code, string Text)> RunAsync(params string[] args)
    {
        string whole = _database, password = ";Password=" + PostgresServer.Password;
        System.CommandLine.RootCommand root = new() { StoreCommand.Make(_ => new GatewayOptions { DataFolder = _folder }, name => name == StoreChoice.PasswordVariable ? PostgresServer.Password : null) };
        StringWriter text = new();
        int code = await root.Parse(["store", "migrate", .. args, "--to", whole.Replace(password, "", StringComparison.Ordinal)])
            .InvokeAsync(new System.CommandLine.InvocationConfiguration { Output = text, Error = text, EnableDefaultExceptionHandler = false });
        return (code, text.ToString());
    }
}
