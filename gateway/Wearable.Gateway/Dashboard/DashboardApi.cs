using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Wearable.Contract;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Pulse;
using Wearable.Gateway.Speech;
using Wearable.Gateway.Telemetry;
using Wearable.Simulator.Microphone;

namespace Wearable.Gateway.Dashboard;

/// <summary>What the page asks. Everything is read only; a wrong question is answered 400 with one sentence.</summary>
public static class DashboardApi
{
    /// <summary>Most heart samples of one answer; longer times are thinned.</summary>
    public const int MaxHeartSamples = 2000;

    /// <summary>Most turns of one answer.</summary>
    public const int MaxTurns = 500;

    /// <summary>Longest time of /api/beats, minutes.</summary>
    public const int MaxBeatMinutes = 60;

    /// <summary>Longest text of /api/speech.</summary>
    public const int MaxSpeechCharacters = 300;

    /// <summary>Adds the paths.</summary>
    public static void Map(WebApplication app)
    {
        app.MapGet("/api/devices", (DeviceRegistry registry, Ingest ingest, DeviceAccounts accounts) =>
            TypedResults.Ok(registry.All().Select(device => DeviceView.Of(device, ingest.CountsOf(device.Id), accounts.NameOf(device.Id)))));
        app.MapGet("/api/heart", HeartAsync);
        app.MapGet("/api/heart/history", HistoryAsync);
        app.MapGet("/api/turns", TurnsAsync);
        app.MapGet("/api/events", EventsAsync);
        app.MapGet("/api/settings", SettingsAsync);
        app.MapGet("/api/beats", BeatsAsync);
        app.MapGet("/api/refusals", (RefusalLog refusals) => TypedResults.Ok(new { total = refusals.Total, recent = refusals.Recent().Select(RefusalView) }));
        app.MapGet("/api/live", Live);
        app.MapGet("/api/speech", SpeechAsync);
        app.MapGet("/health", Health);
    }

    private static async Task<Results<Ok<HeartColumns>, BadRequest<Problem>>> HeartAsync(
        IHeartHistory history, TimeProvider time, GatewayOptions options, string? device, double? minutes, CancellationToken cancellation)
    {
        if (!Ids.IsValid(device))
        {
            return Wrong("device: an id of a-z, 0-9 and - expected");
        }

        double most = options.KeepDays * 24.0 * 60;
        double span = minutes ?? 10;
        if (!(span > 0 && span <= most))
        {
            return Wrong($"minutes: more than 0 and at most {most} expected");
        }

        DateTimeOffset now = time.GetUtcNow();
        IReadOnlyList<HeartSample> samples =
            await history.RangeAsync(device!, now - TimeSpan.FromMinutes(span), now + TimeSpan.FromSeconds(1), MaxHeartSamples, cancellation).ConfigureAwait(false);
        return TypedResults.Ok(HeartColumns.Of(samples));
    }

    private static async Task<Results<Ok<HeartHistory.Columns>, BadRequest<Problem>>> HistoryAsync(
        HeartHistory history, string? device, long? from, long? to, int? points, CancellationToken cancellation)
    {
        if (!Ids.IsValid(device))
        {
            return Wrong("device: an id of a-z, 0-9 and - expected");
        }

        if (from is not (>= 0 and < HeartHistory.EndOfTimeMs) || to is not (> 0 and <= HeartHistory.EndOfTimeMs) || to <= from)
        {
            return Wrong("from, to: epoch ms expected, from before to");
        }

        if (points is < HeartHistory.LeastPoints or > HeartHistory.MostPoints)
        {
            return Wrong($"points: {HeartHistory.LeastPoints} to {HeartHistory.MostPoints} expected");
        }

        return TypedResults.Ok(await history.ReadAsync(device!, from.Value, to.Value, points ?? 1000, cancellation).ConfigureAwait(false));
    }

    private static async Task<Results<Ok<IReadOnlyList<StoredTurn>>, BadRequest<Problem>>> TurnsAsync(
        TelemetryStore store, string? device, int? limit, CancellationToken cancellation)
    {
        if (device is not null && !Ids.IsValid(device))
        {
            return Wrong("device: an id of a-z, 0-9 and - expected");
        }

        if (limit is < 1 or > MaxTurns)
        {
            return Wrong($"limit: 1 to {MaxTurns} expected");
        }

        return TypedResults.Ok(await store.TurnsAsync(device, limit ?? 50, cancellation).ConfigureAwait(false));
    }

    private static async Task<Results<Ok<IReadOnlyList<EventHistory.Event>>, BadRequest<Problem>>> EventsAsync(
        EventHistory history, string? device, string? kind, int? limit, CancellationToken cancellation)
    {
        if (!Ids.IsValid(device))
        {
            return Wrong("device: an id of a-z, 0-9 and - expected");
        }

        if (kind is null || !EventHistory.Kinds.ContainsKey(kind))
        {
            return Wrong($"kind: one of {string.Join(", ", EventHistory.Kinds.Keys)} expected");
        }

        if (limit is < 1 or > EventHistory.MaxEvents)
        {
            return Wrong($"limit: 1 to {EventHistory.MaxEvents} expected");
        }

        return TypedResults.Ok(await history.NewestAsync(device!, kind, limit ?? 50, cancellation).ConfigureAwait(false));
    }

