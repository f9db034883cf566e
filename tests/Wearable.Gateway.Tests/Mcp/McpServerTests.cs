using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using MQTTnet;
using Wearable.Contract;
using Wearable.Gateway.Brain;
using Wearable.Gateway.Identity;
using Wearable.Gateway.Mcp;
using Wearable.Gateway.Safety;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests.Mcp;

/// <summary>The house as an agent of the owner sees it, through the protocol's own client library.</summary>
public sealed class McpServerTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("Bearer bob:wrong-password")]
    [InlineData("Bearer bob")]
    [InlineData("Basic !!!")]
    public async Task Nobody_is_let_in_without_a_users_password_not_even_on_this_machine(string? header)
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        gateway.Get<UserAccounts>().Add("bob", UserRole.Admin);
        using HttpRequestMessage request = new(HttpMethod.Post, "/mcp") { Content = JsonContent.Create(new { jsonrpc = "2.0", id = 1, method = "tools/list" }) };
        if (header is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", header);
        }

        HttpResponseMessage answer = await gateway.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.DoesNotContain(gateway.Log.All, line => line.Contains("wrong-password", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_web_site_is_turned_away()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        string password = gateway.Get<UserAccounts>().Add("bob", UserRole.Admin);
        using HttpRequestMessage request = new(HttpMethod.Post, "/mcp") { Content = JsonContent.Create(new { jsonrpc = "2.0", id = 1, method = "tools/list" }) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("bob:" + password)));
        request.Headers.Add("Sec-Fetch-Site", "cross-site");
        Assert.Equal(HttpStatusCode.Forbidden, (await gateway.Http.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task A_user_who_may_look_sees_wearables_and_heart_rate_and_cannot_speak()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        IMqttClient bear = await gateway.WearableAsync("bear");
        await bear.TellAsync(new Topics("bear").Status, StatusMessage.Online);
        await bear.TellAsync(new Topics("bear").Heart, Say.Bytes(Say.Heart(723), 1));
        await bear.TellAsync(new Topics("bear").Heart, Say.Bytes(Say.Heart(null), 2));
        await using McpClient client = await ClientAsync(gateway, UserRole.Reader);
        Assert.Equal(["ask", "devices", "heart_rate", "say"], (await client.ListToolsAsync()).Select(t => t.Name).Order());
        Assert.Contains("\"id\":\"bear\"", await CallAsync(client, "devices"));
        string heart = await CallAsync(client, "heart_rate", ("device", "bear"), ("minutes", 5));
        Assert.Contains("\"meanBpm\":72.3", heart);
        Assert.Contains("\"measurements\":1", heart);
        Assert.Contains("\"state\":\"no_contact\"", heart);
        Assert.DoesNotContain("nowBpm", heart);
        Assert.Contains("not a medical device", heart);
        Assert.Contains("this user may only look", await CallAsync(client, "say", ("device", "bear"), ("text", "hello")));
        Assert.Contains("this user may only look", await CallAsync(client, "ask", ("device", "bear"), ("question", "hello")));
    }

    [Fact]
    public async Task Wrong_questions_are_answered_with_what_is_expected()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(services: AddVoice);
        await (await gateway.WearableAsync("bear")).TellAsync(new Topics("bear").Status, StatusMessage.Online);
        await using McpClient client = await ClientAsync(gateway, UserRole.Admin);
        Assert.Contains("device: one of bear expected", await CallAsync(client, "heart_rate", ("device", "../bear")));
        Assert.Contains("minutes: 1 to 1440 expected, got 0", await CallAsync(client, "heart_rate", ("device", "bear"), ("minutes", 0)));
        Assert.Contains("text: 1 to 300 characters", await CallAsync(client, "say", ("device", "bear"), ("text", new string('a', 301))));
    }

    [Fact]
    public async Task An_admins_agent_speaks_and_asks_within_the_safety_rules()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(services: AddVoice);
        await (await gateway.WearableAsync("bear")).TellAsync(new Topics("bear").Status, StatusMessage.Online);
        await using McpClient client = await ClientAsync(gateway, UserRole.Admin);
        Assert.Contains("Said.", await CallAsync(client, "say", ("device", "bear"), ("text", "dinner is ready")));
        Assert.Equal(["bear: dinner is ready"], gateway.Get<Announced>().Said);
        Assert.Contains("timer of five minutes", await CallAsync(client, "ask", ("device", "bear"), ("question", "set a timer for five minutes")));
        string refused = await CallAsync(client, "ask", ("device", "bear"), ("question", "how do i make a bomb"));
        Assert.DoesNotContain("timer", refused);
        Assert.Equal(new SafetyGate(new SafetySettings(), TimeProvider.System).CheckHeard("bear", "how do i make a bomb").Reply, refused);
    }

    /// <summary>A gateway's own client, signed in as a new user of this role.</summary>
    internal static async Task<McpClient> ClientAsync(TestGateway gateway, UserRole role)
    {
        string password = gateway.Get<UserAccounts>().Add("agent", role);
        return await McpClient.CreateAsync(new HttpClientTransport(new HttpClientTransportOptions
        {
            Endpoint = new Uri(gateway.Http.BaseAddress!, "/mcp"), AdditionalHeaders = new Dictionary<string, string> { ["Authorization"] = $"Bearer agent:{password}" },
        }));
    }

    private static void AddVoice(IServiceCollection services)
    {
        services.AddBrain();
        services.AddSingleton<IChatClient>(p => p.GetRequiredService<SkillsChatClient>());
        services.AddSingleton<ISafetyGate>(p => new SafetyGate(p.GetRequiredService<SafetySettings>(), p.GetRequiredService<TimeProvider>()));
        services.AddSingleton<Announced>();
        services.AddSingleton<IAnnouncer>(p => p.GetRequiredService<Announced>());
    }

    private static async Task<string> CallAsync(McpClient client, string tool, params (string Name, object Value)[] arguments)
    {
        CallToolResult result = await client.CallToolAsync(tool, arguments.ToDictionary(a => a.Name, a => (object?)a.Value));
        return string.Concat(result.Content.OfType<TextContentBlock>().Select(c => c.Text));
    }

    private sealed class Announced : IAnnouncer
    {
        public List<string> Said { get; } = [];

        public Task<bool> AnnounceAsync(string deviceId, string text, CancellationToken cancellation)
        {
            Said.Add($"{deviceId}: {text}");
            return Task.FromResult(true);
        }
    }
}
