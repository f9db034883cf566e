using Microsoft.Data.Sqlite;

namespace Wearable.Gateway.Telemetry.Sqlite;

/// <summary>
/// The numbered scripts that bring a file from one schema to the next, each in a transaction with the new version, which the file keeps
/// in its user_version. A script once released is never changed.
/// </summary>
internal static class SqliteMigrations
{
    // Index i makes version i + 1.
    private static readonly string[] Scripts =
    [
        """
        CREATE TABLE events(id INTEGER PRIMARY KEY, device TEXT NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL, payload TEXT NOT NULL);
        CREATE INDEX events_device_at ON events(device, at);
        CREATE TABLE heart(id INTEGER PRIMARY KEY, device TEXT NOT NULL, at INTEGER NOT NULL, bpm10 INTEGER, q INTEGER NOT NULL, st TEXT NOT NULL,
            src TEXT NOT NULL, pi INTEGER NOT NULL, mot INTEGER NOT NULL);
        CREATE INDEX heart_device_at ON heart(device, at);
        CREATE TABLE beats(id INTEGER PRIMARY KEY, device TEXT NOT NULL, at INTEGER NOT NULL, t0 INTEGER NOT NULL, ibi TEXT NOT NULL, q TEXT NOT NULL);
        CREATE INDEX beats_device_at ON beats(device, at);
        CREATE TABLE health(id INTEGER PRIMARY KEY, device TEXT NOT NULL, at INTEGER NOT NULL, bat INTEGER, heap INTEGER NOT NULL, heap_low INTEGER NOT NULL,
            gc INTEGER NOT NULL, rssi INTEGER, up INTEGER NOT NULL, reset TEXT NOT NULL, reconn INTEGER NOT NULL, dropped INTEGER NOT NULL,
            loop_ms INTEGER NOT NULL, over INTEGER NOT NULL);
        CREATE INDEX health_device_at ON health(device, at);
        CREATE TABLE turns(device TEXT NOT NULL, sid TEXT NOT NULL, at INTEGER NOT NULL, updated INTEGER NOT NULL, phase TEXT NOT NULL, end_ms INTEGER,
            text_ms INTEGER, answer_ms INTEGER, speech_ms INTEGER, audio_ms INTEGER, done_ms INTEGER, safety TEXT NOT NULL, why TEXT NOT NULL, heard TEXT,
            answer TEXT, PRIMARY KEY(device, sid)) WITHOUT ROWID;
        CREATE INDEX turns_device_at ON turns(device, at);
        CREATE TABLE retained(topic TEXT PRIMARY KEY, at INTEGER NOT NULL, qos INTEGER NOT NULL, payload BLOB NOT NULL) WITHOUT ROWID;
        """,

        // Gateways before this numbering added these to files of version 1 as well: a part of them may be there.
        $"""
        CREATE TABLE IF NOT EXISTS numbers(device TEXT NOT NULL, boot INTEGER NOT NULL, at INTEGER NOT NULL, first INTEGER NOT NULL, newest INTEGER NOT NULL,
            count INTEGER NOT NULL, seen BLOB NOT NULL, PRIMARY KEY(device, boot)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS heart_again(id INTEGER PRIMARY KEY, device TEXT NOT NULL, at INTEGER NOT NULL, bpm10 INTEGER, q INTEGER NOT NULL,
            st TEXT NOT NULL, mot INTEGER NOT NULL, lag_ms INTEGER NOT NULL);
        CREATE INDEX IF NOT EXISTS heart_again_device_at ON heart_again(device, at);
        {HeartSums.Script}
        """,
    ];

    /// <summary>The version this program makes and knows.</summary>
    public static int Newest => Scripts.Length;

    /// <summary>Runs the scripts the file has not had yet.</summary>
    /// <exception cref="GatewayStartException">The file's schema is newer than this program.</exception>
    public static void Run(SqliteConnection connection, string file)
    {
        long version = Version(connection);
        if (version > Newest)
        {
            throw new GatewayStartException($"The database {file} has schema {version} of a newer gateway, this one knows {Newest}; update the gateway or choose another folder with --data FOLDER.");
        }

        if (version == Newest)
        {
            // A folder may be readable and yet not writable; better said now than at the first heart beat.
            Execute(connection, "BEGIN IMMEDIATE; UPDATE turns SET phase = phase WHERE device = ''; COMMIT");
        }

        for (; version < Newest; version++)
        {
            Execute(connection, $"BEGIN IMMEDIATE; {Scripts[version]}; PRAGMA user_version = {version + 1}; COMMIT");
        }
    }

    private static long Version(SqliteConnection connection)
    {
        using SqliteCommand ask = connection.CreateCommand();
        ask.CommandText = "PRAGMA user_version";
        return (long)ask.ExecuteScalar()!;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
