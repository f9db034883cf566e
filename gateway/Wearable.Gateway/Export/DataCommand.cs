using System.CommandLine;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Wearable.Contract;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Pulse;
using Wearable.Gateway.Telemetry;
using Wearable.Gateway.Telemetry.Sqlite;

namespace Wearable.Gateway.Export;

/// <summary>The verb <c>data export</c>: what is stored, of one wearable or all, for other programs; the gateway may run meanwhile.</summary>
public sealed class DataCommand
{
    /// <summary>Why a PostgreSQL store gives no SQLite file.</summary>
    public const string OnlySqlite = "--format: csv or parquet expected, the store is no SQLite file (PostgreSQL's own pg_dump copies it whole)";

    private const string Sqlite = "sqlite";

    private readonly Func<ParseResult, GatewayOptions> _optionsOf;
    private readonly TimeProvider _time;
    private readonly Option<string> _format = new("--format") { Description = "csv or parquet (a file for each table), or sqlite (one database).", DefaultValueFactory = _ => "csv", HelpName = "NAME" };
    private readonly Option<string> _out = new("--out") { Description = "Folder for the files, made when absent; they are readable by you only.", Required = true, HelpName = "FOLDER" };
    private readonly Option<string?> _device = new("--device") { Description = "One wearable; all when not given.", HelpName = "ID" };
    private readonly Option<string?> _from = new("--from") { Description = "First day (2026-11-24) or time (2026-11-24T08:00:00Z); everything when not given.", HelpName = "WHEN" };
    private readonly Option<string?> _to = new("--to") { Description = "Last day, or end; now when not given.", HelpName = "WHEN" };

    private DataCommand(Func<ParseResult, GatewayOptions> optionsOf, TimeProvider time) => (_optionsOf, _time) = (optionsOf, time);

    /// <summary>Makes the verb.</summary>
    /// <param name="optionsOf">The gateway's options of a parsed command line.</param>
    /// <param name="time">Now and the local zone; the system's when not given.</param>
    public static Command Make(Func<ParseResult, GatewayOptions> optionsOf, TimeProvider? time = null) => new DataCommand(optionsOf, time ?? TimeProvider.System).Make();

    private Command Make()
    {
        Command export = new("export", "Writes events, heart rates, beats, health and turns as CSV, Parquet or SQLite.") { _format, _out, _device, _from, _to };
        export.SetAction(RunAsync);
        return new Command("data", "What is stored, for other programs.") { export };
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        string problem;
        try
        {
            problem = await ExportAsync(parsed, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SqliteException)
        {
            problem = $"--out: {e.Message.TrimEnd('.')}";
        }

        if (problem.Length > 0)
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync(problem + ".").ConfigureAwait(false);
        }

        return problem.Length > 0 ? 1 : 0;
    }

    private async Task<string> ExportAsync(ParseResult parsed, CancellationToken cancellation)
    {
        string format = parsed.GetRequiredValue(_format);
        if (format != Sqlite && !TableWriter.Names.Contains(format))
        {
            return $"--format: one of {string.Join(", ", TableWriter.Names)}, {Sqlite} expected, got \"{format}\"";
        }

        string? device = parsed.GetValue(_device);
        if (device is not null && !Ids.IsValid(device))
        {
            return $"--device: an id of a-z, 0-9 and - expected, got \"{device}\"";
        }

        if (HeartRange.Parse(parsed.GetValue(_from) ?? "1970-01-01", parsed.GetValue(_to), _time, out string problem) is not HeartRange range)
        {
            return problem;
        }

        GatewayOptions options = _optionsOf(parsed);
        string source = Path.Combine(options.DataFolder, SqliteStore.FileName);
        if (options.Store.Kind == StoreKind.Sqlite && !File.Exists(source))
        {
            return $"{source}: no such database; the gateway makes it when it first runs, another folder is chosen with --data FOLDER";
        }

        string folder = Path.GetFullPath(parsed.GetRequiredValue(_out));
        PrivateFile.MakeFolder(folder);
        await using IStore store = await Stores.OpenAsync(options, cancellation: cancellation).ConfigureAwait(false);
        ExportChoice choice = new(device, range.From, range.To);
        TextWriter output = parsed.InvocationConfiguration.Output;
        if (format == Sqlite && store is not SqliteStore)
        {
            return OnlySqlite;
        }

        return store is SqliteStore sqlite && format == Sqlite
            ? await Task.Run(() => Copy(sqlite, folder, choice, all: device is null && parsed.GetValue(_from) is null && parsed.GetValue(_to) is null, output), cancellation).ConfigureAwait(false)
            : await TablesAsync(store, folder, choice, format, output, cancellation).ConfigureAwait(false);
    }

    private static async Task<string> TablesAsync(IStore store, string folder, ExportChoice choice, string format, TextWriter output, CancellationToken cancellation)
    {
        if (ExportTable.All.Select(table => Path.Combine(folder, $"{table.Name}.{format}")).FirstOrDefault(File.Exists) is string there)
        {
            return $"--out: {there} is there already; choose another folder";
        }

        ExportReader reader = new(store);
        foreach (ExportTable table in ExportTable.All)
        {
            string file = Path.Combine(folder, $"{table.Name}.{format}");
            await using FileStream stream = PrivateFile.Open(file, FileMode.CreateNew);
            long rows = await TableWriter.WriteAsync(reader, table, choice, format, stream, cancellation).ConfigureAwait(false);
            await SayAsync(output, table.Name, rows, file, stream.Length).ConfigureAwait(false);
        }

        return "";
    }

    private static string Copy(SqliteStore store, string folder, ExportChoice choice, bool all, TextWriter output)
    {
        string file = Path.Combine(folder, SqliteStore.FileName);
        if (File.Exists(file))
        {
            return $"--out: {file} is there already; choose another folder";
        }

        PrivateFile.Open(file, FileMode.CreateNew).Dispose();
        if (all)
        {
            SqliteCopy.Whole(store, file);
        }
        else
        {
            foreach ((string table, long rows) in SqliteCopy.Part(store, file, choice))
            {
                output.WriteLine($"{table,-12}  {rows,10} rows");
            }
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{file}  {new FileInfo(file).Length / 1e6:0.0} MB"));
        return "";
    }

    private static Task SayAsync(TextWriter output, string table, long rows, string file, long bytes) =>
        output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{table,-12}  {rows,10} rows  {bytes / 1e6,8:0.0} MB  {file}"));
}
