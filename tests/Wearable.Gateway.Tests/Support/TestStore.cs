using System.Data.Common;
using Wearable.Gateway.Telemetry;
using Wearable.Gateway.Telemetry.Postgres;
using Wearable.Gateway.Telemetry.Sqlite;

namespace Wearable.Gateway.Tests.Support;

/// <summary>The database behind a gateway, asked and troubled in SQL beside it.</summary>
public static class TestStore
{
    // So that both databases read a stored payload in the same words.
    private const string JsonExtract = """
        CREATE OR REPLACE FUNCTION json_extract(payload text, path text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT payload::json ->> substr(path, 3) $$
        """;

    /// <summary>Options for a store of this kind with nothing in it.</summary>
    public static async Task<GatewayOptions> EmptyAsync(StoreKind kind, GatewayOptions options)
    {
        if (kind == StoreKind.Sqlite)
        {
            return options;
        }

        StoreChoice choice = StoreChoice.Read(await (await PostgresServer.SharedAsync()).NewDatabaseAsync(), out _)!;
        options = options with { Store = choice };
        await using IStore store = await Stores.OpenAsync(options);
        await RowsAsync(store, JsonExtract);
        return options;
    }

    public static async Task<DbConnection> ConnectAsync(IStore store) => store switch
    {
        SqliteStore sqlite => sqlite.Connect(),
        PostgresStore postgres => await postgres.ConnectAsync(CancellationToken.None),
        _ => throw new NotSupportedException(store.Name),
    };

    /// <summary>Rows of a query, columns joined by a bar; nothing where it is no query.</summary>
    public static async Task<List<string>> RowsAsync(IStore store, string sql)
    {
        await using DbConnection connection = await ConnectAsync(store);
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = sql;
        List<string> rows = [];
        await using DbDataReader reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(reader.GetValue)));
        }

        return rows;
    }

    /// <summary>Nobody can write until it is disposed, as if the disk were busy.</summary>
    public static async Task<IAsyncDisposable> HoldAsync(IStore store)
    {
        DbConnection connection = await ConnectAsync(store);
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = store is SqliteStore ? "BEGIN IMMEDIATE" : "BEGIN; LOCK TABLE events IN EXCLUSIVE MODE";
        await command.ExecuteNonQueryAsync();
        return new Hold(connection);
    }

    /// <summary>The database refuses readings from now on.</summary>
    public static Task RefuseReadingsAsync(IStore store) => RowsAsync(store, store is SqliteStore
        ? "CREATE TRIGGER refuse BEFORE INSERT ON heart BEGIN SELECT RAISE(FAIL, 'the disk is full'); END"
        : """
          CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'the disk is full' USING ERRCODE = '53100'; END $$;
          CREATE TRIGGER refuse BEFORE INSERT ON heart FOR EACH STATEMENT EXECUTE FUNCTION refuse()
          """);

    /// <summary>It takes them again.</summary>
    public static Task TakeReadingsAsync(IStore store) => RowsAsync(store, store is SqliteStore ? "DROP TRIGGER refuse" : "DROP TRIGGER refuse ON heart");

    private sealed class Hold(DbConnection connection) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await using (DbCommand command = connection.CreateCommand())
            {
                command.CommandText = "ROLLBACK";
                await command.ExecuteNonQueryAsync();
            }

            await connection.DisposeAsync();
        }
    }
}
