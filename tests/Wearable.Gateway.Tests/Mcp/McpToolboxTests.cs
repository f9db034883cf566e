using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using MQTTnet;
using Wearable.Contract;
using Wearable.Gateway.Identity;
using Wearable.Gateway.Mcp;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests.Mcp;

/// <summary>The tools of the owner's own servers; the server here is another gateway.</summary>
public sealed class McpToolboxTests
{
    [Fact]
    public async Task Tools_of_a_server_are_called_under_its_name_and_a_lost_server_is_a_sentence()
    {
        TestGateway house = await TestGateway.StartAsync();
        await (await house.WearableAsync("bear")).TellAsync(new Topics("bear").Status, StatusMessage.Online);
        string password = house.Get<UserAccounts>().Add("agent", UserRole.Reader);
        string file = $$"""{ "mcpServers": { "other house": { "url": "{{new Uri(house.Http.BaseAddress!, "/mcp")}}", "headers": { "Authorization": "Bearer agent:{{password}}" } } } }""";
        LogRecorder log = new();
        using ILoggerFactory logs = LoggerFactory.Create(b => b.AddProvider(log));
        using McpToolbox box = new(McpServersFile.Parse(file), TimeProvider.System, logs);
        await box.StartAsync(TestContext.Current.CancellationToken);
        await UntilAsync(() => box.Tools.Count > 0);
        Assert.Equal(["other_house_ask", "other_house_devices", "other_house_heart_rate", "other_house_say"], box.Tools.Select(t => t.Name).Order());
        AIFunction devices = (AIFunction)box.Tools.Single(t => t.Name == "other_house_devices");
        Assert.Contains("bear", (await devices.InvokeAsync(cancellationToken: TestContext.Current.CancellationToken))!.ToString());
        await house.DisposeAsync();
        Assert.Equal("other_house_devices does not work right now.", await devices.InvokeAsync(cancellationToken: TestContext.Current.CancellationToken));
        await box.StopAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain(log.All, line => line.Contains(password, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_told_of_once_and_keeps_nobody_waiting()
    {
        LogRecorder log = new();
        using ILoggerFactory logs = LoggerFactory.Create(b => b.AddProvider(log));
        using McpToolbox box = new(McpServersFile.Parse("""{ "mcpServers": { "lights": { "command": "no-such-program-here" } } }"""), TimeProvider.System, logs);
        await box.StartAsync(TestContext.Current.CancellationToken);
        await UntilAsync(() => log.All.Any(line => line.Contains("lights cannot be used")));
        Assert.Empty(box.Tools);
        await box.StopAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("{}", "\"mcpServers\"")]
    [InlineData("""{ "mcpServers": { "a": 3 } }""", "a: an object expected")]
    [InlineData("""{ "mcpServers": { "a": {} } }""", "a: either url or command expected")]
    [InlineData("""{ "mcpServers": { "a": { "url": "http://x", "command": "y" } } }""", "a: either url or command expected")]
    [InlineData("""{ "mcpServers": { "a": { "url": "file:///etc/passwd" } } }""", "http://... or https://... expected")]
    [InlineData("""{ "mcpServers": { "a": { "command": "y", "args": "z" } } }""", "args: a list of texts expected")]
    [InlineData("""{ "mcpServers": { "a": { "command": "y", "env": { "K": 1 } } } }""", "env: names with texts expected")]
    [InlineData("""{ "mcpServers": { "a": { "comand": "y" } } }""", "got \"comand\"")]
    public void A_file_that_is_not_understood_is_refused_by_name(string json, string why) => Assert.Contains(why, Assert.Throws<FormatException>(() => McpServersFile.Parse(json)).Message);

    [Fact]
    public void Without_the_file_there_are_no_servers() => Assert.Empty(McpServersFile.Load(Path.GetTempPath() + Guid.NewGuid()));

    // Another thread's work; the limit only ends a test that has failed.
    private static async Task UntilAsync(Func<bool> done)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while (!done())
        {
            await Task.Delay(20, limit.Token);
        }
    }
}
