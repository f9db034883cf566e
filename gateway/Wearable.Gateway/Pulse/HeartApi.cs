using Microsoft.AspNetCore.Http.HttpResults;
using Wearable.Contract;
using Wearable.Gateway.Dashboard;

namespace Wearable.Gateway.Pulse;

/// <summary>What was measured of a pulse, summed up or as a file. Read only; a wrong question is answered 400 with one sentence.</summary>
public static class HeartApi
{
    /// <summary>Adds the paths <c>/api/heart/day</c> and <c>/api/heart/export</c>.</summary>
    public static void Map(WebApplication app)
    {
        app.MapGet("/api/heart/day", DayAsync);
        app.MapGet("/api/heart/export", ExportAsync);
    }

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
