using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MQTTnet;
using Wearable.Contract;
using Wearable.Firmware.Board;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Identity;
using Wearable.Gateway.Tests.Support;
using Wearable.Simulator;

namespace Wearable.Gateway.Tests.Identity;

/// <summary>A gateway that is open to the network, attacked over real sockets by real clients.</summary>
public sealed class OpenGatewayTests
{
    private static readonly TimeProvider Time = TimeProvider.System;

    [Fact]
    public async Task A_client_that_pins_the_authority_speaks_mqtt_over_tls()
    {
        await using TestGateway gateway = await OpenAsync();
        string admin = gateway.Get<UserAccounts>().Add("tool", UserRole.Admin);
        Assert.Equal(MqttClientConnectResultCode.Success, await ConnectAsync(gateway, IPAddress.Loopback, gateway.Get<GatewayCertificate>().Authority, "tool", admin));
    }

    [Fact]
    public async Task A_client_that_pins_another_installations_authority_does_not_connect()
    {
        await using TestGateway gateway = await OpenAsync();
        string folder = TestGateway.NewFolder();
        using GatewayCertificate other = GatewayCertificate.Ensure(folder, TestSecret.File, IPAddress.Loopback, Time);
        await Assert.ThrowsAnyAsync<Exception>(() => ConnectAsync(gateway, IPAddress.Loopback, other.Authority, null, null));
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData(true, "")]
    [InlineData(false, "its certificate is not of the pinned authority")]
    public async Task A_whole_wearable_speaks_tls_and_believes_only_its_own_authority(bool own, string problem)
    {
        await using TestGateway gateway = await OpenAsync();
        string folder = TestGateway.NewFolder(), password = "p-" + Guid.NewGuid().ToString("N");
        gateway.Get<DeviceAccounts>().Add("bear", "Bear", password, replace: false);
        using GatewayCertificate other = GatewayCertificate.Ensure(folder, TestSecret.File, IPAddress.Loopback, Time);
        await using SimulatedWearable bear = new(new SimulatedWearableOptions
        {
            Id = "bear", User = "bear", Password = password, BrokerPort = gateway.Get<GatewayPorts>().Mqtts, Authority = own ? gateway.Get<GatewayCertificate>().Authority : other.Authority,
        });
        bear.Start();
        Assert.True(await bear.ReachesAsync(() => own ? bear.LinkState == LinkState.Up : bear.LinkError.Contains(problem, StringComparison.Ordinal), TimeSpan.FromSeconds(60)), bear.LinkError);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Openssl_verifies_chain_and_address()
    {
        await using TestGateway gateway = await OpenAsync();
        (int exit, string output) = await RunAsync(
            "openssl", "s_client", "-connect", $"127.0.0.1:{gateway.Get<GatewayPorts>().Mqtts}", "-CAfile", Path.Combine(gateway.Options.DataFolder, GatewayCertificate.AuthorityFile), "-verify_ip", "127.0.0.1", "-verify_return_error");
        Assert.Contains("Verify return code: 0 (ok)", output, StringComparison.Ordinal);
        Assert.Equal(0, exit);
    }

    [Fact]
    public async Task Mosquitto_reads_over_tls_as_a_reader()
    {
        await using TestGateway gateway = await OpenAsync();
        string password = gateway.Get<UserAccounts>().Add("viewer", UserRole.Reader);
        IMqttClient bear = await gateway.WearableAsync("bear");
        await bear.PublishAsync(new MqttApplicationMessageBuilder().WithTopic(new Topics("bear").Status).WithPayload("online").WithRetainFlag().Build(), TestContext.Current.CancellationToken);
        (int exit, string output) = await RunAsync(
            "mosquitto_sub", "-h", "127.0.0.1", "-p", gateway.Get<GatewayPorts>().Mqtts.ToString(System.Globalization.CultureInfo.InvariantCulture), "--cafile", Path.Combine(gateway.Options.DataFolder, GatewayCertificate.AuthorityFile), "-u", "viewer", "-P", password, "-t", "wearable/v1/bear/status", "-C", "1", "-W", "30");
        Assert.Equal((0, "online"), (exit, output.Trim()));
    }

    [Fact]
    public async Task A_reader_may_not_publish_and_an_admin_may()
    {
        await using TestGateway gateway = await OpenAsync();
        string reader = gateway.Get<UserAccounts>().Add("viewer", UserRole.Reader), admin = gateway.Get<UserAccounts>().Add("tool", UserRole.Admin);
        Assert.Equal(MqttClientPublishReasonCode.NotAuthorized, await PublishAsync(gateway, "viewer", reader));
        Assert.NotEqual(MqttClientPublishReasonCode.NotAuthorized, await PublishAsync(gateway, "tool", admin));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Removing_a_user_or_a_new_password_ends_the_users_open_mqtt_connection(bool newPassword)
    {
        await using TestGateway gateway = await OpenAsync();
        UserAccounts users = gateway.Get<UserAccounts>();
        string password = users.Add("tool", UserRole.Admin), other = users.Add("other", UserRole.Reader);
        using IMqttClient client = new MqttClientFactory().CreateMqttClient(), stays = new MqttClientFactory().CreateMqttClient();
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        client.DisconnectedAsync += _ =>
        {
            ended.TrySetResult();
            return Task.CompletedTask;
        };
        X509Certificate2 authority = gateway.Get<GatewayCertificate>().Authority;
        await client.ConnectAsync(Options(gateway, IPAddress.Loopback, authority, "tool", password), TestContext.Current.CancellationToken);
        await stays.ConnectAsync(Options(gateway, IPAddress.Loopback, authority, "other", other), TestContext.Current.CancellationToken);
        if (newPassword)
        {
            users.Add("tool", UserRole.Admin);
        }
        else
        {
            users.Remove("tool");
        }

        await ended.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.True(stays.IsConnected);
        Assert.Contains(gateway.Log.All, entry => entry.Contains("its user was removed or has a new password", StringComparison.Ordinal));
        Assert.DoesNotContain(gateway.Log.All, entry => entry.Contains(password, StringComparison.Ordinal));
    }

    [Fact]
    public async Task From_the_network_nobody_connects_without_an_account()
    {
        IPAddress? lan = NetworkInterface.GetAllNetworkInterfaces().SelectMany(n => n.GetIPProperties().UnicastAddresses).Select(u => u.Address)
            .FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(a));
        Assert.SkipWhen(lan is null, "this machine has no address beside loopback");
        await using TestGateway gateway = await OpenAsync();
        X509Certificate2 authority = gateway.Get<GatewayCertificate>().Authority;
        string password = gateway.Get<UserAccounts>().Add("tool", UserRole.Admin);
        Assert.Equal(MqttClientConnectResultCode.BadUserNameOrPassword, await ConnectAsync(gateway, lan!, authority, null, null));
        Assert.Equal(MqttClientConnectResultCode.BadUserNameOrPassword, await ConnectAsync(gateway, lan!, authority, "tool", "guess"));
        Assert.Equal(MqttClientConnectResultCode.Success, await ConnectAsync(gateway, lan!, authority, "tool", password));
        using TcpClient plain = new();
        await Assert.ThrowsAnyAsync<SocketException>(() => plain.ConnectAsync(lan!, gateway.MqttPort));
        for (int i = 0; i < WrongPasswords.Allowed; i++)
        {
            await ConnectAsync(gateway, lan!, authority, "tool", "guess");
        }

        Assert.Equal(MqttClientConnectResultCode.BadUserNameOrPassword, await ConnectAsync(gateway, lan!, authority, "tool", password));
        Assert.DoesNotContain(gateway.Log.All, entry => entry.Contains(password, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Page_and_api_need_a_login_over_https()
    {
        await using TestGateway gateway = await OpenAsync();
        string password = gateway.Get<UserAccounts>().Add("mum", UserRole.Reader);
        using HttpClient http = Browser(gateway);
        foreach (string path in new[] { "/", "/api/devices", "/api/live", "/health", "/js/app.js" })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(http, path, null));
        }

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(http, "/api/devices", "mum:guess"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(http, "/api/devices", "mum:" + password));
        gateway.Get<UserAccounts>().Remove("mum");
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(http, "/api/devices", "mum:" + password));
        Assert.DoesNotContain(gateway.Log.All, entry => entry.Contains(password, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Ten_wrong_passwords_close_the_page_for_a_minute()
    {
        await using TestGateway gateway = await OpenAsync();
        string password = gateway.Get<UserAccounts>().Add("mum", UserRole.Reader);
        using HttpClient http = Browser(gateway);
        for (int i = 0; i < WrongPasswords.Allowed; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(http, "/api/devices", "mum:guess" + i));
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync(http, "/api/devices", "mum:" + password));
    }

    [Fact]
    public async Task On_loopback_there_is_no_login_and_no_certificate()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(gateway.Http, "/api/devices", null));
        Assert.False(File.Exists(Path.Combine(gateway.Options.DataFolder, GatewayCertificate.KeyFile)));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void The_authority_stays_and_its_key_is_for_this_user_only()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix file modes");
        string folder = TestGateway.NewFolder();
        using GatewayCertificate first = GatewayCertificate.Ensure(folder, TestSecret.File, IPAddress.Loopback, Time);
        using GatewayCertificate again = GatewayCertificate.Ensure(folder, TestSecret.File, IPAddress.Loopback, Time);
        Assert.Equal(first.Fingerprint, again.Fingerprint);
        Assert.NotEqual(first.Server.Thumbprint, again.Server.Thumbprint);
        string key = Path.Combine(folder, GatewayCertificate.KeyFile);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        GatewayStartException problem = Assert.Throws<GatewayStartException>(() => GatewayCertificate.Ensure(folder, TestSecret.File, IPAddress.Loopback, Time));
        Assert.Contains("others have rights", problem.Message, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    private static Task<TestGateway> OpenAsync() => TestGateway.StartAsync(options => options with { Bind = IPAddress.Any });

    private static HttpClient Browser(TestGateway gateway)
    {
        HttpClientHandler handler = new() { CheckCertificateRevocationList = false };
        X509Certificate2 authority = gateway.Get<GatewayCertificate>().Authority;
        handler.ServerCertificateCustomValidationCallback = (_, shown, _, _) => shown is not null && Chains(shown, authority);
        return new HttpClient(handler) { BaseAddress = gateway.Get<GatewayPorts>().Page };
    }

    private static bool Chains(X509Certificate2 shown, X509Certificate2 authority)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(shown);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http, string path, string? login)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        if (login is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(login)));
        }

