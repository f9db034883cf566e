using System.Data.Common;
using Wearable.Gateway.Telemetry;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests.Telemetry;

public sealed class SqliteSessionTests() : StoreTests(StoreKind.Sqlite);

public sealed class PostgresSessionTests() : StoreTests(StoreKind.Postgres);

/// <summary>What every store promises, asked of the store itself.</summary>
public abstract class StoreTests(StoreKind kind) : IAsyncLifetime
{
    private const long At = 1_795_780_800_000; // 2026-11-27T16:00Z
    private readonly string _folder = TestGateway.NewFolder();
    private GatewayOptions _options = new();
    private IStore _store = null!;

    public async ValueTask InitializeAsync()
    {
        _options = await TestStore.EmptyAsync(kind, new GatewayOptions { DataFolder = _folder });
        _store = await Stores.OpenAsync(_options);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_message_is_stored_once_however_often_it_comes()
    {
        await using (IStoreSession session = _store.OpenSession(TimeProvider.System))
        {
            await session.WriteAsync([Event("bear", 1), Event("bear", 3), Event("bear", 3)]);
            await session.WriteAsync([Event("bear", 3), Event("bear", 2), Event("owl", 3)]);
        }

        await using IStoreSession next = _store.OpenSession(TimeProvider.System); // after a restart
        await next.WriteAsync([Event("bear", 1), Event("owl", 3), Event("bear", 4)]);
        Assert.Equal(["1", "3", "2", "4"], await RowsAsync("SELECT payload FROM events WHERE device = 'bear' ORDER BY id"));
        Assert.Equal(["3"], await RowsAsync("SELECT payload FROM events WHERE device = 'owl'"));
        StoredNumbers stored = Assert.Single(await StoredNumbers.ReadAsync(_store, "bear"));
        Assert.Equal((7, 1, 4, 4L), (stored.BootId, stored.Numbers.First, stored.Numbers.Newest, stored.Numbers.Count));
        Assert.Equal(2, (await StoredNumbers.ReadAsync(_store, null)).Count);
    }

    [Fact]
    public async Task A_batch_the_database_refuses_leaves_nothing_behind_and_may_come_again()
    {
        await using IStoreSession session = _store.OpenSession(TimeProvider.System);
        await TestStore.RefuseReadingsAsync(_store);
        StoreRow[] batch = [Event("bear", 1), StoreRow.Add(StoreTable.Heart, "bear", At, 700, 90, "ok", "beats", 0, 0) with { Of = new MessageNumber("bear", 7, 2) }];
        await Assert.ThrowsAnyAsync<DbException>(() => session.WriteAsync(batch));
        Assert.Empty(await RowsAsync("SELECT device FROM events UNION ALL SELECT device FROM numbers"));
        await TestStore.TakeReadingsAsync(_store);
        await session.WriteAsync(batch);
        Assert.Equal(["1"], await RowsAsync("SELECT payload FROM events"));
        Assert.Equal(["700"], await RowsAsync("SELECT bpm10 FROM heart"));
    }

    [Fact]
    public async Task Of_a_wearable_only_the_newest_boots_are_remembered()
    {
        await using IStoreSession session = _store.OpenSession(TimeProvider.System);
        for (int boot = 1; boot <= 6; boot++)
        {
            await session.WriteAsync([Event("bear", 1, boot), Event("bear", 2, boot)]);
        }

        Assert.Equal([3, 4, 5, 6], (await StoredNumbers.ReadAsync(_store, "bear")).Select(stored => stored.BootId).Order());
        Assert.Equal(["12"], await RowsAsync("SELECT COUNT(*) FROM events"));
    }

    [Fact]
    public async Task Erasing_a_wearable_takes_what_came_before_from_every_table_and_nothing_of_another()
    {
        await using IStoreSession session = _store.OpenSession(TimeProvider.System);
        await session.WriteAsync([.. OneOfEach("bear", 1), .. OneOfEach("bear-2", 1)]);
        await session.WriteAsync([Event("bear", 20), StoreRow.Add(StoreTable.Retained, "homeassistant/device/bear/config", At, 1, "{}"u8.ToArray())]);
        IReadOnlyDictionary<string, long> erased = await session.EraseDeviceAsync("bear");
        Assert.Equal(StoreTable.All.Select(table => table.Name).Append("heart_sums").Order(), erased.Keys.Order());
        Assert.Equal((2, 2, 1), (erased["events"], erased["retained"], erased["numbers"]));
        await session.WriteAsync([Event("bear", 21)]);
        foreach (StoreTable table in StoreTable.All)
        {
            string owner = table == StoreTable.Retained ? "topic" : "device";
            string mine = table == StoreTable.Retained ? "wearable/v1/bear-2/info" : "bear-2";
            string[] expected = table == StoreTable.Events || table == StoreTable.Numbers ? ["bear", mine] : [mine];
            Assert.Equal(expected, await RowsAsync($"SELECT DISTINCT {owner} FROM {table.Name} ORDER BY {owner}"));
        }

        Assert.Equal(["21"], await RowsAsync("SELECT payload FROM events WHERE device = 'bear'"));
        Assert.Equal(["bear-2"], await RowsAsync("SELECT device FROM heart_sums"));
        Assert.Equal(21, Assert.Single(await StoredNumbers.ReadAsync(_store, "bear")).Numbers.First);
    }

    [Fact]
    public async Task Rows_of_a_wearable_come_whole_and_in_order_page_by_page()
    {
        await using IStoreSession session = _store.OpenSession(TimeProvider.System);
        List<StoreRow> rows = [.. OneOfEach("bear", 1), .. OneOfEach("owl", 1)];
        for (int i = 0; i < (2 * StoreRows.PageRows) + 3; i++)
        {
            rows.Add(StoreRow.Add(StoreTable.Events, i % 7 == 6 ? "owl" : "bear", At + 1 + (i / 3), "evt/button", $"{i}")); // three of a time
        }

        foreach (StoreRow[] batch in rows.Chunk(1000))
        {
            await session.WriteAsync(batch);
        }

        List<object?[]> found = [];
        await foreach (object?[] row in _store.OfDeviceAsync(StoreTable.Events, "bear", At + 1))
        {
            found.Add(row);
        }

        Assert.Equal(Enumerable.Range(0, (2 * StoreRows.PageRows) + 3).Where(i => i % 7 != 6).Select(i => $"{i}"), found.Select(row => (string)row[3]!));
        foreach (StoreTable table in StoreTable.All)
        {
            List<object?[]> one = [];
            await foreach (object?[] row in _store.OfDeviceAsync(table, "owl", toMs: table == StoreTable.Numbers ? long.MaxValue : At + 1))
            {
                one.Add(row);
            }

            object?[] only = Assert.Single(one);
            Assert.Equal(table.Columns.Count, only.Length);
            Assert.Equal(table.Columns.Select(column => (column.Name, only[Index(table, column)] is null || column.Type == TypeOf(only[Index(table, column)]!))), table.Columns.Select(column => (column.Name, true)));
        }
    }

    [Fact]
    public async Task A_text_the_database_cannot_hold_costs_its_odd_characters_only()
    {
        await using IStoreSession session = _store.OpenSession(TimeProvider.System);
        await session.WriteAsync([StoreRow.Add(StoreTable.Events, "bear", At, "evt/button", "a\0b \ud83d\ude00 \ud83d")]);
        string stored = Assert.Single(await RowsAsync("SELECT payload FROM events"));
        Assert.Contains("b \ud83d\ude00", stored, StringComparison.Ordinal);
    }

    private static StoreRow Event(string device, int number, int boot = 7) =>
        StoreRow.Add(StoreTable.Events, device, At, "evt/button", $"{number}") with { Of = new MessageNumber(device, boot, number) };

    private static StoreRow[] OneOfEach(string device, int number) =>
    [
        Event(device, number),
        StoreRow.Add(StoreTable.Heart, device, At, null, 90, "no_contact", "none", 0, 0),
        StoreRow.Add(StoreTable.HeartAgain, device, At, 1500, 80, "motion", 900, 10_000),
        StoreRow.Add(StoreTable.Beats, device, At, 5000L, "812,799", "1,0"),
        StoreRow.Add(StoreTable.Health, device, At, null, 90_000, 80_000, 3, -61, 5_000_000_000L, "power", 0, 0, 12, 0),
        StoreRow.Add(StoreTable.Turns, device, "ab-1", At, At, "done", 540, null, null, null, null, 3100, "ok", "", null, null),
        StoreRow.Add(StoreTable.Retained, $"wearable/v1/{device}/info", At, 1, "{}"u8.ToArray()),
    ];

    private static int Index(StoreTable table, StoreColumn column) => table.Columns.TakeWhile(other => other != column).Count();

    private static StoreType TypeOf(object value) => value switch
    {
        string => StoreType.Text,
        int => StoreType.Int,
        long => StoreType.Long,
        _ => StoreType.Bytes,
    };

    private Task<List<string>> RowsAsync(string sql) => TestStore.RowsAsync(_store, sql);
}
