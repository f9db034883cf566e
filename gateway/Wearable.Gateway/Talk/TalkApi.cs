using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http.HttpResults;
using Wearable.Gateway.Dashboard;
using Wearable.Meter;
using Wearable.Simulator.Live;

namespace Wearable.Gateway.Talk;

/// <summary>
/// A browser becomes a wearable: it asks for a place (<c>POST /api/talk</c>), then opens a WebSocket with the ticket it got, see
/// <see cref="TalkSession"/>. The ticket stands for page guard and login, which a WebSocket has no good way to pass: a browser lets any web site open
/// one, and not every browser sends a password along.
/// </summary>
public static class TalkApi
{
    /// <summary>Where the WebSocket is opened; the ticket follows as <c>?ticket=</c>.</summary>
    public const string StreamPath = "/api/talk/stream";

    // A page that was closed is noticed by the end of its connection; one whose network broke by this.
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(5), AnswerWithin = TimeSpan.FromSeconds(10);

    /// <summary>What a page asks with. Empty; it is JSON so that no other web site can send it unasked.</summary>
    public sealed record Wish;

    /// <summary>A place for a browser.</summary>
    /// <param name="Id">Device id of its wearable.</param>
    /// <param name="Ticket">Opens the WebSocket, once.</param>
    public sealed record Granted(string Id, string Ticket);

    /// <summary>The services.</summary>
    public static void AddTalk(this IServiceCollection services) => services.AddSingleton<BrowserPlaces>();

    /// <summary>Whether a request brings a ticket, in place of a login.</summary>
    public static bool HasTicket(HttpContext context) =>
        context.Request.Path == StreamPath && context.RequestServices.GetRequiredService<BrowserPlaces>().IsTicket(context.Request.Query["ticket"]);

    /// <summary>Adds the paths.</summary>
    public static void Map(WebApplication app)
    {
        app.UseWebSockets();
        app.MapPost("/api/talk", Ask);
        app.MapGet(StreamPath, StreamAsync).ExcludeFromDescription();
    }

    private static Results<Ok<Granted>, ProblemHttpResult> Ask(BrowserPlaces places, GatewayOptions options, Wish wish)
    {
        if (options.Broker is not null)
        {
            // Its wearable would need an account at somebody else's broker.
            return TypedResults.Problem("talking from the browser needs the gateway's own broker, this one uses another (--broker)", statusCode: StatusCodes.Status501NotImplemented);
        }

        return places.Reserve() is BrowserPlaces.Place place
            ? TypedResults.Ok(new Granted(place.Id, place.Ticket))
            : TypedResults.Problem($"{BrowserPlaces.Most} browsers are wearables already; switch one off", statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task StreamAsync(HttpContext context, BrowserPlaces places, GatewayOptions options, GatewayPorts ports, TimeProvider time, IHostApplicationLifetime lifetime, ILoggerFactory logs)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, "a WebSocket expected").ConfigureAwait(false);
            return;
        }

        if (!IsFromHere(context.Request))
        {
            await RefuseAsync(context, StatusCodes.Status403Forbidden, "the API answers its own page only, not other web sites").ConfigureAwait(false);
            return;
        }

        if (places.Enter(context.Request.Query["ticket"]) is not BrowserPlaces.Place place)
        {
            await RefuseAsync(context, StatusCodes.Status403Forbidden, "ticket: one of POST /api/talk expected, not used yet and not older than 30 s").ConfigureAwait(false);
            return;
        }

        ILogger log = logs.CreateLogger(typeof(TalkApi));
        try
        {
            using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { KeepAliveInterval = AskEvery, KeepAliveTimeout = AnswerWithin }).ConfigureAwait(false);

            // The first wearable instruments the firmware, half a second of work.
            ILiveWearable wearable = await Task.Run(() => LiveWearables.Make(place.Id, BrokerHost(options.PlainMqttBind), ports.Mqtt, place.Id, place.Password)).ConfigureAwait(false);
            log.LogInformation("{Id} is on: a browser is its microphone and speaker", place.Id);
            string why = await TalkAsync(socket, wearable, time, lifetime.ApplicationStopping, log).ConfigureAwait(false);
            log.LogInformation("{Id} is off{Why}", place.Id, why.Length == 0 ? "" : ": " + why);
        }
        finally
        {
            places.Leave(place);
        }
    }

    private static async Task<string> TalkAsync(WebSocket socket, ILiveWearable wearable, TimeProvider time, CancellationToken stopping, ILogger log)
    {
        try
        {
            wearable.Start();
            return await new TalkSession(socket, wearable, time).RunAsync(stopping).ConfigureAwait(false);
        }
        finally
        {
            try
            {
                await wearable.DisposeAsync().ConfigureAwait(false);
            }
            catch (Exception crash) when (crash.GetType().FullName == typeof(Simulator.DeviceCrashException).FullName)
            {
                log.LogError("{Crash}", crash.Message); // another type than ours: that of the metered context
            }
        }
    }

    // Beside the ticket, which no other web site can have: what the browser says of who opens the connection.
    private static bool IsFromHere(HttpRequest request) =>
        request.Headers.Origin is not [string origin, ..] || (Uri.TryCreate(origin, UriKind.Absolute, out Uri? from) && from.Authority == new Uri($"{request.Scheme}://{request.Host}").Authority);

    // A wildcard address is no address to connect to.
    private static string BrokerHost(IPAddress bind) =>
        bind.Equals(IPAddress.Any) ? IPAddress.Loopback.ToString() : bind.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback.ToString() : bind.ToString();

    private static Task RefuseAsync(HttpContext context, int status, string why)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(why, context.RequestAborted);
    }
}
