using MQTTnet;
using Wearable.Contract;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Telemetry;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests.Telemetry;

/// <summary>Several gateways on one PostgreSQL.</summary>
public sealed class SharedStoreTests
{
    private const long At = 1_795_780_800_000; // 2026-11-27T16:00Z

    [Fact]
    public async Task A_wearable_that_moves_to_another_gateway_is_known_there()
    {
        await using TestGateway first = await TestGateway.StartAsync(kind: StoreKind.Postgres);
        await using TestGateway second = await TestGateway.StartAsync(options => options with { Store = first.Options.Store }, kind: StoreKind.Postgres);
        Topics topics = new("bear");
        IMqttClient bear = await first.WearableAsync("bear");
        await bear.TellAsync(topics.Info, Say.Bytes(new InfoMessage { Board = "simulator" }, 1), retain: true);
        await bear.TellAsync(topics.Button, Say.Bytes(Say.Button(), 2));
        await bear.TellAsync(topics.Button, Say.Bytes(Say.Button(), 4));
        await first.Get<IDeviceSender>().SendConfigAsync("bear", new ConfigMessage { Version = 3 });
        await first.Get<StoreWriter>().FlushAsync();

        Viewer viewer = await second.ViewerAsync(topics.ConfigDesired);
        IMqttClient again = await second.WearableAsync("bear");
        Assert.Equal("""{"v":3}""", (await viewer.NextAsync()).Text); // what the owner wished at the first gateway waits at the second
        await again.TellAsync(topics.Button, Say.Bytes(Say.Button(), 4)); // it never saw the acknowledgement
        await again.TellAsync(topics.Button, Say.Bytes(Say.Button(), 3)); // kept back, and sent late
        await again.TellAsync(topics.Button, Say.Bytes(Say.Button(), 5));
        Assert.Equal(["2", "4", "3", "5"], await second.RowsAsync("SELECT json_extract(payload, '$.n') FROM events WHERE kind = 'evt/button' ORDER BY at, id"));
        Assert.Equal((1, 0), (second.Get<Ingest>().CountsOf("bear").Duplicates, second.Get<Ingest>().CountsOf("bear").Lost));
        Assert.Equal("simulator", second.Get<DeviceRegistry>().Find("bear")!.Info!.Board);

        await again.DisconnectAsync();
        IMqttClient home = await first.WearableAsync("bear"); // and back
        await home.TellAsync(topics.Button, Say.Bytes(Say.Button(), 5));
        await home.TellAsync(topics.Button, Say.Bytes(Say.Button(), 6));
        Assert.Equal(["2", "3", "4", "5", "6"], await first.RowsAsync("SELECT json_extract(payload, '$.n') AS n FROM events WHERE kind = 'evt/button' ORDER BY n"));
        Assert.Equal(1, first.Get<Ingest>().CountsOf("bear").Duplicates);
    }

    [Fact]
    public async Task What_an_owner_erased_at_one_gateway_is_gone_at_the_next()
    {
        await using TestGateway first = await TestGateway.StartAsync(kind: StoreKind.Postgres);
        Topics topics = new("bear");
        await first.Get<IDeviceSender>().SendConfigAsync("bear", new ConfigMessage { Version = 3 });
        await first.Get<StoreWriter>().FlushAsync();
        await using TestGateway second = await TestGateway.StartAsync(options => options with { Store = first.Options.Store }, kind: StoreKind.Postgres);
        await first.ViewerAsync("wearable/#");
        IMqttClient tool = await first.ConnectAsync("tool_1");
        await tool.TellAsync(topics.ConfigDesired, "", retain: true);
        await first.Get<StoreWriter>().FlushAsync();
        await second.WearableAsync("bear");
        Viewer viewer = await second.ViewerAsync(topics.ConfigDesired);
        await second.Get<IDeviceSender>().SendConfigAsync("bear", new ConfigMessage { Version = 4 });
        Assert.Equal("""{"v":4}""", (await viewer.NextAsync()).Text);
    }

    [Fact]
    public async Task Messages_that_reach_two_gateways_at_once_are_stored_once_and_nobody_waits_for_ever()
    {
        GatewayOptions options = await TestStore.EmptyAsync(StoreKind.Postgres, new GatewayOptions());
        await using IStore store = await Stores.OpenAsync(options);
        string[] devices = ["ant", "bear", "cat", "dog", "eel"];
        StoreRow[] messages = [.. Enumerable.Range(1, 400).SelectMany(n => devices.Select(device => Event(device, n)))];
        async Task WriteAsync(int seed)
        {
            Random random = new(seed);
            await using IStoreSession session = store.OpenSession(TimeProvider.System);
            foreach (StoreRow[] batch in messages.Chunk(100))
            {
                StoreRow[] mine = [.. batch];
                random.Shuffle(mine);
                await session.WriteAsync(mine);
            }
        }

        await Task.WhenAll(WriteAsync(1), WriteAsync(2), WriteAsync(3)).WaitAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(["2000|2000"], await TestStore.RowsAsync(store, "SELECT COUNT(*), COUNT(DISTINCT device || ' ' || payload) FROM events"));
    }

    [Fact]
    public async Task A_commit_whose_answer_was_lost_is_not_stored_twice()
    {
        PostgresServer server = await PostgresServer.SharedAsync();
        using CuttingProxy wire = new(server.Port);
        string place = await server.NewDatabaseAsync();
        StoreChoice choice = StoreChoice.Read(place.Replace($"Port={server.Port}", $"Port={wire.Port}", StringComparison.Ordinal), out _)!;
        await using IStore store = await Stores.OpenAsync(new GatewayOptions { Store = choice });
        await using IStoreSession session = store.OpenSession(TimeProvider.System);
        await session.WriteAsync([StoreRow.Add(StoreTable.Events, "bear", At, "status", "0")]); // makes the parts
        StoreRow[] batch = [StoreRow.Add(StoreTable.Events, "bear", At, "status", "1"), Event("bear", 2)];
        wire.CutAt("COMMIT");
        for (int i = 0; ; i++)
        {
            try
            {
                await session.WriteAsync(batch);
                break;
            }
            catch (StoreAwayException) when (i < 100)
            {
                await Task.Delay(20, TestContext.Current.CancellationToken); // the server may still be at it
            }
        }

        Assert.Equal(1, wire.Cuts);
        Assert.Equal(["0", "1", "2"], await TestStore.RowsAsync(store, "SELECT payload FROM events ORDER BY id"));
    }

    private static StoreRow Event(string device, int number) =>
        StoreRow.Add(StoreTable.Events, device, At, "evt/button", $"{number}") with { Of = new MessageNumber(device, 7, number) };
}
