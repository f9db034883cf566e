using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Wearable.Gateway.Telemetry.Sqlite;

/// <summary>
/// One SQLite file in the data folder: one gateway writes, any number of readers (WAL). Erased rows are overwritten on disk, since they
/// are about a body.
/// </summary>
public sealed class SqliteStore : IStore
{
    /// <summary>Name of the file in the data folder.</summary>
    public const string FileName = "wearable.db";

    private readonly string _connection;
    private FileStream? _raw;

    private SqliteStore(string file)
    {
        File = file;
        _connection = new SqliteConnectionStringBuilder { DataSource = file, DefaultTimeout = 10 }.ToString();
    }

    /// <summary>Version of the schema, kept in the file's user_version.</summary>
    public static int SchemaVersion => SqliteMigrations.Newest;

    /// <summary>The file.</summary>
    public string File { get; }

    /// <inheritdoc/>
    public string Name => File;

    /// <inheritdoc/>
    public bool IsShared => false;

    /// <inheritdoc/>
    public TimeSpan Gathers => TimeSpan.Zero;

    /// <summary>Opens or makes the database.</summary>
    /// <exception cref="GatewayStartException">The folder cannot be written, or the file is damaged or newer than this gateway.</exception>
    public static SqliteStore Open(GatewayOptions options)
    {
        string folder = options.DataFolder;
        SqliteStore store = new(Path.Combine(folder, FileName));
        try
        {
            DataFolder.Make(folder);
            MakeFile(store.File);
            using SqliteConnection connection = store.Connect();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "PRAGMA journal_mode=WAL";
            command.ExecuteNonQuery();
            SqliteMigrations.Run(connection, store.File);
            return store;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DataFolder.Unwritable(folder, e);
        }
        catch (SqliteException e) when (e.SqliteErrorCode is 11 or 26) // corrupt, not a database
        {
            throw new GatewayStartException($"The database {store.File} is damaged ({e.Message}); move it away or choose another folder with --data FOLDER.", e);
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

    /// <inheritdoc/>
    public Task<List<T>> QueryAsync<T>(string sql, Func<DbDataReader, T> read, CancellationToken cancellation, params object[] values) =>
        Task.Run(() => Query(sql, read, values), cancellation);

    /// <inheritdoc/>
    public IStoreSession OpenSession(TimeProvider time) => new SqliteSession(this, time);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

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

    internal List<T> Query<T>(string sql, Func<DbDataReader, T> read, object[] values)
    {
        using SqliteConnection connection = Connect();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        for (int i = 0; i < values.Length; i++)
        {
            command.Parameters.AddWithValue($"${i + 1}", values[i]);
        }

        List<T> found = [];
        using SqliteDataReader rows = command.ExecuteReader();
        while (rows.Read())
        {
            found.Add(read(rows));
        }

        return found;
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
}
