using MQTTnet;
using Wearable.Contract;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests.Devices;

/// <summary>Who the broker lets in once wearables were added; changed by another process while it runs.</summary>
public sealed class DeviceSignInTests
{
    [Fact]
    public async Task An_added_wearable_needs_its_own_password()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        string bear = Add(gateway, "bear"), fox = Add(gateway, "fox");
        Assert.Equal(MqttClientConnectResultCode.Success, await ConnectAsync(gateway, "bear", "bear", bear));
        Assert.Equal(MqttClientConnectResultCode.BadUserNameOrPassword, await ConnectAsync(gateway, "bear", "bear", fox));
        Assert.Equal(MqttClientConnectResultCode.BadUserNameOrPassword, await ConnectAsync(gateway, "bear", "fox", fox));
        Assert.Equal(MqttClientConnectResultCode.BadUserNameOrPassword, await ConnectAsync(gateway, "bear", "bear", ""));
        Assert.Equal(MqttClientConnectResultCode.BadUserNameOrPassword, await ConnectAsync(gateway, "bear", null, null));
        Assert.Contains(gateway.Log.All, entry => entry.Contains("bear may not connect: wrong user name or password", StringComparison.Ordinal));
        Assert.DoesNotContain(gateway.Log.All, entry => entry.Contains(bear, StringComparison.Ordinal) || entry.Contains(fox, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_wearable_nobody_added_still_gets_in()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        Add(gateway, "bear");
        Assert.Equal(MqttClientConnectResultCode.Success, await ConnectAsync(gateway, "demo", null, null));
    }

    [Fact]
    public async Task A_removed_wearable_is_refused_with_and_without_its_password()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        string bear = Add(gateway, "bear");
        Assert.Equal(MqttClientConnectResultCode.Success, await ConnectAsync(gateway, "bear", "bear", bear));
        Other(gateway).Remove("bear");
        Assert.Equal(MqttClientConnectResultCode.BadUserNameOrPassword, await ConnectAsync(gateway, "bear", "bear", bear));
        Assert.Equal(MqttClientConnectResultCode.BadUserNameOrPassword, await ConnectAsync(gateway, "bear", null, null));
    }

