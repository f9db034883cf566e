using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Wearable.Gateway.Tests.Support;

/// <summary>
/// The installed PostgreSQL as a plain process on a free loopback port with its data in a temporary folder, fsync on as in production.
/// It refuses to run as root: then it runs as Debian's user postgres.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    /// <summary>The user who owns the server.</summary>
    public const string Owner = "wearable";

    /// <summary>That user's password.</summary>
    public const string Password = "no secret here";

    private static readonly SemaphoreSlim _starting = new(1, 1);
    private static PostgresServer? _shared;
    private readonly string _folder;

    private PostgresServer(string folder, int port)
    {
        _folder = folder;
        Port = port;
    }

    public int Port { get; }

    /// <summary>How <c>--store</c> names a database of it, without the password.</summary>
    public string Place(string database) => string.Create(CultureInfo.InvariantCulture, $"postgres:Host=127.0.0.1;Port={Port};Database={database};Username={Owner};Include Error Detail=true");

    /// <summary>The same with the password, for <c>StoreChoice.Read</c>.</summary>
    public string Whole(string database) => $"{Place(database)};Password={Password}";

    /// <summary>One for the whole test run, stopped at its end.</summary>
    public static async Task<PostgresServer> SharedAsync()
    {
        await _starting.WaitAsync();
        try
        {
            if (_shared is null)
            {
                PostgresServer server = await StartAsync();
                AppDomain.CurrentDomain.ProcessExit += (_, _) => server.Remove();
                _shared = server;
            }

            return _shared;
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <summary>A server of one's own, to be stopped and killed.</summary>
    public static async Task<PostgresServer> StartAsync()
    {
        PostgresServer server = await MakeAsync();
        await server.ResumeAsync();
        return server;
    }

    /// <summary>A server that is not running yet.</summary>
    public static async Task<PostgresServer> MakeAsync()
    {
        string folder = Directory.CreateTempSubdirectory("wearable-postgres-").FullName;
        string words = Path.Combine(folder, "password");
        await File.WriteAllTextAsync(words, Password);
        if (AsRoot)
        {
            await RunAsync("chown", ["-R", "postgres", folder]);
        }

        await ToolAsync("initdb", "--pgdata", Path.Combine(folder, "data"), "--username", Owner, "--auth", "scram-sha-256", "--pwfile", words, "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync");
        return new PostgresServer(folder, FreePort());
    }

    /// <summary>Starts it (again); complete when it answers.</summary>
    public Task ResumeAsync()
    {
        string settings = string.Create(CultureInfo.InvariantCulture, $"-p {Port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={_folder} -c fsync=on -c synchronous_commit=on -c max_connections=200");
        return ToolAsync("pg_ctl", "--pgdata", Data, "--log", Path.Combine(_folder, "log"), "--options", settings, "--wait", "--timeout", "120", "start");
    }

    /// <summary>Stops it: in order, or as a power cut would.</summary>
    public Task StopAsync(bool atOnce = false) => ToolAsync("pg_ctl", "--pgdata", Data, "--mode", atOnce ? "immediate" : "fast", "--wait", "--timeout", "120", "stop");

    /// <summary>A new empty database and how <c>StoreChoice.Read</c> finds it.</summary>
    public async Task<string> NewDatabaseAsync()
    {
        string name = "test_" + Guid.NewGuid().ToString("N");
        await ExecuteAsync("postgres", $"CREATE DATABASE {name}");
        return Whole(name);
    }

    /// <summary>Says something to a database of it as its owner.</summary>
    public async Task ExecuteAsync(string database, string sql)
    {
        await using NpgsqlConnection connection = new(Whole(database)["postgres:".Length..] + ";Pooling=false");
        await connection.OpenAsync();
        await using NpgsqlCommand command = new(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Task.Run(Remove);
    }

    private static bool AsRoot => Environment.UserName == "root";

    private string Data => Path.Combine(_folder, "data");

    private void Remove()
    {
        try
        {
            string running = Path.Combine(Data, "postmaster.pid");
            if (File.Exists(running))
            {
                // At once and without a tool: the test run has only seconds to end.
                using Process server = Process.GetProcessById(int.Parse(File.ReadLines(running).First(), CultureInfo.InvariantCulture));
                Process.Start("kill", ["-QUIT", server.Id.ToString(CultureInfo.InvariantCulture)])!.WaitForExit();
                server.WaitForExit(5000);
            }
        }
        finally
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private static string Tools()
    {
        string[] folders = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql") : [];
        string? newest = folders.OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), out int version) ? version : 0).FirstOrDefault();
        return newest is null ? throw new IOException("PostgreSQL is not installed: apt-get install postgresql-15") : Path.Combine(newest, "bin");
    }

    private static Task ToolAsync(string tool, params string[] arguments)
    {
        string program = Path.Combine(Tools(), tool);
        return AsRoot ? RunAsync("runuser", ["-u", "postgres", "--", program, .. arguments]) : RunAsync(program, arguments);
    }

    // The server inherits what its starter has open: with pipes of ours the reading would end only with the server.
    private static async Task RunAsync(string program, string[] arguments)
    {
        string output = Path.GetTempFileName();
        ProcessStartInfo start = new("/bin/sh") { WorkingDirectory = "/tmp" };
        foreach (string argument in (string[])["-c", "out=$1; shift; exec \"$@\" >\"$out\" 2>&1 </dev/null", "sh", output, program, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start)!;
        await process.WaitForExitAsync();
        string said = await File.ReadAllTextAsync(output);
        File.Delete(output);
        if (process.ExitCode != 0)
        {
            throw new IOException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {said}");
        }
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
