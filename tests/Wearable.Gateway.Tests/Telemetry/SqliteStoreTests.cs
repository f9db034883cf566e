using Microsoft.Data.Sqlite;
using Wearable.Gateway.Telemetry.Sqlite;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests.Telemetry;

public sealed class SqliteStoreTests : IDisposable
{
    private readonly string _folder = TestGateway.NewFolder();

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_missing_folder_is_made_for_its_owner_alone()
    {
        SqliteStore database = SqliteStore.Open(Options(Path.Combine(_folder, "deep", "data")));
        Assert.Equal(["2"], await TestStore.RowsAsync(database, "PRAGMA user_version"));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(_folder, "deep", "data")));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(database.File));
        }
    }

    [Fact]
    public async Task What_was_stored_is_there_after_a_restart()
    {
        using (SqliteConnection connection = SqliteStore.Open(Options(_folder)).Connect())
        {
            using SqliteCommand insert = connection.CreateCommand();
            insert.CommandText = "INSERT INTO events(device, at, kind, payload) VALUES('bear', 1, 'test', '')";
            insert.ExecuteNonQuery();
        }

        Assert.Equal(["bear"], await TestStore.RowsAsync(SqliteStore.Open(Options(_folder)), "SELECT device FROM events"));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_one_sentence_with_the_cure()
    {
        // A folder below a file can be made by nobody, whatever the rights of the user that runs the tests.
        Directory.CreateDirectory(_folder);
        string file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");
        string folder = Path.Combine(file, "data");
        GatewayStartException e = Assert.Throws<GatewayStartException>(() => SqliteStore.Open(Options(folder)));
        Assert.StartsWith($"The data folder {folder} cannot be written", e.Message, StringComparison.Ordinal);
        Assert.EndsWith("choose another with --data FOLDER.", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_database_that_became_read_only_is_one_sentence_with_the_cure()
    {
        SqliteStore database = SqliteStore.Open(Options(_folder));
        SqliteConnection.ClearAllPools();
        if (OperatingSystem.IsWindows() || Environment.UserName == "root")
        {
            // The superuser may write everything; a directory in the place of the log makes the file just as unwritable.
            File.Delete(database.File + "-wal");
            Directory.CreateDirectory(database.File + "-wal");
        }
        else
        {
            File.SetUnixFileMode(database.File, UnixFileMode.UserRead);
            File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        try
        {
            GatewayStartException e = Assert.Throws<GatewayStartException>(() => SqliteStore.Open(Options(_folder)));
            Assert.Contains(_folder, e.Message, StringComparison.Ordinal);
            Assert.Contains("--data FOLDER", e.Message, StringComparison.Ordinal);
        }
        finally
        {
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
    }

    [Fact]
    public void A_damaged_file_is_named()
    {
        Directory.CreateDirectory(_folder);
        File.WriteAllText(Path.Combine(_folder, SqliteStore.FileName), new string('x', 4096));
        GatewayStartException e = Assert.Throws<GatewayStartException>(() => SqliteStore.Open(Options(_folder)));
        Assert.Contains("is damaged", e.Message, StringComparison.Ordinal);
        Assert.Contains(SqliteStore.FileName, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_newer_schema_is_left_alone()
    {
        using (SqliteConnection connection = SqliteStore.Open(Options(_folder)).Connect())
        {
            using SqliteCommand raise = connection.CreateCommand();
            raise.CommandText = "PRAGMA user_version = 99";
            raise.ExecuteNonQuery();
        }

        GatewayStartException e = Assert.Throws<GatewayStartException>(() => SqliteStore.Open(Options(_folder)));
        Assert.Contains("schema 99 of a newer gateway, this one knows 2", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_of_an_earlier_gateway_keeps_its_rows_and_gains_what_is_new()
    {
        using (SqliteConnection connection = SqliteStore.Open(Options(_folder)).Connect())
        {
            using SqliteCommand older = connection.CreateCommand();
            older.CommandText = "PRAGMA user_version = 1; DROP TABLE heart_again; INSERT INTO heart(device, at, bpm10, q, st, src, pi, mot) VALUES('bear', 1, 700, 90, 'ok', 'beats', 0, 0)";
            older.ExecuteNonQuery();
        }

        SqliteStore database = SqliteStore.Open(Options(_folder));
        Assert.Equal(["2"], await TestStore.RowsAsync(database, "PRAGMA user_version"));
        Assert.Equal(["700"], await TestStore.RowsAsync(database, "SELECT bpm10 FROM heart"));
        Assert.Equal(["0"], await TestStore.RowsAsync(database, "SELECT COUNT(*) FROM heart_again"));
    }

    private static GatewayOptions Options(string folder) => new() { DataFolder = folder };
}