    // As the broker keeps them: what the owner wants, and what the wearable says it has.
    private static async Task<Results<Ok<SettingsView>, BadRequest<Problem>>> SettingsAsync(IHouseBroker broker, string? device)
    {
        if (!Ids.IsValid(device))
        {
            return Wrong("device: an id of a-z, 0-9 and - expected");
        }

        Topics topics = new(device!);
        return TypedResults.Ok(new SettingsView(await ObjectAsync(topics.ConfigDesired).ConfigureAwait(false), await ObjectAsync(topics.ConfigReported).ConfigureAwait(false)));

        async Task<JsonElement?> ObjectAsync(string topic)
        {
            byte[]? payload = await broker.SettingsAsync(topic).ConfigureAwait(false);
            return payload is { Length: > 0 } ? WireJson.ObjectOrNull(payload) : null;
        }
    }

    // Batches as they came; the last interval of a batch ended shortly before it was received.
    private static async Task<Results<Ok<List<BeatsView>>, BadRequest<Problem>>> BeatsAsync(
        HeartArchive archive, StoreWriter writer, TimeProvider time, string? device, double? minutes, CancellationToken cancellation)
    {
        double span = minutes ?? 10;
        if (!Ids.IsValid(device))
        {
            return Wrong("device: an id of a-z, 0-9 and - expected");
        }

        if (!(span > 0 && span <= MaxBeatMinutes))
        {
            return Wrong($"minutes: more than 0 and at most {MaxBeatMinutes} expected");
        }

        await writer.FlushAsync(cancellation).ConfigureAwait(false);
        List<BeatsView> batches = [];
        await foreach (BeatRow row in archive.BeatsAsync(device!, time.GetUtcNow() - TimeSpan.FromMinutes(span), time.GetUtcNow() + TimeSpan.FromSeconds(1), cancellation).ConfigureAwait(false))
        {
            batches.Add(new BeatsView(row.At.ToUnixTimeMilliseconds(), row.IntervalsMs, [.. row.Accepted.Select(accepted => accepted ? 1 : 0)]));
        }

        return TypedResults.Ok(batches);
    }

    private static async Task<Results<ServerSentEventsResult<string>, ProblemHttpResult>> Live(
        LiveFeed feed, IHostApplicationLifetime lifetime, HttpContext context)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        context.Response.RegisterForDispose(over);
        return feed.Open(over.Token) is { } events
            ? TypedResults.ServerSentEvents(events)
            : TypedResults.Problem($"{LiveFeed.MaxPages} pages are open; close one", statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<Results<FileContentHttpResult, BadRequest<Problem>, ProblemHttpResult>> SpeechAsync(
        IServiceProvider services, string? text, string? voice, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > MaxSpeechCharacters)
        {
            return Wrong($"text: 1 to {MaxSpeechCharacters} characters expected");
        }

        if (services.GetService<ITextToSpeech>() is not { } speech)
        {
            return TypedResults.Problem("this gateway has no voice", statusCode: StatusCodes.Status503ServiceUnavailable);
        }

        if (voice is not null && !speech.Voices.Contains(voice))
        {
            return Wrong($"voice: one of {string.Join(", ", speech.Voices)} expected");
        }

        SpokenText spoken = await speech.SpeakAsync(text, new SpeakingStyle(voice), cancellation).ConfigureAwait(false);
        return spoken.Outcome switch
        {
            SpokenOutcome.Spoken => TypedResults.File(WavFile.ToBytes(spoken.Samples), "audio/wav"),
            SpokenOutcome.NothingToSay => Wrong("text: something that can be said expected"),
            _ => TypedResults.Problem("the voice failed: " + spoken.Reason, statusCode: StatusCodes.Status500InternalServerError),
        };
    }

    private static IResult Health(StoreWriter store, RefusalLog refusals, IHouseBroker broker, DeviceRegistry registry, LiveFeed feed, IServiceProvider services)
    {
        var health = new
        {
            status = store.Lost == 0 && store.Away is null ? "ok" : "degraded",
            devices = registry.All().Count,
            online = registry.All().Count(device => device.Online),
            pages = feed.Pages,
            storeWrites = store.Written,
            storeWaiting = store.Waiting,
            storeLost = store.Lost,
            storeAway = store.Away,
            refused = refusals.Total,
            droppedForViewers = broker.Dropped,
            homes = services.GetService<Cluster.IHomes>()?.Count ?? registry.All().Count(device => device.Online),
            broker = broker.IsThere ? "connected" : "away",
        };
        return TypedResults.Json(health, statusCode: store.Lost == 0 && store.Away is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private static object RefusalView(Refusal refusal) =>
        new { at = refusal.At.ToUnixTimeMilliseconds(), client = refusal.ClientId, topic = refusal.Topic, why = refusal.Why, bytes = refusal.Bytes };

    private static BadRequest<Problem> Wrong(string sentence) => TypedResults.BadRequest(new Problem(sentence));

    private sealed record SettingsView(JsonElement? Desired, JsonElement? Reported);

    private sealed record BeatsView(long At, int[] Ibi, int[] Q);

    /// <summary>Why a question was wrong.</summary>
    public sealed record Problem(string Error);
}
