using System.Net;
using System.Net.Http.Json;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Wearable.Firmware.Board;
using Wearable.Gateway.Identity;
using Wearable.Gateway.Tests.Support;
using Wearable.Simulator;

namespace Wearable.Gateway.Tests.Identity;

/// <summary>Attacks on page and API by name; those on the broker's accounts are in <c>DeviceSignInTests</c>, <c>RefusalTests</c> and <see cref="OpenGatewayTests"/>.</summary>
public sealed class AttackTests
{
    [Theory]
    [InlineData("/../../../../../../etc/passwd")]
    [InlineData("/..%2f..%2f..%2f..%2f..%2fetc%2fpasswd")]
    [InlineData("/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd")]
    [InlineData("/js/..%5c..%5cusers.json")]
    [InlineData("/lib/uplot/..%2f..%2fpackage.json")]
    [InlineData("//etc/passwd")]
    public async Task Path_traversal_reaches_no_file(string path)
    {
        await using TestGateway gateway = await TestGateway.StartAsync();

        // By hand: a client library would tidy the path up.
        string answer = await AskAsync(gateway, $"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
        Assert.Matches("^HTTP/1.1 (400|404)", answer);
        Assert.DoesNotContain("root:", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_oversize_body_is_refused()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        using StringContent body = new("{\"topic\":\"house/lamp\",\"payload\":\"" + new string('x', 65 * 1024) + "\"}", Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await gateway.Http.PostAsync("/api/topics/publish", body, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Theory]
    [InlineData("cross-site")]
    [InlineData("same-site")]
    public async Task Another_site_cannot_publish_with_the_owners_browser(string from)
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        using HttpRequestMessage request = new(HttpMethod.Post, "/api/topics/publish") { Content = JsonContent.Create(new { topic = "house/lamp", payload = "on" }) };
        request.Headers.Add("Sec-Fetch-Site", from);
        using HttpResponseMessage response = await gateway.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    public async Task A_form_cannot_publish_even_in_a_browser_that_does_not_say_where_it_comes_from()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        using StringContent body = new("{\"topic\":\"house/lamp\",\"payload\":\"on\"}", Encoding.UTF8, "text/plain");
        using HttpResponseMessage response = await gateway.Http.PostAsync("/api/topics/publish", body, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Fact]
    public async Task A_page_that_scripts_were_put_into_would_not_run_them()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        using HttpResponseMessage response = await gateway.Http.GetAsync("/", TestContext.Current.CancellationToken);
        string policy = string.Join(' ', response.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'self'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Fact]
    public async Task A_request_that_never_ends_its_headers_is_ended()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        string answer = await AskAsync(gateway, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ");
        Assert.StartsWith("HTTP/1.1 408", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_never_sends_its_first_packet_is_ended()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        using System.Net.Sockets.TcpClient silent = new();
        await silent.ConnectAsync(IPAddress.Loopback, gateway.Get<GatewayPorts>().Mqtt, TestContext.Current.CancellationToken);
        Task<int> ended = silent.GetStream().ReadAsync(new byte[1], TestContext.Current.CancellationToken).AsTask();
        IOException reset = await Assert.ThrowsAsync<IOException>(() => ended.WaitAsync(TimeSpan.FromSeconds(90), TestContext.Current.CancellationToken));
        Assert.Equal(System.Net.Sockets.SocketError.ConnectionReset, Assert.IsType<System.Net.Sockets.SocketException>(reset.InnerException).SocketErrorCode);
    }

    [Fact]
    public void An_expired_certificate_is_no_certificate()
    {
        string folder = TestGateway.NewFolder();
        using GatewayCertificate old = GatewayCertificate.Ensure(folder, TestSecret.File, IPAddress.Loopback, new Past(years: 20));
        Assert.False(Chains(old));
        string another = TestGateway.NewFolder();
        using GatewayCertificate now = GatewayCertificate.Ensure(another, TestSecret.File, IPAddress.Loopback, TimeProvider.System);
        Assert.True(Chains(now));
        Directory.Delete(folder, recursive: true);
        Directory.Delete(another, recursive: true);
    }

    [Fact]
    public async Task A_wearable_does_not_speak_to_an_expired_certificate_of_its_own_authority()
    {
        string folder = TestGateway.NewFolder();
        using GatewayCertificate old = GatewayCertificate.Ensure(folder, TestSecret.File, IPAddress.Loopback, new Past(years: 20));
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        using CancellationTokenSource over = new();
        Task serving = ServeAsync(listener, old.Server, over.Token);
        await using (SimulatedWearable bear = new(new SimulatedWearableOptions
        {
            Id = "bear", User = "bear", Password = "p-1", BrokerPort = ((IPEndPoint)listener.LocalEndpoint).Port, Authority = old.Authority,
        }))
        {
            bear.Start();
            Assert.True(await bear.ReachesAsync(() => bear.LinkError.Contains("its certificate is not of the pinned authority", StringComparison.Ordinal), TimeSpan.FromSeconds(60)), bear.LinkError);
            Assert.NotEqual(LinkState.Up, bear.LinkState);
        }

        await over.CancelAsync();
        await serving;
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void A_gateway_whose_authority_has_ended_does_not_start_and_says_so()
    {
        string folder = TestGateway.NewFolder();
        GatewayCertificate.Ensure(folder, TestSecret.File, IPAddress.Loopback, new Past(years: 20)).Dispose();
        Assert.Contains(
            $"ended {DateTime.UtcNow.Year}", Assert.Throws<GatewayStartException>(() => GatewayCertificate.Ensure(folder, TestSecret.File, IPAddress.Loopback, new Past(years: -1))).Message, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    // A server with this certificate that takes whoever believes it; nobody gets far enough to speak MQTT.
    private static async Task ServeAsync(TcpListener listener, X509Certificate2 certificate, CancellationToken over)
    {
        try
        {
            while (true)
            {
                using TcpClient client = await listener.AcceptTcpClientAsync(over);
                await using SslStream tls = new(client.GetStream());
                try
                {
                    await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, over);
                    Assert.Equal(0, await tls.ReadAsync(new byte[1], over));
                }
                catch (Exception e) when (e is IOException or AuthenticationException)
                {
                    // refused, as it should be
                }
            }
        }
        catch (OperationCanceledException)
        {
            // the test is over
        }
    }

    private static bool Chains(GatewayCertificate certificate)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(certificate.Authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate.Server);
    }

    // Sends these bytes and reads until the gateway ends the connection.
    private static async Task<string> AskAsync(TestGateway gateway, string request)
    {
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, gateway.Get<GatewayPorts>().Page.Port, TestContext.Current.CancellationToken);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken);
        using StreamReader reader = new(stream, Encoding.ASCII);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(90), TestContext.Current.CancellationToken);
    }

    private sealed class Past(int years) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UtcNow.AddYears(-years);
    }
}
