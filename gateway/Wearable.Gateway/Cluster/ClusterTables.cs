using Npgsql;

namespace Wearable.Gateway.Cluster;

/// <summary>
/// What Orleans keeps in PostgreSQL to know its members: two tables of its documented shape, and a table with the statements it uses, which
/// it reads by name. Made at every start where they are not there, statements replaced by this version's.
/// </summary>
public static class ClusterTables
{
    private const string Tables = """
        SELECT pg_advisory_xact_lock(7235172046);
        CREATE TABLE IF NOT EXISTS OrleansQuery(QueryKey varchar(64) PRIMARY KEY, QueryText varchar(8000) NOT NULL);
        CREATE TABLE IF NOT EXISTS OrleansMembershipVersionTable(
            DeploymentId varchar(150) PRIMARY KEY, Timestamp timestamptz(3) NOT NULL DEFAULT now(), Version integer NOT NULL DEFAULT 0);
        CREATE TABLE IF NOT EXISTS OrleansMembershipTable(
            DeploymentId varchar(150) NOT NULL REFERENCES OrleansMembershipVersionTable(DeploymentId), Address varchar(45) NOT NULL, Port integer NOT NULL,
            Generation integer NOT NULL, SiloName varchar(150) NOT NULL, HostName varchar(150) NOT NULL, Status integer NOT NULL, ProxyPort integer,
            SuspectTimes varchar(8000), StartTime timestamptz(3) NOT NULL, IAmAliveTime timestamptz(3) NOT NULL,
            PRIMARY KEY(DeploymentId, Address, Port, Generation));
        """;

    private const string Whose = "DeploymentId = @DeploymentId AND Address = @Address AND Port = @Port AND Generation = @Generation";

    // A write counts only together with the version it was made for: one statement does both or neither.
    private const string NextVersion = "next AS (UPDATE OrleansMembershipVersionTable SET Timestamp = now(), Version = Version + 1 WHERE DeploymentId = @DeploymentId AND Version = @Version RETURNING 1)";

    private const string Read = """
        SELECT v.DeploymentId, m.Address, m.Port, m.Generation, m.SiloName, m.HostName, m.Status, m.ProxyPort, m.SuspectTimes, m.StartTime, m.IAmAliveTime, v.Version
        FROM OrleansMembershipVersionTable v LEFT JOIN OrleansMembershipTable m ON m.DeploymentId = v.DeploymentId
        """;

    private static readonly (string Name, string Sql)[] Statements =
    [
        ("InsertMembershipVersionKey", "WITH made AS (INSERT INTO OrleansMembershipVersionTable(DeploymentId) VALUES(@DeploymentId) ON CONFLICT DO NOTHING RETURNING 1) SELECT COUNT(*)::integer FROM made"),
        ("InsertMembershipKey", $"""
            WITH {NextVersion}, made AS (
                INSERT INTO OrleansMembershipTable(DeploymentId, Address, Port, Generation, SiloName, HostName, Status, ProxyPort, StartTime, IAmAliveTime)
                SELECT @DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime FROM next RETURNING 1)
            SELECT COUNT(*)::integer FROM made
            """),
        ("UpdateMembershipKey", $"""
            WITH {NextVersion}, changed AS (
                UPDATE OrleansMembershipTable SET Status = @Status, SuspectTimes = @SuspectTimes, IAmAliveTime = GREATEST(IAmAliveTime, @IAmAliveTime)
                WHERE {Whose} AND EXISTS(SELECT 1 FROM next) RETURNING 1)
            SELECT COUNT(*)::integer FROM changed
            """),
        ("UpdateIAmAlivetimeKey", $"UPDATE OrleansMembershipTable SET IAmAliveTime = GREATEST(IAmAliveTime, @IAmAliveTime) WHERE {Whose}"),
        ("MembershipReadRowKey", $"{Read} AND m.Address = @Address AND m.Port = @Port AND m.Generation = @Generation WHERE v.DeploymentId = @DeploymentId"),
        ("MembershipReadAllKey", $"{Read} WHERE v.DeploymentId = @DeploymentId"),
        ("DeleteMembershipTableEntriesKey", "DELETE FROM OrleansMembershipTable WHERE DeploymentId = @DeploymentId; DELETE FROM OrleansMembershipVersionTable WHERE DeploymentId = @DeploymentId"),
        ("GatewaysQueryKey", "SELECT Address, ProxyPort, Generation FROM OrleansMembershipTable WHERE DeploymentId = @DeploymentId AND Status = @Status AND ProxyPort > 0"),
        ("CleanupDefunctSiloEntriesKey", "DELETE FROM OrleansMembershipTable WHERE DeploymentId = @DeploymentId AND IAmAliveTime < @IAmAliveTime AND StartTime < @IAmAliveTime AND Status = 6"),
        ("CleanupDefunctSiloEntryKey", $"DELETE FROM OrleansMembershipTable WHERE {Whose} AND Status = 6 AND IAmAliveTime = @IAmAliveTime AND StartTime = @StartTime AND COALESCE(SuspectTimes, '') = COALESCE(@SuspectTimes, '')"),
    ];

    /// <summary>Makes what is not there.</summary>
    /// <param name="connection">Of the gateways' database.</param>
    /// <exception cref="GatewayStartException">The database refuses.</exception>
    public static async Task EnsureAsync(string connection)
    {
        try
        {
            await using NpgsqlConnection database = new(connection);
            await database.OpenAsync().ConfigureAwait(false);
            await using NpgsqlTransaction all = await database.BeginTransactionAsync().ConfigureAwait(false);
            await using (NpgsqlCommand tables = new(Tables, database, all))
            {
                await tables.ExecuteNonQueryAsync().ConfigureAwait(false);
            }

            foreach ((string name, string sql) in Statements)
            {
                await using NpgsqlCommand statement = new("INSERT INTO OrleansQuery VALUES($1, $2) ON CONFLICT(QueryKey) DO UPDATE SET QueryText = excluded.QueryText", database, all);
                statement.Parameters.Add(new NpgsqlParameter { Value = name });
                statement.Parameters.Add(new NpgsqlParameter { Value = sql });
                await statement.ExecuteNonQueryAsync().ConfigureAwait(false);
            }

            await all.CommitAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is NpgsqlException or System.Net.Sockets.SocketException)
        {
            throw new GatewayStartException($"--cluster: the tables of the gateways' membership cannot be made in the database ({e.Message.TrimEnd('.')}).", e);
        }
    }
}
