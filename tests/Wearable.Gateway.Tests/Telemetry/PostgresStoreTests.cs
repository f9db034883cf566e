using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.Logging;
using MQTTnet;
using Npgsql;
using Wearable.Contract;
using Wearable.Gateway.Telemetry;
using Wearable.Gateway.Telemetry.Postgres;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests.Telemetry;

/// <summary>A PostgreSQL server as operators meet it: late, gone, unwilling, and full of old days.</summary>
public sealed class PostgresStoreTests
{
    private const long DayMs = 86_400_000;

    [Fact]
    public async Task A_gateway_that_is_there_first_waits_for_its_database_and_says_so()
    {
        await using PostgresServer server = await PostgresServer.MakeAsync();
        List<string> said = [];
        Task<IStore> opening = Stores.OpenAsync(new GatewayOptions { Store = StoreChoice.Read(server.Whole("postgres"), out _)! }, said.Add);
        while (said.Count == 0)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        Assert.False(opening.IsCompleted);
        Assert.StartsWith($"PostgreSQL postgres at 127.0.0.1:{server.Port} does not answer (", said[0], StringComparison.Ordinal);
        Assert.Contains("start it, or check host and port in --store", said[0], StringComparison.Ordinal);
        await server.ResumeAsync();
        await using IStore store = await opening;
        Assert.Equal([said[0], $"PostgreSQL postgres at 127.0.0.1:{server.Port} answers."], said);
    }

    [Fact]
    public async Task A_database_that_goes_away_is_waited_for_and_nothing_acknowledged_is_lost()
    {
        await using PostgresServer server = await PostgresServer.StartAsync();
        await using TestGateway gateway = await TestGateway.StartAsync(options => options with { Store = StoreChoice.Read(server.Whole("postgres"), out _)! }, kind: StoreKind.Postgres);
        IMqttClient bear = await gateway.WearableAsync("bear");
        Topics topics = new("bear");
        for (int n = 1; n <= 50; n++)
        {
            await bear.TellAsync(topics.Button, Say.Bytes(Say.Button(), n));
        }

        List<Task> waiting = [.. Enumerable.Range(51, 50).Select(n => bear.TellAsync(topics.Button, Say.Bytes(Say.Button(), n)))];
        await server.StopAsync(atOnce: true); // as a power cut, in the middle of it
        waiting.AddRange(Enumerable.Range(101, 50).Select(n => bear.TellAsync(topics.Button, Say.Bytes(Say.Button(), n))));
        StoreWriter writer = gateway.Get<StoreWriter>();
        while (writer.Away is null)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        Assert.Contains(waiting, publish => !publish.IsCompleted);
        HttpResponseMessage answer = await gateway.Http.GetAsync("/api/events?device=bear&kind=button");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("does not answer", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await gateway.Http.GetAsync("/health")).StatusCode);

