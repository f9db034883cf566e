using System.Net;
using Microsoft.Extensions.Primitives;

namespace Wearable.Gateway.Dashboard;

/// <summary>
/// Keeps other web sites out of the wearer's data. A page from elsewhere could point its own name at this address (DNS rebinding) or
/// fetch from it blindly: only names that cannot be bought are answered, and cross-site fetches of the API are not. Every answer
/// carries headers that let the page load from here alone.
/// </summary>
public static class RequestGuard
{
    private const string ContentPolicy =
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly string[] LocalSuffixes = [".localhost", ".local", ".lan", ".home.arpa", ".internal"];

    /// <summary>Puts the guard before everything else.</summary>
    public static void UseRequestGuard(this WebApplication app) => app.Use(async (context, next) =>
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(self)";
        bool api = context.Request.Path.StartsWithSegments("/api") || context.Request.Path.StartsWithSegments(Mcp.McpServer.Path);
        if (api)
        {
            headers.CacheControl = "no-store";
        }

        if (!IsLocalName(context.Request.Host.Host))
        {
            await Refuse(context, "open this page by its IP address, localhost or its name in your network").ConfigureAwait(false);
            return;
        }

        if (api && context.Request.Headers["Sec-Fetch-Site"] is StringValues site && site.Count > 0 && site != "same-origin" && site != "none")
        {
            await Refuse(context, "the API answers its own page only, not other web sites").ConfigureAwait(false);
            return;
        }

        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (Telemetry.StoreAwayException e) when (!context.Response.HasStarted)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            await context.Response.WriteAsJsonAsync(new DashboardApi.Problem(e.Message), context.RequestAborted).ConfigureAwait(false);
        }
        catch (Exception) when (app.Lifetime.ApplicationStopping.IsCancellationRequested && !context.Response.HasStarted)
        {
            // Parts stop in an order of their own; whoever asks one that is gone already is told, and nothing is wrong.
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        }
    });

    /// <summary>True for addresses, names without a dot and names under suffixes no one can register.</summary>
    public static bool IsLocalName(string host)
    {
        if (host.Length == 0 || IPAddress.TryParse(host.Trim('[', ']'), out _))
        {
            return true;
        }

        return !host.Contains('.', StringComparison.Ordinal) || LocalSuffixes.Any(suffix => host.EndsWith(suffix, StringComparison.OrdinalIgnoreCase));
    }

    private static Task Refuse(HttpContext context, string why)
    {
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return context.Response.WriteAsync(why, context.RequestAborted);
    }
}