        using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private static MqttClientOptions Options(TestGateway gateway, IPAddress at, X509Certificate2 authority, string? user, string? password)
    {
        MqttClientOptionsBuilder options = new MqttClientOptionsBuilder()
            .WithTcpServer(at.ToString(), gateway.Get<GatewayPorts>().Mqtts)
            .WithClientId("client_" + Guid.NewGuid().ToString("N"))
            .WithProtocolVersion(MQTTnet.Formatter.MqttProtocolVersion.V500)
            .WithTimeout(TimeSpan.FromSeconds(60))
            .WithTlsOptions(tls => tls.UseTls().WithCertificateValidationHandler(shown => Chains(new X509Certificate2(shown.Certificate), authority)));
        return (user is null ? options : options.WithCredentials(user, password)).Build();
    }

    private static async Task<MqttClientConnectResultCode> ConnectAsync(TestGateway gateway, IPAddress at, X509Certificate2 authority, string? user, string? password)
    {
        using IMqttClient client = new MqttClientFactory().CreateMqttClient();
        return (await client.ConnectAsync(Options(gateway, at, authority, user, password), TestContext.Current.CancellationToken)).ResultCode;
    }

    private static async Task<MqttClientPublishReasonCode> PublishAsync(TestGateway gateway, string user, string password)
    {
        using IMqttClient client = new MqttClientFactory().CreateMqttClient();
        await client.ConnectAsync(Options(gateway, IPAddress.Loopback, gateway.Get<GatewayCertificate>().Authority, user, password), TestContext.Current.CancellationToken);
        MqttApplicationMessage message = new MqttApplicationMessageBuilder()
            .WithTopic("house/lamp").WithPayload("on").WithQualityOfServiceLevel(MQTTnet.Protocol.MqttQualityOfServiceLevel.AtLeastOnce).Build();
        return (await client.PublishAsync(message, TestContext.Current.CancellationToken)).ReasonCode;
    }

    private static async Task<(int Exit, string Output)> RunAsync(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip(program + " is not installed");
            throw;
        }

        using (process)
        {
            process.StandardInput.Close();
            Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await error;
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return (process.ExitCode, output);
        }
    }
}