        await server.ResumeAsync();
        await Task.WhenAll(waiting); // without hands
        Assert.Equal(["150|150"], await gateway.RowsAsync("SELECT COUNT(*), COUNT(DISTINCT payload::json ->> 'n') FROM events WHERE kind = 'evt/button'"));
        Assert.Null(writer.Away);
        Assert.Equal(0, writer.Lost);
        Assert.Equal(200, (await gateway.Http.GetFromJsonAsync<object[]>("/api/events?device=bear&kind=button&limit=200"))!.Length + 50);
        Assert.Single(gateway.Log.At(LogLevel.Warning), line => line.Contains("publishers wait", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_gateway_stops_while_its_database_is_away()
    {
        await using PostgresServer server = await PostgresServer.StartAsync();
        await using TestGateway gateway = await TestGateway.StartAsync(options => options with { Store = StoreChoice.Read(server.Whole("postgres"), out _)! }, kind: StoreKind.Postgres);
        gateway.ErrorsExpected = true; // it says what it could not store
        IMqttClient bear = await gateway.WearableAsync("bear");
        await server.StopAsync(atOnce: true);
        Task told = bear.TellAsync(new Topics("bear").Button, Say.Bytes(Say.Button(), 1));
        while (gateway.Get<StoreWriter>().Away is null)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        await gateway.StopAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.False(told.IsCompletedSuccessfully); // the wearable keeps it
    }

    [Fact]
    public async Task A_refusal_is_one_sentence_with_the_cure_and_no_password()
    {
        PostgresServer server = await PostgresServer.SharedAsync();
        await RefusedAsync(server.Whole("postgres").Replace(PostgresServer.Password, "wrong", StringComparison.Ordinal), "password authentication failed", "put the right password of wearable into WEARABLE_STORE_PASSWORD");
        await RefusedAsync(server.Place("postgres"), "No password has been provided", "put the password of wearable into WEARABLE_STORE_PASSWORD");
        await RefusedAsync(server.Whole("nowhere"), "database \"nowhere\" does not exist", "createdb --owner=wearable nowhere");
        string mine = await server.NewDatabaseAsync();
        string name = new NpgsqlConnectionStringBuilder(mine["postgres:".Length..]).Database!;
        await server.ExecuteAsync("postgres", $"CREATE ROLE guest_{name} LOGIN PASSWORD 'guest'");
        await RefusedAsync($"postgres:Host=127.0.0.1;Port={server.Port};Database={name};Username=guest_{name};Password=guest", "permission denied for schema public", $"ALTER DATABASE {name} OWNER TO guest_{name}");
    }

    [Fact]
    public async Task A_newer_schema_is_left_alone()
    {
        PostgresServer server = await PostgresServer.SharedAsync();
        GatewayOptions options = new() { Store = StoreChoice.Read(await server.NewDatabaseAsync(), out _)! };
        await using (IStore store = await Stores.OpenAsync(options))
        {
            await TestStore.RowsAsync(store, "UPDATE wearable_schema SET version = 99");
        }

        GatewayStartException e = await Assert.ThrowsAsync<GatewayStartException>(() => Stores.OpenAsync(options));
        Assert.Contains($"has schema 99 of a newer gateway, this one knows {PostgresStore.SchemaVersion}", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gateways_that_start_together_make_one_schema()
    {
        PostgresServer server = await PostgresServer.SharedAsync();
        GatewayOptions options = new() { Store = StoreChoice.Read(await server.NewDatabaseAsync(), out _)! };
        IStore[] stores = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Stores.OpenAsync(options)));
        Assert.Equal([$"{PostgresStore.SchemaVersion}"], await TestStore.RowsAsync(stores[0], "SELECT version FROM wearable_schema"));
        foreach (IStore store in stores)
        {
            await store.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(365, 7)]
    public async Task Old_days_go_as_whole_parts_with_their_sums_and_young_ones_stay(int keepDays, int partDays)
    {
        GatewayOptions options = await TestStore.EmptyAsync(StoreKind.Postgres, new GatewayOptions { KeepDays = keepDays });
        await using IStore store = await Stores.OpenAsync(options);
        await using IStoreSession session = store.OpenSession(TimeProvider.System);
        long start = 20_780 * DayMs;
        start -= start % (partDays * DayMs);
        for (int part = 0; part < 4; part++)
        {
            long at = start + (part * partDays * DayMs);
            await session.WriteAsync([Reading(at), Reading(at + (partDays * DayMs) - 1)]);
        }

        Assert.Equal(["5"], await TestStore.RowsAsync(store, "SELECT COUNT(*) FROM pg_inherits WHERE inhparent = 'heart'::regclass")); // one ahead
        await session.WriteAsync([StoreRow.EraseBefore(start + (2 * partDays * DayMs) - 1)]);
        Assert.Equal(["6|6"], await TestStore.RowsAsync(store, "SELECT COUNT(*), (SELECT SUM(n) FROM heart_sums) FROM heart"));
        await session.WriteAsync([StoreRow.EraseBefore(start + (2 * partDays * DayMs)), Reading(start + (3 * partDays * DayMs))]);
        Assert.Equal(["5|5"], await TestStore.RowsAsync(store, "SELECT COUNT(*), (SELECT SUM(n) FROM heart_sums) FROM heart"));
        Assert.Equal(["3"], await TestStore.RowsAsync(store, "SELECT COUNT(*) FROM pg_inherits WHERE inhparent = 'heart'::regclass"));
        Assert.Equal(["0"], await TestStore.RowsAsync(store, "SELECT COUNT(*) FROM pg_class WHERE relname LIKE 'heart_p%' AND relkind = 'r' AND NOT relispartition"));
    }

    private static StoreRow Reading(long at) => StoreRow.Add(StoreTable.Heart, "bear", at, 700, 90, "ok", "beats", 0, 0);

    private static async Task RefusedAsync(string place, params string[] parts)
    {
        GatewayStartException e = await Assert.ThrowsAsync<GatewayStartException>(() => Stores.OpenAsync(new GatewayOptions { Store = StoreChoice.Read(place, out _)! }));
        Assert.All(parts, part => Assert.Contains(part, e.Message, StringComparison.Ordinal));
        Assert.DoesNotContain(PostgresServer.Password, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }
}
