using Wearable.Gateway.Telemetry.Postgres;
using Wearable.Gateway.Telemetry.Sqlite;

namespace Wearable.Gateway.Telemetry;

/// <summary>Opens the store the owner chose.</summary>
public static class Stores
{
    /// <summary>Opens it, makes it when absent, brings its schema up to date.</summary>
    /// <param name="options">The owner's choices.</param>
    /// <param name="say">Hears, in one sentence, that a server is waited for; null says it on standard error.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="GatewayStartException">It cannot be used; the message says the cure.</exception>
    public static async Task<IStore> OpenAsync(GatewayOptions options, Action<string>? say = null, CancellationToken cancellation = default) =>
        options.Store.Kind == StoreKind.Postgres
            ? await PostgresStore.OpenAsync(options.Store, options.KeepDays, say ?? Console.Error.WriteLine, cancellation).ConfigureAwait(false)
            : await Task.Run(() => SqliteStore.Open(options), cancellation).ConfigureAwait(false);
}
