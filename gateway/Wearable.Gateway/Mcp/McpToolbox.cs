using Microsoft.Extensions.AI;
using ModelContextProtocol.Client;

namespace Wearable.Gateway.Mcp;

/// <summary>
/// The tools of the owner's own MCP servers, for the larger model. A server that is away is tried again every minute and told of once; conversations never wait
/// for one. A call ends after ten seconds with a sentence that it failed. What a tool answers is data: the safety gate judges what is made of it.
/// </summary>
/// <param name="servers">Which.</param>
/// <param name="time">Clock of retries and limits.</param>
/// <param name="logs">Hears who is there and who is not, never what was asked or answered.</param>
public sealed class McpToolbox(IReadOnlyList<McpServerChoice> servers, TimeProvider time, ILoggerFactory logs) : BackgroundService
{
    /// <summary>Most tools of all servers; further ones are told of and left out: a small model drowns in them.</summary>
    public const int MaxTools = 24;

    private static readonly TimeSpan Again = TimeSpan.FromMinutes(1), ConnectLimit = TimeSpan.FromSeconds(15), CallLimit = TimeSpan.FromSeconds(10);
    private readonly Dictionary<string, (McpClient Client, AIFunction[] Tools)> _open = [];
    private readonly HashSet<string> _told = [];
    private readonly ILogger _log = logs.CreateLogger<McpToolbox>();
    private AITool[] _tools = [];

    /// <summary>The tools there are now.</summary>
    public IReadOnlyList<AITool> Tools => Volatile.Read(ref _tools);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (servers.Count > 0 && !stoppingToken.IsCancellationRequested)
        {
            foreach (McpServerChoice server in servers)
            {
                await LookAsync(server, stoppingToken).ConfigureAwait(false);
            }

            AIFunction[] all = [.. servers.Where(s => _open.ContainsKey(s.Name)).SelectMany(s => _open[s.Name].Tools)];
            if (all.Length > MaxTools && _told.Add("too many"))
            {
                _log.LogWarning("MCP: {Count} tools are more than the {Most} a model is shown; the last are left out", all.Length, MaxTools);
            }

            Volatile.Write(ref _tools, [.. all.Take(MaxTools)]);
            await Task.Delay(Again, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        foreach ((McpClient client, _) in _open.Values)
        {
            await client.DisposeAsync().ConfigureAwait(false);
        }

        _open.Clear();
    }

    private async Task LookAsync(McpServerChoice server, CancellationToken stopping)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limit.CancelAfter(ConnectLimit);
        try
        {
            if (_open.TryGetValue(server.Name, out (McpClient Client, AIFunction[] Tools) open))
            {
                await open.Client.PingAsync(cancellationToken: limit.Token).ConfigureAwait(false);
                return;
            }

            McpClient client = await McpClient.CreateAsync(TransportOf(server), loggerFactory: null, cancellationToken: limit.Token).ConfigureAwait(false);
            IList<McpClientTool> tools = await client.ListToolsAsync(cancellationToken: limit.Token).ConfigureAwait(false);
            _open[server.Name] = (client, [.. tools.Select(tool => new Bounded(tool.WithName(NameOf(server.Name, tool.Name)), CallLimit, time))]);
            _told.Remove(server.Name);
            _log.LogInformation("MCP server {Name}: {Count} tools", server.Name, tools.Count);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            if (_open.Remove(server.Name, out (McpClient Client, AIFunction[] Tools) lost))
            {
                await lost.Client.DisposeAsync().ConfigureAwait(false);
            }

            if (_told.Add(server.Name))
            {
                _log.LogWarning("MCP server {Name} cannot be used, it is tried again every minute: {Cause}", server.Name, e is OperationCanceledException ? "no answer" : e.Message.ReplaceLineEndings(" "));
            }
        }
        catch (OperationCanceledException)
        {
            // The gateway stops.
        }
    }

    // Servers of different makers give the same names; what a model may be shown is narrower than what they use.
    private static string NameOf(string server, string tool)
    {
        string name = string.Concat($"{server}_{tool}".Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' ? c : '_'));
        return name.Length > 64 ? name[..64] : name;
    }

    private static IClientTransport TransportOf(McpServerChoice server) => server.Url is not null
        ? new HttpClientTransport(new HttpClientTransportOptions { Name = server.Name, Endpoint = server.Url, AdditionalHeaders = new Dictionary<string, string>(server.Headers) })
        : new StdioClientTransport(new StdioClientTransportOptions
        {
            Name = server.Name, Command = server.Command!, Arguments = [.. server.Arguments], EnvironmentVariables = server.Environment.ToDictionary(e => e.Key, e => (string?)e.Value),
        });

    // A tool that hangs or breaks must not take the turn with it.
    private sealed class Bounded(AIFunction inner, TimeSpan limit, TimeProvider time) : DelegatingAIFunction(inner)
    {
        protected override async ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken)
        {
            using CancellationTokenSource clock = new(limit, time);
            using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(clock.Token, cancellationToken);
            try
            {
                return await base.InvokeCoreAsync(arguments, both.Token).ConfigureAwait(false);
            }
            catch (Exception) when (!cancellationToken.IsCancellationRequested)
            {
                return clock.IsCancellationRequested ? $"{Name} did not answer." : $"{Name} does not work right now.";
            }
        }
    }
}
