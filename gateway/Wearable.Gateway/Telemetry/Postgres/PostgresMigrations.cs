using Npgsql;

namespace Wearable.Gateway.Telemetry.Postgres;

/// <summary>
/// The numbered scripts that bring a database from one schema to the next, each in a transaction with the new version, which stands in
/// the table <c>wearable_schema</c>. Gateways that start together run them one after another. A script once released is never changed.
/// </summary>
/// <remarks>
/// Ids, topics and turn ids compare by bytes, as SQLite does. Integers are as wide as on the wire. What only grows is parted by time, see
/// <see cref="PostgresPartitions"/>; <c>heart_sums</c> is kept by the database itself, one grouped change per COPY.
/// </remarks>
internal static class PostgresMigrations
{
    // Any number nobody else uses for an advisory lock in this database: "wearable" in ASCII.
    internal const long Lock = 0x7765617261626C65;

    // Index i makes version i + 1.
    private static readonly string[] Scripts =
    [
        """
        CREATE SEQUENCE wearable_id CACHE 100;
        CREATE TABLE events(id bigint NOT NULL DEFAULT nextval('wearable_id'), device text COLLATE "C" NOT NULL, at bigint NOT NULL, kind text NOT NULL,
            payload text NOT NULL) PARTITION BY RANGE (at);
        CREATE INDEX events_device_at ON events(device, at, id);
        CREATE TABLE heart(id bigint NOT NULL DEFAULT nextval('wearable_id'), device text COLLATE "C" NOT NULL, at bigint NOT NULL, bpm10 integer,
            q integer NOT NULL, st text NOT NULL, src text NOT NULL, pi integer NOT NULL, mot integer NOT NULL) PARTITION BY RANGE (at);
        CREATE INDEX heart_device_at ON heart(device, at, id);
        CREATE TABLE heart_again(id bigint NOT NULL DEFAULT nextval('wearable_id'), device text COLLATE "C" NOT NULL, at bigint NOT NULL, bpm10 integer,
            q integer NOT NULL, st text NOT NULL, mot integer NOT NULL, lag_ms integer NOT NULL) PARTITION BY RANGE (at);
        CREATE INDEX heart_again_device_at ON heart_again(device, at, id);
        CREATE TABLE beats(id bigint NOT NULL DEFAULT nextval('wearable_id'), device text COLLATE "C" NOT NULL, at bigint NOT NULL, t0 bigint NOT NULL,
            ibi text NOT NULL, q text NOT NULL) PARTITION BY RANGE (at);
        CREATE INDEX beats_device_at ON beats(device, at, id);
        CREATE TABLE health(id bigint NOT NULL DEFAULT nextval('wearable_id'), device text COLLATE "C" NOT NULL, at bigint NOT NULL, bat integer,
            heap integer NOT NULL, heap_low integer NOT NULL, gc integer NOT NULL, rssi integer, up bigint NOT NULL, reset text NOT NULL,
            reconn integer NOT NULL, dropped integer NOT NULL, loop_ms integer NOT NULL, over integer NOT NULL) PARTITION BY RANGE (at);
        CREATE INDEX health_device_at ON health(device, at, id);
        CREATE TABLE turns(device text COLLATE "C" NOT NULL, sid text COLLATE "C" NOT NULL, at bigint NOT NULL, updated bigint NOT NULL, phase text NOT NULL,
            end_ms integer, text_ms integer, answer_ms integer, speech_ms integer, audio_ms integer, done_ms integer, safety text NOT NULL, why text NOT NULL,
            heard text, answer text, PRIMARY KEY(device, sid));
        CREATE INDEX turns_device_at ON turns(device, at);
        CREATE INDEX turns_at ON turns(at);
        CREATE TABLE retained(topic text COLLATE "C" PRIMARY KEY, at bigint NOT NULL, qos integer NOT NULL, payload bytea NOT NULL);
        CREATE TABLE numbers(device text COLLATE "C" NOT NULL, boot integer NOT NULL, at bigint NOT NULL, first integer NOT NULL, newest integer NOT NULL,
            count bigint NOT NULL, seen bytea NOT NULL, PRIMARY KEY(device, boot)) WITH (fillfactor = 60);
        CREATE TABLE heart_sums(device text COLLATE "C" NOT NULL, slot bigint NOT NULL, n integer NOT NULL, rated integer NOT NULL, low integer, high integer,
            sum bigint NOT NULL, q bigint NOT NULL, PRIMARY KEY(device, slot)) WITH (fillfactor = 80);
        CREATE INDEX heart_sums_slot ON heart_sums(slot);

        CREATE FUNCTION heart_sums_add() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            INSERT INTO heart_sums AS s(device, slot, n, rated, low, high, sum, q)
                SELECT device, at / 600000, count(*), count(bpm10), min(bpm10), max(bpm10), coalesce(sum(bpm10), 0), sum(q) FROM added GROUP BY 1, 2 ORDER BY 1, 2
            ON CONFLICT(device, slot) DO UPDATE SET n = s.n + excluded.n, rated = s.rated + excluded.rated, sum = s.sum + excluded.sum, q = s.q + excluded.q,
                low = LEAST(s.low, excluded.low), high = GREATEST(s.high, excluded.high);
            RETURN NULL;
        END $$;
        CREATE TRIGGER heart_sums_add AFTER INSERT ON heart REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION heart_sums_add();
        CREATE FUNCTION heart_sums_erase() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            UPDATE heart_sums AS s SET n = s.n - e.n, rated = s.rated - e.rated, sum = s.sum - e.sum, q = s.q - e.q
                FROM (SELECT device, at / 600000 AS slot, count(*) AS n, count(bpm10) AS rated, coalesce(sum(bpm10), 0) AS sum, sum(q) AS q FROM erased GROUP BY 1, 2) AS e
                WHERE s.device = e.device AND s.slot = e.slot;
            DELETE FROM heart_sums AS s USING (SELECT DISTINCT device, at / 600000 AS slot FROM erased) AS e WHERE s.device = e.device AND s.slot = e.slot AND s.n <= 0;
            RETURN NULL;
        END $$;
        CREATE TRIGGER heart_sums_erase AFTER DELETE ON heart REFERENCING OLD TABLE AS erased FOR EACH STATEMENT EXECUTE FUNCTION heart_sums_erase();
        """,
    ];

