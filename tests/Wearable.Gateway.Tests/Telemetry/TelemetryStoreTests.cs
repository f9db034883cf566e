using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using MQTTnet;
using Wearable.Contract;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Telemetry;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests.Telemetry;

public sealed class SqliteTelemetryTests() : TelemetryStoreTests(StoreKind.Sqlite);

public sealed class PostgresTelemetryTests() : TelemetryStoreTests(StoreKind.Postgres);

/// <summary>What every store must do, through the whole gateway.</summary>
public abstract class TelemetryStoreTests(StoreKind kind)
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task Each_kind_lands_in_its_table_with_its_numbers()
    {
        await using TestGateway gateway = await StartAsync();
        Topics topics = new("bear");
        IMqttClient bear = await gateway.WearableAsync("bear");
        await bear.TellAsync(topics.Heart, Say.Bytes(Say.Heart(723, quality: 88), 1));
        await bear.TellAsync(topics.Heart, Say.Bytes(Say.Heart(null), 2));
        BeatsMessage beats = new() { FirstBeatMs = 5000, Count = 2 };
        (beats.IntervalsMs[0], beats.IntervalsMs[1], beats.Accepted[0]) = (812, 799, 1);
        await bear.TellAsync(topics.Beats, Say.Bytes(beats, 3));
        await bear.TellAsync(topics.DeviceHealth, Say.Bytes(new DeviceHealthMessage { FreeHeapBytes = 90_000, ResetReason = "power", HasRssi = true, RssiDbm = -61 }, 4));
        await bear.TellAsync(topics.Wake, Say.Bytes(new WakeMessage { TurnId = "ab-1", Word = "computer", Score = 91, Threshold = 60, LevelDb = -20 }, 5));
        await bear.TellAsync(topics.AudioUp, Say.Audio(1));
        long at = _time.GetUtcNow().ToUnixTimeMilliseconds();
        Assert.Equal([$"bear|{at}|723|88|ok|beats", $"bear|{at}||0|no_contact|none"], await gateway.RowsAsync("SELECT device, at, bpm10, q, st, src FROM heart ORDER BY id"));
        Assert.Equal(["5000|812,799|1,0"], await gateway.RowsAsync("SELECT t0, ibi, q FROM beats"));
        Assert.Equal(["|90000|-61|power"], await gateway.RowsAsync("SELECT bat, heap, rssi, reset FROM health"));
        Assert.Equal(["evt/wake|computer"], await gateway.RowsAsync("SELECT kind, json_extract(payload, '$.word') FROM events"));
    }

    [Fact]
    public async Task A_turn_is_one_row_that_keeps_every_stage_it_reached()
    {
        await using TestGateway gateway = await StartAsync();
        IDeviceSender sender = gateway.Get<IDeviceSender>();
        TurnMessage turn = new() { TurnId = "ab-1" };
        await sender.PublishTurnAsync("bear", TurnPhases.Wake, turn);
        (turn.Reached[0], turn.StageMs[0]) = (true, 540);
        await sender.PublishTurnAsync("bear", TurnPhases.Speech, turn);
        TurnMessage done = new() { TurnId = "ab-1", Safety = "ok" };
        (done.Reached[5], done.StageMs[5]) = (true, 3100);
        await sender.PublishTurnAsync("bear", TurnPhases.Done, done);
        await sender.PublishTurnAsync("owl", TurnPhases.Wake, new TurnMessage { TurnId = "ab-1" });
        StoredTurn stored = Assert.Single(await gateway.Get<TelemetryStore>().TurnsAsync("bear", 10));
        Assert.Equal((TurnPhases.Done, "ok", 540, 3100), (stored.Phase, stored.Safety, stored.Stages["end_ms"], stored.Stages["done_ms"]));
        Assert.Equal(2, stored.Stages.Count);
        Assert.Null(stored.Heard);
        Assert.Equal(2, (await gateway.Get<TelemetryStore>().TurnsAsync(null, 10)).Count);
    }

    [Fact]
    public async Task The_newest_heart_rate_goes_stale_after_30_seconds()
    {
        await using TestGateway gateway = await StartAsync();
        IMqttClient bear = await gateway.WearableAsync("bear");
        IHeartHistory history = gateway.Get<IHeartHistory>();
        Assert.Null(history.Latest("bear"));
        await bear.TellAsync(new Topics("bear").Heart, Say.Bytes(Say.Heart(723), 1));
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(72.3, history.Latest("bear")!.RateBpm);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(history.Latest("bear"));
    }

    [Fact]
    public async Task A_range_is_half_open_and_oldest_first()
    {
        await using TestGateway gateway = await StartAsync();
        IMqttClient bear = await gateway.WearableAsync("bear");
        DateTimeOffset start = _time.GetUtcNow();
        for (int n = 1; n <= 5; n++)
        {
            await bear.TellAsync(new Topics("bear").Heart, Say.Bytes(Say.Heart(700 + n), n));
            _time.Advance(TimeSpan.FromSeconds(2));
        }

        IReadOnlyList<HeartSample> some = await gateway.Get<IHeartHistory>().RangeAsync("bear", start.AddSeconds(2), start.AddSeconds(6), 100);
        Assert.Equal([70.2, 70.3], some.Select(sample => sample.RateBpm!.Value));
        Assert.Empty(await gateway.Get<IHeartHistory>().RangeAsync("owl", start, start.AddHours(1), 100));
    }

    [Fact]
    public async Task What_is_older_than_the_owners_days_is_erased_every_hour()
    {
        await using TestGateway gateway = await StartAsync(options => options with { KeepDays = 2 });
        IMqttClient bear = await gateway.WearableAsync("bear");
        await SayOneOfEachAsync(gateway, bear, 1);
        _time.Advance(TimeSpan.FromDays(1.5));
        await SayOneOfEachAsync(gateway, bear, 10);
        string[] tables = ["events", "heart", "beats", "health", "turns"];
        foreach (string table in tables)
        {
            Assert.Equal(["2"], await gateway.RowsAsync($"SELECT COUNT(*) FROM {table}"));
        }

        _time.Advance(TimeSpan.FromHours(25)); // the hourly sweep wakes and works beside this test; a day kept apart goes when all of it is old
        foreach (string table in tables)
        {
            List<string> left;
            do
            {
                left = await gateway.RowsAsync($"SELECT COUNT(*) FROM {table}");
            }
            while (left[0] == "2");
            Assert.Equal(["1"], left);
        }
    }

    [Fact]
    public async Task Words_of_an_earlier_permission_are_erased_when_it_is_gone()
    {
        string folder = TestGateway.NewFolder();
        StoreChoice store;
        await using (TestGateway allowed = await StartAsync(options => options with { AllowWords = true, DataFolder = folder }, keepFolder: true))
        {
            store = allowed.Options.Store;
            for (int n = 1; n <= 200; n++)
            {
                await allowed.Get<IDeviceSender>().PublishTurnAsync("bear", TurnPhases.Text, new TurnMessage { TurnId = "ab-" + n, Heard = "a secret told" });
            }

            Assert.Equal(["200"], await allowed.RowsAsync("SELECT COUNT(*) FROM turns WHERE heard = 'a secret told'"));
        }

        await using TestGateway gateway = await StartAsync(options => options with { DataFolder = folder, Store = store });
        await gateway.Get<Retention>().SweepAsync();
        Assert.Equal(["0"], await gateway.RowsAsync("SELECT COUNT(*) FROM turns WHERE heard IS NOT NULL"));
        foreach (string file in Directory.GetFiles(folder))
        {
            using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using MemoryStream copy = new();
            await stream.CopyToAsync(copy);
            Assert.Equal(-1, copy.ToArray().AsSpan().IndexOf("a secret told"u8)); // overwritten on disk, not just unlinked
        }
    }

    [Fact]
    public async Task A_full_queue_waits_for_the_disk_and_loses_nothing()
    {
        await using TestGateway gateway = await StartAsync();
        StoreWriter writer = gateway.Get<StoreWriter>();
        const int Rows = StoreWriter.QueueRows + StoreWriter.BatchRows + 500;
        await writer.FlushAsync();
        Task adding;
        await using (await TestStore.HoldAsync(gateway.Get<IStore>())) // the disk is busy: the writer has to wait
        {
            adding = Task.Run(async () =>
            {
                for (int n = 1; n <= Rows; n++)
                {
                    await writer.AddAsync(StoreRow.Add(StoreTable.Events, "bear", (long)n, "test", ""));
                }
            });
            while (writer.Waiting < StoreWriter.QueueRows)
            {
                await Task.Yield();
            }

            Assert.False(adding.IsCompleted);
        }

        await adding;
        Assert.Equal([$"{Rows}|{Rows}"], await gateway.RowsAsync("SELECT COUNT(*), MAX(at) FROM events"));
        Assert.Equal(Enumerable.Range(1, Rows).Select(n => n.ToString()), await gateway.RowsAsync("SELECT at FROM events ORDER BY id")); // in order
        Assert.Equal(0, writer.Lost);
    }

    [Fact]
    public async Task A_disk_that_refuses_costs_counted_rows_and_no_silence()
    {
        await using TestGateway gateway = await StartAsync();
        gateway.ErrorsExpected = true;
        StoreWriter writer = gateway.Get<StoreWriter>();
        await TestStore.RefuseReadingsAsync(gateway.Get<IStore>());
        IMqttClient bear = await gateway.WearableAsync("bear");
        while (writer.Written < 2) // the sweep at start erases beside this test: what is old, and words; else it could share the batch that is refused
        {
            await Task.Yield();
        }

        Task refused = bear.TellAsync(new Topics("bear").Heart, Say.Bytes(Say.Heart(723), 1));
        while (gateway.Log.At(LogLevel.Warning).Count == 0) // refused once: an hour that goes by now brings its sweep into a batch behind
        {
            await Task.Yield();
        }

        while (writer.Lost == 0)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal(1, writer.Lost);
        Assert.Contains(gateway.Log.At(LogLevel.Error), line => line.Contains("1 rows were not stored", StringComparison.Ordinal));
        await bear.TellAsync(new Topics("bear").Button, Say.Bytes(Say.Button(), 2));
        Assert.Single(await gateway.RowsAsync("SELECT id FROM events"));
        Assert.False(refused.IsCompleted); // what is not on disk is not acknowledged
        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, (await gateway.Http.GetAsync("/health")).StatusCode);

        await TestStore.TakeReadingsAsync(gateway.Get<IStore>());
        await bear.TellAsync(new Topics("bear").Heart, Say.Bytes(Say.Heart(723), 1)); // the wearable says it again: no duplicate, it was never kept
        Assert.Equal(["723"], await gateway.RowsAsync("SELECT bpm10 FROM heart"));
        Assert.Equal(0, gateway.Get<Ingest>().CountsOf("bear").Duplicates);
    }

    [Fact]
    public async Task A_repetition_is_not_acknowledged_for_a_row_that_is_given_up()
    {
        await using TestGateway gateway = await StartAsync();
        gateway.ErrorsExpected = true;
        StoreWriter writer = gateway.Get<StoreWriter>();
        await TestStore.RefuseReadingsAsync(gateway.Get<IStore>());
        IMqttClient bear = await gateway.WearableAsync("bear");
        Task first = bear.TellAsync(new Topics("bear").Heart, Say.Bytes(Say.Heart(723), 1));
        Task again = bear.TellAsync(new Topics("bear").Heart, Say.Bytes(Say.Heart(723), 1)); // the wearable waited five seconds
        while (gateway.Get<Ingest>().CountsOf("bear").Duplicates == 0)
        {
            await Task.Yield();
        }

        while (writer.Lost == 0)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await bear.TellAsync(new Topics("bear").Button, Say.Bytes(Say.Button(), 2)); // sent later, acknowledged
        Assert.False(first.IsCompleted || again.IsCompleted);
    }

    [Fact]
    public async Task An_event_is_acknowledged_only_when_it_is_on_disk()
    {
        await using TestGateway gateway = await StartAsync();
        IMqttClient bear = await gateway.WearableAsync("bear");
        await gateway.Get<StoreWriter>().FlushAsync();
        Task first;
        Task second;
        await using (await TestStore.HoldAsync(gateway.Get<IStore>())) // the disk is busy
        {
            first = bear.TellAsync(new Topics("bear").Button, Say.Bytes(Say.Button(), 1));
            second = bear.TellAsync(new Topics("bear").Button, Say.Bytes(Say.Button(), 2));
            while (gateway.Get<Ingest>().CountsOf("bear").Received < 2) // both are heard meanwhile: one does not wait for the other
            {
                await Task.Yield();
            }

            Assert.False(first.IsCompleted || second.IsCompleted);
        }

        await Task.WhenAll(first, second);
        Assert.Equal(["2"], await gateway.RowsAsync("SELECT COUNT(*) FROM events"));
    }

    [Fact]
    public async Task A_message_stored_before_a_restart_is_known_when_it_comes_again()
    {
        string folder = TestGateway.NewFolder();
        StoreChoice store;
        await using (TestGateway before = await StartAsync(options => options with { DataFolder = folder }, keepFolder: true))
        {
            store = before.Options.Store;
            IMqttClient bear = await before.WearableAsync("bear");
            await bear.TellAsync(new Topics("bear").Button, Say.Bytes(Say.Button(), 5));
            await bear.TellAsync(new Topics("bear").Button, Say.Bytes(Say.Button(), 7));
        }

        await using TestGateway after = await StartAsync(options => options with { DataFolder = folder, Store = store });
        IMqttClient again = await after.WearableAsync("bear");
        await again.TellAsync(new Topics("bear").Button, Say.Bytes(Say.Button(), 7)); // it never saw the acknowledgement
        await again.TellAsync(new Topics("bear").Button, Say.Bytes(Say.Button(), 6)); // kept back, and sent late
        await again.TellAsync(new Topics("bear").Button, Say.Bytes(Say.Button(), 8));
        Assert.Equal(["5", "7", "6", "8"], await after.RowsAsync("SELECT json_extract(payload, '$.n') FROM events WHERE kind = 'evt/button' ORDER BY id"));
        Assert.Equal((1, 0), (after.Get<Ingest>().CountsOf("bear").Duplicates, after.Get<Ingest>().CountsOf("bear").Lost));
    }

    private static async Task SayOneOfEachAsync(TestGateway gateway, IMqttClient bear, int number)
    {
        Topics topics = new("bear");
        await bear.TellAsync(topics.Button, Say.Bytes(Say.Button(), number));
        await bear.TellAsync(topics.Heart, Say.Bytes(Say.Heart(723), number + 1));
        await bear.TellAsync(topics.Beats, Say.Bytes(new BeatsMessage(), number + 2));
        await bear.TellAsync(topics.DeviceHealth, Say.Bytes(new DeviceHealthMessage(), number + 3));
        await gateway.Get<IDeviceSender>().PublishTurnAsync("bear", TurnPhases.Wake, new TurnMessage { TurnId = "t-" + number });
    }

    private Task<TestGateway> StartAsync(Func<GatewayOptions, GatewayOptions>? choose = null, bool keepFolder = false) =>
        TestGateway.StartAsync(choose, services => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(_time)), keepFolder, kind);
}
