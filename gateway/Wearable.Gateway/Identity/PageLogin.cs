using System.Net.Http.Headers;
using System.Text;
using System.Threading.RateLimiting;

namespace Wearable.Gateway.Identity;

/// <summary>
/// Page and API of a gateway that is open to the network ask for a user's name and password (HTTP Basic, over HTTPS only) on every
/// request, and answer one address at most 1,200 times a minute. Bound to loopback there is no login. No cookie: nothing to steal or to
/// ride on; other web sites' requests are turned away by the request guard before.
/// </summary>
public static class PageLogin
{
    /// <summary>Answers per address and minute.</summary>
    public const int RequestsPerMinute = 1200;

    /// <summary>The limit's services.</summary>
    public static void AddPageLimit(this IServiceCollection services) => services.AddRateLimiter(limits =>
    {
        limits.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        limits.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, System.Net.IPAddress>(context => RateLimitPartition.GetFixedWindowLimiter(
            context.Connection.RemoteIpAddress ?? System.Net.IPAddress.None,
            _ => new FixedWindowRateLimiterOptions { PermitLimit = RequestsPerMinute, Window = TimeSpan.FromMinutes(1) }));
    });

    /// <summary>Puts limit and login before what follows, when the gateway is open.</summary>
    public static void UsePageLogin(this WebApplication app)
    {
        if (!app.Services.GetRequiredService<GatewayOptions>().IsOpen)
        {
            return;
        }

        app.UseRateLimiter();
        ILogger log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(PageLogin));

        // Two have a login of their own: agents, and a WebSocket whose ticket was given behind this one.
        app.UseWhen(
            context => !context.Request.Path.StartsWithSegments(Mcp.McpServer.Path) && !Talk.TalkApi.HasTicket(context),
            part => part.Use((context, next) => AskAsync(context, next, log)));
    }

    /// <summary>The role of who asks, by HTTP Basic, for agents by "Bearer NAME:PASSWORD", for tools of this user by the key of this start. Null: it was answered, with a refusal.</summary>
    public static async Task<UserRole?> RoleOfAsync(HttpContext context, ILogger log)
    {
        UserAccounts users = context.RequestServices.GetRequiredService<UserAccounts>();
        WrongPasswords wrong = context.RequestServices.GetRequiredService<WrongPasswords>();
        System.Net.IPAddress? from = context.Connection.RemoteIpAddress;
        if (wrong.MustWait(from))
        {
            context.Response.Headers.RetryAfter = "60";
            await SayAsync(context, StatusCodes.Status429TooManyRequests, "too many wrong passwords, wait a minute").ConfigureAwait(false);
            return null;
        }

        // The key is in a file that only the owner of this gateway's data can read.
        UserRole? role = ShowsKey(context) ? UserRole.Admin : null;
        if (Credentials(context.Request.Headers.Authorization) is (string name, string password))
        {
            try
            {
                role = users.SignIn(name, password);
            }
            catch (GatewayStartException e)
            {
                log.LogError("{Problem}", e.Message);
                await SayAsync(context, StatusCodes.Status503ServiceUnavailable, "the users' file cannot be read").ConfigureAwait(false);
                return null;
            }

            if (role is null)
            {
                wrong.Add(from);
                log.LogWarning("wrong user name or password at the page from {Address}", from);
            }
        }

        if (role is null)
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"Wearable\", charset=\"UTF-8\"";
            await SayAsync(context, StatusCodes.Status401Unauthorized, "user name and password expected; \"user add NAME\" makes one").ConfigureAwait(false);
        }

        return role;
    }

    private static async Task AskAsync(HttpContext context, RequestDelegate next, ILogger log)
    {
        if (await RoleOfAsync(context, log).ConfigureAwait(false) is not UserRole role)
        {
            return;
        }

        bool reads = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
        await (role is UserRole.Admin || reads ? next(context) : SayAsync(context, StatusCodes.Status403Forbidden, "this user may only look")).ConfigureAwait(false);
    }

    private static bool ShowsKey(HttpContext context) =>
        AuthenticationHeaderValue.TryParse(context.Request.Headers.Authorization, out AuthenticationHeaderValue? value)
        && value.Scheme == Tool.Presence.Scheme && context.RequestServices.GetRequiredService<Tool.Presence>().IsKey(value.Parameter);

    private static (string Name, string Password)? Credentials(string? header)
    {
        if (!AuthenticationHeaderValue.TryParse(header, out AuthenticationHeaderValue? value) || value.Parameter is null)
        {
            return null;
        }

        byte[] bytes = new byte[512];
        string? text = value.Scheme.ToUpperInvariant() switch
        {
            "BASIC" when Convert.TryFromBase64String(value.Parameter, bytes, out int length) => Encoding.UTF8.GetString(bytes, 0, length),
            "BEARER" => value.Parameter,
            _ => null,
        };
        return text is not null && text.IndexOf(':', StringComparison.Ordinal) is >= 0 and int colon ? (text[..colon], text[(colon + 1)..]) : null;
    }

    private static Task SayAsync(HttpContext context, int status, string why)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(why, context.RequestAborted);
    }
}
