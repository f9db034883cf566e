using Wearable.Gateway.Telemetry;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Bench;

/// <summary>
/// The database of a bench, as <c>--store</c> says: <c>sqlite</c>, a server of one's own choice, or <c>postgres</c> for the installed
/// PostgreSQL on a free port, with its data in a temporary folder and fsync on.
/// </summary>
internal sealed class BenchStore : IAsyncDisposable
{
    private readonly PostgresServer? _server;

    private BenchStore(StoreChoice choice, PostgresServer? server)
    {
        Choice = choice;
        _server = server;
    }

    public StoreChoice Choice { get; }

    public string Kind => Choice.Kind == StoreKind.Sqlite ? "sqlite" : "postgres";

    /// <summary>Null, with the reason on standard error, when it is no store.</summary>
    public static async Task<BenchStore?> OpenAsync(string text)
    {
        if (text == "postgres")
        {
            PostgresServer server = await PostgresServer.StartAsync();
            return new BenchStore(StoreChoice.Read(await server.NewDatabaseAsync(), out _)!, server);
        }

        if (StoreChoice.Parse(text, Environment.GetEnvironmentVariable, out string problem) is StoreChoice choice)
        {
            return new BenchStore(choice, null);
        }

        Console.Error.WriteLine(problem);
        return null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            Npgsql.NpgsqlConnection.ClearAllPools();
            await _server.DisposeAsync();
        }
    }
}
