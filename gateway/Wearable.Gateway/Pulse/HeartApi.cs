using Microsoft.AspNetCore.Http.HttpResults;
using Wearable.Contract;
using Wearable.Gateway.Dashboard;

namespace Wearable.Gateway.Pulse;

/// <summary>What was measured of a pulse, summed up or as a file. Read only; a wrong question is answered 400 with one sentence.</summary>
public static class HeartApi
{
    private const int MostAgainMinutes = 60;

    /// <summary>Adds the paths <c>/api/heart/day</c>, <c>/api/heart/export</c> and <c>/api/heart/again</c>.</summary>
    public static void Map(WebApplication app)
    {
        app.MapGet("/api/heart/day", DayAsync);
        app.MapGet("/api/heart/export", ExportAsync);
        app.MapGet("/api/heart/again", AgainAsync);
    }

    // What the gateway found anew, for the chart: times in epoch s and rates, oldest first, at most an hour.
    private static async Task<Results<Ok<AgainColumns>, BadRequest<DashboardApi.Problem>>> AgainAsync(
        HeartArchive archive, Telemetry.StoreWriter writer, TimeProvider time, string? device, double? minutes, CancellationToken cancellation)
    {
        double span = minutes ?? 10;
        if (!Ids.IsValid(device))
        {
            return Wrong("device: an id of a-z, 0-9 and - expected");
        }

        if (!(span > 0 && span <= MostAgainMinutes))
        {
            return Wrong($"minutes: more than 0 and at most {MostAgainMinutes} expected");
        }

        await writer.FlushAsync(cancellation).ConfigureAwait(false);
        AgainColumns columns = new([], []);
        await foreach (HeartRow row in archive.HeartsAsync(device!, time.GetUtcNow() - TimeSpan.FromMinutes(span), time.GetUtcNow(), cancellation).ConfigureAwait(false))
        {
            if (row.ReEstimated && row.RateBpm is double rate)
            {
                columns.T.Add(row.At.ToUnixTimeMilliseconds() / 1000.0);
                columns.Bpm.Add(rate);
            }
        }

        return TypedResults.Ok(columns);
    }

    private sealed record AgainColumns(List<double> T, List<double> Bpm, string Kind = "re-estimated");

    private static async Task<Results<Ok<HeartDay>, BadRequest<DashboardApi.Problem>>> DayAsync(
        HeartArchive archive, Telemetry.StoreWriter writer, HeartSettings settings, TimeProvider time, string? device, string? date, CancellationToken cancellation)
    {
        if (!Ids.IsValid(device))
        {
            return Wrong("device: an id of a-z, 0-9 and - expected");
        }

        if (HeartRange.Day(date, time, out string problem) is not DateOnly day)
        {
            return Wrong(problem);
        }

        await writer.FlushAsync(cancellation).ConfigureAwait(false);
        return TypedResults.Ok(await HeartDays.SumAsync(archive, device!, day, time.LocalTimeZone, settings.AgeOf(device!), cancellation).ConfigureAwait(false));
    }

    private static async Task<Results<PushStreamHttpResult, BadRequest<DashboardApi.Problem>>> ExportAsync(
        HeartArchive archive, Telemetry.StoreWriter writer, TimeProvider time, HttpContext context, string? device, string? from, string? to, string? format)
    {
        if (!Ids.IsValid(device))
        {
            return Wrong("device: an id of a-z, 0-9 and - expected");
        }

        if (HeartExport.Named(format ?? "csv", device!) is not { } export)
        {
            return Wrong($"format: one of {string.Join(", ", HeartExport.Names)} expected");
        }

        if (HeartRange.Parse(from, to, time, out string problem) is not { } range)
        {
            return Wrong(problem);
        }

        await writer.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        string form = export.Extension == "csv" ? "" : $".{format}";
        return TypedResults.Stream(
            body => export.WriteAsync(archive.HeartsAsync(device!, range.From, range.To, context.RequestAborted), body, context.RequestAborted),
            export.ContentType,
            $"heart-{device}-{range.From.UtcDateTime:yyyyMMdd'T'HHmm}{form}.{export.Extension}");
    }

    private static BadRequest<DashboardApi.Problem> Wrong(string sentence) => TypedResults.BadRequest(new DashboardApi.Problem(sentence));
}
