using System.Security.Claims;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using Wearable.Gateway.Identity;

namespace Wearable.Gateway.Mcp;

/// <summary>
/// The house at <c>/mcp</c> for agents (Model Context Protocol, streamable HTTP, stateless). Always behind a user's name and password, also on this machine:
/// any program or web page here could otherwise talk to a child.
/// </summary>
public static class McpServer
{
    /// <summary>Where it is.</summary>
    public const string Path = "/mcp";

    /// <summary>Registers the tools.</summary>
    public static void AddHouseMcp(this IServiceCollection services) =>
        services.AddMcpServer(server => server.ServerInfo = new() { Name = "wearable", Version = typeof(McpServer).Assembly.GetName().Version?.ToString(3) ?? "0" })
            .WithHttpTransport(http => http.Stateless = true)
            .WithTools<McpHouse>()
            .WithRequestFilters(filters => filters.AddCallToolFilter(next => async (call, cancellation) =>
            {
                try
                {
                    return await next(call, cancellation).ConfigureAwait(false);
                }
                catch (McpException e)
                {
                    // A wrong question is the agent's to read, not an error of this gateway.
                    return new CallToolResult { IsError = true, Content = [new TextContentBlock { Text = e.Message }] };
                }
            }));

    /// <summary>Registers the tools of the owner's own servers; there may be none.</summary>
    public static void AddMcpToolbox(this IServiceCollection services)
    {
        services.AddSingleton(p => new McpToolbox(McpServersFile.Load(p.GetRequiredService<GatewayOptions>().DataFolder), p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILoggerFactory>()));
        services.AddHostedService(p => p.GetRequiredService<McpToolbox>());
    }

    /// <summary>Adds the path and the login before it.</summary>
    public static void MapHouseMcp(this WebApplication app)
    {
        ILogger log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(McpServer));
        app.UseWhen(context => context.Request.Path.StartsWithSegments(Path), part => part.Use(async (context, next) =>
        {
            if (await PageLogin.RoleOfAsync(context, log).ConfigureAwait(false) is UserRole role)
            {
                context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Role, role.ToString())], "user"));
                await next(context).ConfigureAwait(false);
            }
        }));
        app.MapMcp(Path);
    }
}