    [Fact]
    public async Task A_stranger_cannot_take_over_the_connection_of_an_added_wearable()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        string password = Add(gateway, "bear");
        IMqttClient bear = await gateway.ConnectAsync("bear", options => options.WithCredentials("bear", password));
        Assert.Equal(MqttClientConnectResultCode.BadUserNameOrPassword, await ConnectAsync(gateway, "bear", "bear", "guess"));
        await bear.TellAsync(new Topics("bear").Status, StatusMessage.Online);
        Assert.True(bear.IsConnected);
    }

    [Fact]
    public async Task A_damaged_file_lets_nobody_in_and_is_logged()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        gateway.ErrorsExpected = true;
        string bear = Add(gateway, "bear");
        await File.WriteAllTextAsync(Other(gateway).File, "{\"version\":1,\"devices\":[{\"id\":\"be");
        Assert.Equal(MqttClientConnectResultCode.BadUserNameOrPassword, await ConnectAsync(gateway, "bear", "bear", bear));
        Assert.Equal(MqttClientConnectResultCode.BadUserNameOrPassword, await ConnectAsync(gateway, "demo", null, null));
    }

    [Theory]
    [InlineData("{", "cannot be read")]
    [InlineData("{\"version\":2,\"devices\":[]}", "has format 2, this gateway knows 1")]
    [InlineData("{\"version\":1,\"devices\":[{\"id\":\"Bear\",\"name\":\"\",\"addedAt\":\"2026-01-01T00:00:00Z\",\"passwords\":[]}]}", "cannot be read")]
    [InlineData("{\"version\":1,\"devices\":[{\"id\":\"bear\",\"name\":\"\",\"addedAt\":\"2026-01-01T00:00:00Z\"}]}", "cannot be read")]
    public async Task A_file_that_cannot_be_trusted_stops_the_start_with_its_name(string content, string why)
    {
        string folder = TestGateway.NewFolder();
        Directory.CreateDirectory(folder);
        string file = Path.Combine(folder, DeviceAccounts.FileName);
        await File.WriteAllTextAsync(file, content);
        GatewayStartException problem = await Assert.ThrowsAsync<GatewayStartException>(() => TestGateway.StartAsync(options => options with { DataFolder = folder }));
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
        Assert.Contains(file, problem.Message, StringComparison.Ordinal);
        Assert.Contains(why, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Removing_a_wearable_ends_its_open_connection()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        string bear = Add(gateway, "bear"), fox = Add(gateway, "fox");
        IMqttClient gone = await gateway.ConnectAsync("bear", options => options.WithCredentials("bear", bear));
        IMqttClient stays = await gateway.ConnectAsync("fox", options => options.WithCredentials("fox", fox));
        Task ended = Ended(gone);
        Other(gateway).Remove("bear");
        await ended.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.True(stays.IsConnected);
    }

    [Fact]
    public async Task A_new_password_ends_the_connection_made_with_the_old_one()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        string old = Add(gateway, "bear");
        IMqttClient bear = await gateway.ConnectAsync("bear", options => options.WithCredentials("bear", old));
        Task ended = Ended(bear);
        string next = DevicePassword.Make();
        Other(gateway).Add("bear", "bear", next, replace: true);
        await ended.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Equal(MqttClientConnectResultCode.BadUserNameOrPassword, await ConnectAsync(gateway, "bear", "bear", old));
        Assert.Equal(MqttClientConnectResultCode.Success, await ConnectAsync(gateway, "bear", "bear", next));
    }

    [Fact]
    public async Task Adding_a_wearable_ends_the_connection_of_somebody_who_used_its_id_without_a_password()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        IMqttClient stranger = await gateway.ConnectAsync("bear");
        Task ended = Ended(stranger);
        Add(gateway, "bear");
        await ended.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("wearable/v1/bear/cmd", true)]
    [InlineData("wearable/v1/bear/#", true)]
    [InlineData("wearable/v1/fox/#", false)]
    [InlineData("wearable/v1/+/cmd", false)]
    [InlineData("wearable/v1/bear-2/cmd", false)]
    [InlineData("#", false)]
    public async Task An_added_wearable_hears_its_own_topics_only(string filter, bool allowed)
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        string password = Add(gateway, "bear");
        IMqttClient bear = await gateway.ConnectAsync("bear", options => options.WithCredentials("bear", password));
        MqttClientSubscribeOptions wanted = new MqttClientSubscribeOptionsBuilder().WithTopicFilter(filter).Build();
        MqttClientSubscribeResult result = await bear.SubscribeAsync(wanted, TestContext.Current.CancellationToken);
        Assert.Equal(allowed ? MqttClientSubscribeResultCode.GrantedQoS0 : MqttClientSubscribeResultCode.NotAuthorized, Assert.Single(result.Items).ResultCode);
    }

    private static Task Ended(IMqttClient client)
    {
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        client.DisconnectedAsync += _ =>
        {
            ended.TrySetResult();
            return Task.CompletedTask;
        };
        return ended.Task;
    }

    // As the other process sees it.
    private static DeviceAccounts Other(TestGateway gateway) => new(gateway.Options, TimeProvider.System);

    private static string Add(TestGateway gateway, string id)
    {
        string password = DevicePassword.Make();
        Other(gateway).Add(id, id, password, replace: false);
        return password;
    }

    private static async Task<MqttClientConnectResultCode> ConnectAsync(TestGateway gateway, string id, string? user, string? password)
    {
        MqttClientOptionsBuilder options = new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", gateway.MqttPort).WithClientId(id).WithTimeout(TimeSpan.FromSeconds(60));
        if (user is not null)
        {
            options.WithCredentials(user, password);
        }

        using IMqttClient client = new MqttClientFactory().CreateMqttClient();
        return (await client.ConnectAsync(options.Build())).ResultCode;
    }
}
