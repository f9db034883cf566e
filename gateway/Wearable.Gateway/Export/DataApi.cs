using Microsoft.AspNetCore.Http.HttpResults;
using Wearable.Contract;
using Wearable.Gateway.Dashboard;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Pulse;
using Wearable.Gateway.Telemetry;
using Wearable.Gateway.Telemetry.Sqlite;

namespace Wearable.Gateway.Export;

/// <summary>
/// What is stored as a file, over HTTP: <c>/api/data/export?format=csv|parquet&amp;table=NAME</c> or <c>format=sqlite</c>, each with <c>device</c>,
/// <c>from</c> and <c>to</c> where wanted. Read only; a wrong question is answered 400 with one sentence.
/// </summary>
public static class DataApi
{
    /// <summary>Adds the path.</summary>
    public static void Map(WebApplication app) => app.MapGet("/api/data/export", ExportAsync);

    private static async Task<Results<PushStreamHttpResult, FileStreamHttpResult, BadRequest<DashboardApi.Problem>>> ExportAsync(
        IStore store, StoreWriter writer, GatewayOptions options, TimeProvider time, CancellationToken cancellation, string? format, string? table, string? device, string? from, string? to)
    {
        if (format is not ("csv" or "parquet" or "sqlite"))
        {
            return Wrong("format: csv, parquet or sqlite expected");
        }

        ExportTable? named = ExportTable.Named(table);
        if (format == "sqlite" ? table is not null : named is null)
        {
            return Wrong(format == "sqlite" ? "table: none expected with sqlite, it holds them all" : $"table: one of {string.Join(", ", ExportTable.All.Select(one => one.Name))} expected");
        }

        if (format == "sqlite" && store is not SqliteStore)
        {
            return Wrong(DataCommand.OnlySqlite);
        }

        if (device is not null && !Ids.IsValid(device))
        {
            return Wrong("device: an id of a-z, 0-9 and - expected");
        }

        if (HeartRange.Parse(from ?? "1970-01-01", to, time, out string problem) is not HeartRange range)
        {
            return Wrong(problem);
        }

        await writer.FlushAsync(cancellation).ConfigureAwait(false);
        ExportChoice choice = new(device, range.From, range.To);
        string name = $"wearable-{named?.Name ?? "store"}{(device is null ? "" : "-" + device)}";
        switch (format)
        {
            case "csv":
                return TypedResults.Stream(body => TableWriter.WriteAsync(new ExportReader(store), named!, choice, format, body, cancellation), "text/csv; charset=utf-8", name + ".csv");
            case "parquet":
                return TypedResults.Stream(await FileAsync(stream => TableWriter.WriteAsync(new ExportReader(store), named!, choice, format, stream, cancellation)).ConfigureAwait(false), "application/vnd.apache.parquet", name + ".parquet");
            default:
                FileStream copy = await FileAsync(stream => Task.Run(() => Copy(stream.Name), cancellation)).ConfigureAwait(false);
                return TypedResults.Stream(copy, "application/vnd.sqlite3", name + ".db");
        }

        void Copy(string file)
        {
            if (device is null && from is null && to is null)
            {
                SqliteCopy.Whole((SqliteStore)store, file);
            }
            else
            {
                SqliteCopy.Part((SqliteStore)store, file, choice);
            }
        }

        // Beside the database, for its owner alone, and gone when it is sent or the sending breaks.
        async Task<FileStream> FileAsync(Func<FileStream, Task> write)
        {
            string file = Path.Combine(options.DataFolder, $"export-{Guid.NewGuid():N}.tmp");
            FileStream stream = Open(file);
            try
            {
                await write(stream).ConfigureAwait(false);
                stream.Position = 0;
                return stream;
            }
            catch
            {
                await stream.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
    }

    // Shared, since SQLite writes its copy through a handle of its own.
    private static FileStream Open(string file)
    {
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite | FileShare.Delete, Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(file, options);
    }

    private static BadRequest<DashboardApi.Problem> Wrong(string sentence) => TypedResults.BadRequest(new DashboardApi.Problem(sentence));
}
