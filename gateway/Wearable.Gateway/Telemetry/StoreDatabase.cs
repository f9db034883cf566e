using Microsoft.Data.Sqlite;

namespace Wearable.Gateway.Telemetry;

/// <summary>
/// The SQLite file: opened, checked and brought to the current schema once, before anything else of the gateway starts. One writer, any
/// number of readers (WAL). Erased rows are overwritten on disk, since they are about a body.
/// </summary>
public sealed class StoreDatabase
{
    /// <summary>Version of the schema, kept in the file's user_version.</summary>
    public const int SchemaVersion = 1;

    /// <summary>Name of the file in the data folder.</summary>
    public const string FileName = "wearable.db";

    // Times (at, updated) are epoch ms of receipt; everything else has the name and unit it has on the wire.
    private const string Schema = """
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
        """;

    // Which messages are stored, one bit each; and rates the gateway found anew beside the live ones (at is the end of the window as received).
    // Beside the version: a gateway that does not know the tables reads the file all the same.
    private const string Ledger = """
        CREATE TABLE IF NOT EXISTS numbers(device TEXT NOT NULL, boot INTEGER NOT NULL, at INTEGER NOT NULL, first INTEGER NOT NULL, newest INTEGER NOT NULL,
            count INTEGER NOT NULL, seen BLOB NOT NULL, PRIMARY KEY(device, boot)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS heart_again(id INTEGER PRIMARY KEY, device TEXT NOT NULL, at INTEGER NOT NULL, bpm10 INTEGER, q INTEGER NOT NULL,
            st TEXT NOT NULL, mot INTEGER NOT NULL, lag_ms INTEGER NOT NULL);
        CREATE INDEX IF NOT EXISTS heart_again_device_at ON heart_again(device, at)
        """;

    private readonly string _connection;
    private FileStream? _raw;

    private StoreDatabase(string file)
    {
        File = file;
        _connection = new SqliteConnectionStringBuilder { DataSource = file, DefaultTimeout = 10 }.ToString();
    }

    /// <summary>The file.</summary>
    public string File { get; }

    /// <summary>Opens or makes the database.</summary>
    /// <exception cref="GatewayStartException">The folder cannot be written, or the file is damaged or newer than this gateway.</exception>
    public static StoreDatabase Open(GatewayOptions options)
    {
        string folder = options.DataFolder;
        StoreDatabase database = new(Path.Combine(folder, FileName));
        try
        {
            MakeFolder(folder);
            MakeFile(database.File);
            using SqliteConnection connection = database.Connect();
            database.Prepare(connection);
            HeartSums.Prepare(connection);
            return database;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GatewayStartException($"The data folder {folder} cannot be written ({e.Message.TrimEnd('.')}); choose another with --data FOLDER.", e);
        }
        catch (SqliteException e) when (e.SqliteErrorCode is 11 or 26) // corrupt, not a database
        {
            throw new GatewayStartException($"The database {database.File} is damaged ({e.Message}); move it away or choose another folder with --data FOLDER.", e);
        }
        catch (SqliteException e)
        {
            throw new GatewayStartException($"The data folder {folder} cannot be used ({e.Message}); choose another with --data FOLDER.", e);
        }
    }

    /// <summary>
    /// The file's bytes as they are on disk, for this object's lifetime: closing any handle of the file would drop the locks that SQLite holds
    /// on it in this process (sqlite.org/howtocorrupt.html, 2.2).
    /// </summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public Stream Raw => _raw ??= new FileStream(File, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);

    /// <summary>A new connection for one thread; pooled when closed.</summary>
    public SqliteConnection Connect()
    {
        SqliteConnection connection = new(_connection);
        connection.Open();
        return connection;
    }

    /// <summary>A connection that changes nothing, to a file whatever its state; not pooled.</summary>
    /// <exception cref="SqliteException">It cannot be opened.</exception>
    internal static SqliteConnection ConnectToLook(string file)
    {
        SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadOnly, Pooling = false, DefaultTimeout = 5 }.ToString());
        connection.Open();
        return connection;
    }

    /// <summary>Ids of the wearables in a data folder's database; none without one, or without one that can be read.</summary>
    internal static IReadOnlyCollection<string> DevicesOf(string dataFolder)
    {
        string file = Path.Combine(dataFolder, FileName);
        try
        {
            using SqliteConnection? connection = System.IO.File.Exists(file) ? ConnectToLook(file) : null;
            return connection is null ? [] : [.. PersonRows.Devices(connection)];
        }
        catch (SqliteException)
        {
            return [];
        }
    }

    private static void MakeFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return;
        }

        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    // SQLite gives its log files the rights of this one.
    private static void MakeFile(string file)
    {
        if (!OperatingSystem.IsWindows() && !System.IO.File.Exists(file))
        {
            UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            new FileStream(file, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = owner }).Dispose();
        }
    }

    private void Prepare(SqliteConnection connection)
    {
        Execute(connection, "PRAGMA journal_mode=WAL");
        using (SqliteCommand ask = connection.CreateCommand())
        {
            ask.CommandText = "PRAGMA user_version";
            int version = Convert.ToInt32(ask.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
            if (version > SchemaVersion)
            {
                throw new GatewayStartException($"The database {File} has schema {version} of a newer gateway, this one knows {SchemaVersion}; update the gateway or choose another folder with --data FOLDER.");
            }

            if (version == SchemaVersion)
            {
                // A folder may be readable and yet not writable; better said now than at the first heart beat.
                Execute(connection, $"BEGIN IMMEDIATE; {Ledger}; UPDATE turns SET phase = phase WHERE device = ''; COMMIT");
                return;
            }
        }

        Execute(connection, $"BEGIN IMMEDIATE; {Schema} {Ledger}; PRAGMA user_version = {SchemaVersion}; COMMIT");
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