    /// <summary>The version this program makes and knows.</summary>
    public static int Newest => Scripts.Length;

    /// <summary>Runs the scripts the database has not had yet.</summary>
    /// <param name="connection">An open connection of a user who may make tables.</param>
    /// <param name="name">The database, for people.</param>
    /// <param name="partMs">Time of one part, for a database made now.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <returns>Time of one part, ms, as the database was made.</returns>
    /// <exception cref="GatewayStartException">The schema is newer than this program.</exception>
    public static async Task<long> RunAsync(NpgsqlConnection connection, string name, long partMs, CancellationToken cancellation)
    {
        await ExecuteAsync(connection, $"SELECT pg_advisory_lock({Lock})", cancellation).ConfigureAwait(false);
        try
        {
            if (!await IsMadeAsync(connection, cancellation).ConfigureAwait(false))
            {
                await ExecuteAsync(connection, $"CREATE TABLE wearable_schema(version integer NOT NULL, part_ms bigint NOT NULL); INSERT INTO wearable_schema VALUES(0, {partMs})", cancellation).ConfigureAwait(false);
            }

            int version = (int)(await AskAsync(connection, "SELECT version FROM wearable_schema", cancellation).ConfigureAwait(false))!;
            if (version > Newest)
            {
                throw new GatewayStartException($"{name} has schema {version} of a newer gateway, this one knows {Newest}; update the gateway or choose another database with --store.");
            }

            for (; version < Newest; version++)
            {
                await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
                await ExecuteAsync(connection, $"{Scripts[version]} UPDATE wearable_schema SET version = {version + 1}", cancellation).ConfigureAwait(false);
                await transaction.CommitAsync(cancellation).ConfigureAwait(false);
            }

            return (long)(await AskAsync(connection, "SELECT part_ms FROM wearable_schema", cancellation).ConfigureAwait(false))!;
        }
        finally
        {
            await UnlockAsync(connection).ConfigureAwait(false);
        }
    }

    /// <summary>The version a database has; 0 for none.</summary>
    public static async Task<int> VersionAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        await IsMadeAsync(connection, cancellation).ConfigureAwait(false) ? (int)(await AskAsync(connection, "SELECT version FROM wearable_schema", cancellation).ConfigureAwait(false))! : 0;

    private static async Task<bool> IsMadeAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        await AskAsync(connection, "SELECT to_regclass('wearable_schema') IS NULL", cancellation).ConfigureAwait(false) is false;

    // A broken connection has lost its lock already.
    private static async Task UnlockAsync(NpgsqlConnection connection)
    {
        if (connection.FullState == System.Data.ConnectionState.Open)
        {
            await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({Lock})", CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(sql, connection) { CommandTimeout = 0 }; // another gateway may be migrating a large database
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }

    private static async Task<object?> AskAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(sql, connection);
        return await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false);
    }
}
