using System.Data.Common;
using Npgsql;

namespace Wearable.Gateway.Telemetry.Postgres;

/// <summary>
/// A database on a PostgreSQL server, 15 or newer, for several gateways at once. Commits wait for the server's disk whatever the server's
/// own setting (<c>synchronous_commit</c>), since an acknowledgement follows.
/// </summary>
public sealed class PostgresStore : IStore
{
    private const int LeastVersion = 150_000;

    // The server has a hundred for everybody; a page of a dashboard holds one for milliseconds.
    private const int UsualConnections = 20;

    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlConnectionStringBuilder _connection;

    private PostgresStore(StoreChoice choice)
    {
        _connection = new NpgsqlConnectionStringBuilder(choice.Place);
        Given("Application Name", "wearable-gateway");
        Given("Maximum Pool Size", UsualConnections);
        Given("Timeout", 5);
        Given("Tcp Keepalive", true);
        _connection.Options = $"{_connection.Options} -c synchronous_commit=on -c timezone=UTC".Trim();
        _source = new NpgsqlDataSourceBuilder(_connection.ConnectionString).Build();
        Name = $"PostgreSQL {_connection.Database} at {_connection.Host}:{_connection.Port}";
    }

    /// <summary>Version of the schema, kept in the table <c>wearable_schema</c>.</summary>
    public static int SchemaVersion => PostgresMigrations.Newest;

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public bool IsShared => true;

    /// <inheritdoc/>
    public TimeSpan Gathers => TimeSpan.FromMilliseconds(25);

    /// <summary>Time of one part of the tables that only grow, ms.</summary>
    internal long PartMs { get; private set; }

    /// <summary>Waits for the server, then checks it and brings the schema up to date.</summary>
    /// <param name="choice">Which server.</param>
    /// <param name="keepDays">Days the owner keeps; decides how the tables are parted when they are made now.</param>
    /// <param name="say">Hears, in one sentence, that the server is waited for and that it answers, or that it may lose what it confirms; null for nobody.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="GatewayStartException">The server refuses; the message says the cure.</exception>
    public static async Task<PostgresStore> OpenAsync(StoreChoice choice, int keepDays, Action<string>? say = null, CancellationToken cancellation = default)
    {
        PostgresStore store = new(choice);
        bool waited = false;
        while (true)
        {
            try
            {
                await store.PrepareAsync(keepDays, say, cancellation).ConfigureAwait(false);
                if (waited)
                {
                    say?.Invoke($"{store.Name} answers.");
                }

                return store;
            }
            catch (Exception e) when (PostgresProblem.IsAway(e) && !cancellation.IsCancellationRequested)
            {
                if (!waited)
                {
                    say?.Invoke(PostgresProblem.Away(store.Name, e).Message);
                }

                waited = true;
            }
            catch (NpgsqlException e)
            {
                await store.DisposeAsync().ConfigureAwait(false);
                throw PostgresProblem.Refusal(store.Name, store._connection.Username ?? "", store._connection.Database ?? "", e);
            }
            catch
            {
                await store.DisposeAsync().ConfigureAwait(false);
                throw;
            }

            await Task.Delay(TimeSpan.FromSeconds(1), cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Looks at a server without waiting and without changing anything.</summary>
    /// <returns>Version of its schema; 0 when it has none yet.</returns>
    /// <exception cref="StoreAwayException">It does not answer.</exception>
    /// <exception cref="GatewayStartException">It refuses; the message says the cure.</exception>
    public static async Task<int> LookAsync(StoreChoice choice, CancellationToken cancellation = default)
    {
        await using PostgresStore store = new(choice);
        try
        {
            await using NpgsqlConnection connection = await store.ConnectAsync(cancellation).ConfigureAwait(false);
            return await PostgresMigrations.VersionAsync(connection, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (PostgresProblem.IsAway(e))
        {
            throw PostgresProblem.Away(store.Name, e);
        }
        catch (NpgsqlException e)
        {
            throw PostgresProblem.Refusal(store.Name, store._connection.Username ?? "", store._connection.Database ?? "", e);
        }
    }

    /// <inheritdoc/>
    public async Task<List<T>> QueryAsync<T>(string sql, Func<DbDataReader, T> read, CancellationToken cancellation, params object[] values)
    {
        try
        {
            return await TryQueryAsync(sql, read, values, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (PostgresProblem.IsAway(e) && !cancellation.IsCancellationRequested)
        {
            _source.Clear(); // its pooled connections may be those of a server that was restarted
        }

        try
        {
            return await TryQueryAsync(sql, read, values, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (PostgresProblem.IsAway(e) && !cancellation.IsCancellationRequested)
        {
            throw PostgresProblem.Away(Name, e);
        }
    }

    /// <inheritdoc/>
    public IStoreSession OpenSession(TimeProvider time) => new PostgresSession(this, time);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _source.DisposeAsync();

    /// <summary>A new connection; pooled when closed.</summary>
    public ValueTask<NpgsqlConnection> ConnectAsync(CancellationToken cancellation) => _source.OpenConnectionAsync(cancellation);

    internal PostgresPartitions NewPartitions() => new(PartMs);

    private async Task PrepareAsync(int keepDays, Action<string>? say, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await ConnectAsync(cancellation).ConfigureAwait(false);
        int version = int.Parse(await ShowAsync(connection, "server_version_num", cancellation).ConfigureAwait(false), System.Globalization.CultureInfo.InvariantCulture);
        if (version < LeastVersion)
        {
            throw new GatewayStartException($"{Name} is version {connection.PostgreSqlVersion}, {LeastVersion / 10_000} or newer expected; update the server or choose another with --store.");
        }

        string encoding = await ShowAsync(connection, "server_encoding", cancellation).ConfigureAwait(false);
        if (encoding != "UTF8")
        {
            throw new GatewayStartException($"{Name} stores texts as {encoding}, UTF8 expected; make the database anew: createdb --encoding=UTF8 --template=template0 {_connection.Database}.");
        }

        PartMs = await PostgresMigrations.RunAsync(connection, Name, PostgresPartitions.PartMs(keepDays), cancellation).ConfigureAwait(false);
        if (await ShowAsync(connection, "fsync", cancellation).ConfigureAwait(false) == "off")
        {
            say?.Invoke($"{Name} runs with fsync off: what wearables are told is kept may be lost in a power cut; set fsync = on in its postgresql.conf.");
        }
    }

    private async Task<List<T>> TryQueryAsync<T>(string sql, Func<DbDataReader, T> read, object[] values, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await ConnectAsync(cancellation).ConfigureAwait(false);
        await using NpgsqlCommand command = new(sql, connection);
        foreach (object value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        List<T> found = [];
        await using NpgsqlDataReader rows = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        while (await rows.ReadAsync(cancellation).ConfigureAwait(false))
        {
            found.Add(read(rows));
        }

        return found;
    }

    private static async Task<string> ShowAsync(NpgsqlConnection connection, string setting, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new($"SHOW {setting}", connection);
        return (string)(await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!;
    }

    // What the owner wrote stays.
    private void Given(string word, object usual)
    {
        if (!_connection.ShouldSerialize(word))
        {
            _connection[word] = usual;
        }
    }
}
