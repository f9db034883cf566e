using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Wearable.Contract;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Identity;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Talk;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests.Talk;

/// <summary>A browser as a wearable, over real HTTP, WebSocket and MQTT; the browser is played by the test.</summary>
public sealed class TalkTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task It_comes_online_streams_what_is_said_while_held_and_is_offline_when_the_page_is_gone()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        Viewer sound = await gateway.ViewerAsync(new Topics("browser-1").AudioUp), events = await gateway.ViewerAsync(new Topics("browser-1").EventPrefix + "#");
        using (TalkClient page = await TalkClient.OpenAsync(gateway))
        {
            await page.UntilAsync(reading => reading.GetProperty("online").GetBoolean());
            Assert.True(await EventuallyAsync(() => gateway.Get<DeviceRegistry>().Find("browser-1") is { Online: true }));
            await page.SayAsync("hold");
            await page.UntilAsync(reading => reading.GetProperty("mode").GetString() == "streaming", page.HearAsync);
            await page.SayAsync("release");
            await page.UntilAsync(reading => reading.GetProperty("mode").GetString() == "thinking");
            Viewer.Seen seen = await events.NextAsync();
            while (!seen.Topic.EndsWith("/speech", StringComparison.Ordinal) || !seen.Text.Contains("\"end\"", StringComparison.Ordinal))
            {
                seen = await events.NextAsync();
            }

            Assert.Contains("\"why\":\"button\"", seen.Text);
            Assert.Contains((await sound.NextAsync()).Payload[AudioPacket.HeaderBytes..], sample => sample != 0);
            Assert.InRange(page.Last.GetProperty("instructions").GetInt64(), 50_000, 2_000_000);
            Assert.Equal(2_000_000, page.Last.GetProperty("chipSpeed").GetInt64());
        } // the page is gone, without a word

        Assert.True(await EventuallyAsync(() => gateway.Get<DeviceRegistry>().Find("browser-1") is { Online: false } && gateway.Get<BrowserPlaces>().Open == 0));
    }

    [Fact]
    public async Task Letting_go_too_late_does_not_end_the_thinking_and_a_long_press_mutes()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        using TalkClient page = await TalkClient.OpenAsync(gateway);
        await page.UntilAsync(reading => reading.GetProperty("online").GetBoolean());
        await page.SayAsync("hold");
        await page.UntilAsync(reading => reading.GetProperty("mode").GetString() == "streaming");
        await gateway.Get<IDeviceSender>().SendCommandAsync("browser-1", CommandNames.Stop, new CommandMessage { Id = "c-1", TimeToLiveMs = 5000 }, TestContext.Current.CancellationToken);
        await page.UntilAsync(reading => reading.GetProperty("mode").GetString() == "thinking");
        await page.SayAsync("release");
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal("thinking", (await page.NextAsync()).GetProperty("mode").GetString());
        }

        await page.SayAsync("mute");
        await page.UntilAsync(reading => reading.GetProperty("mode").GetString() == "muted");
        await page.SayAsync("mute");
        await page.UntilAsync(reading => reading.GetProperty("mode").GetString() == "idle");
    }

    [Fact]
    public async Task Four_browsers_are_wearables_and_the_fifth_is_told_so_until_one_leaves()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        List<TalkClient> pages = [];
        for (int i = 0; i < BrowserPlaces.Most; i++)
        {
            pages.Add(await TalkClient.OpenAsync(gateway));
        }

        HttpResponseMessage refused = await AskAsync(gateway.Http);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Contains("4 browsers are wearables already", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        pages[1].Dispose();
        Assert.True(await EventuallyAsync(() => gateway.Get<BrowserPlaces>().Open == BrowserPlaces.Most - 1));
        using TalkClient next = await TalkClient.OpenAsync(gateway);
        Assert.Equal("browser-2", next.Id);
        pages.ForEach(page => page.Dispose());
    }

    [Fact]
    public async Task A_ticket_opens_one_connection()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        using TalkClient page = await TalkClient.OpenAsync(gateway);
        Assert.Equal(HttpStatusCode.Forbidden, await TalkClient.RefusalAsync(gateway, page.Ticket));
        Assert.Equal(HttpStatusCode.Forbidden, await TalkClient.RefusalAsync(gateway, "made up"));
        Assert.Equal(HttpStatusCode.BadRequest, (await gateway.Http.GetAsync(TalkApi.StreamPath, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task Another_web_site_gets_neither_place_nor_connection()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        using StringContent plain = new("{}", Encoding.UTF8, "text/plain"); // what a page may send elsewhere without being asked
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await gateway.Http.PostAsync("/api/talk", plain, TestContext.Current.CancellationToken)).StatusCode);
        TalkApi.Granted place = (await (await AskAsync(gateway.Http)).Content.ReadFromJsonAsync<TalkApi.Granted>(TestContext.Current.CancellationToken))!;
        Assert.Equal(HttpStatusCode.Forbidden, await TalkClient.RefusalAsync(gateway, place.Ticket, origin: "https://elsewhere.example"));
        Assert.Equal(0, gateway.Get<BrowserPlaces>().Open);
    }

    [Theory]
    [InlineData("dance", "text: hold, release, quiet, mute or played N expected")]
    [InlineData("played -1", "text: hold, release, quiet, mute or played N expected")]
    [InlineData(3, "sound: an even number of at most 6400 bytes expected, got 3")]
    [InlineData(6402, "sound: an even number of at most 6400 bytes expected, got more")]
    public async Task A_wrong_message_ends_the_connection_with_its_reason(object message, string why)
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        using TalkClient page = await TalkClient.OpenAsync(gateway);
        await (message is string text ? page.SayAsync(text) : page.SendAsync(new byte[(int)message]));
        Assert.Equal(why, await page.EndAsync());
        Assert.True(await EventuallyAsync(() => gateway.Get<BrowserPlaces>().Open == 0));
    }

    [Fact]
    public async Task Behind_a_login_an_admin_talks_a_reader_may_not_and_a_stranger_is_asked_who_he_is()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(options => options with { Bind = IPAddress.Any });
        using HttpClientHandler anyCertificate = new() { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator };
        using HttpClient http = new(anyCertificate) { BaseAddress = gateway.Http.BaseAddress };
        UserAccounts users = gateway.Get<UserAccounts>();
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(http)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await AskAsync(http, "viewer", users.Add("viewer", UserRole.Reader))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await TalkClient.RefusalAsync(gateway, "made up"));
        using TalkClient page = await TalkClient.OpenAsync(gateway, await AskAsync(http, "owner", users.Add("owner", UserRole.Admin)));
        await page.UntilAsync(reading => reading.GetProperty("online").GetBoolean());
    }

    [Fact]
    public async Task A_stopping_gateway_says_so()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        using TalkClient page = await TalkClient.OpenAsync(gateway);
        await page.UntilAsync(reading => reading.GetProperty("online").GetBoolean());
        Task<string> ends = page.EndAsync();
        await gateway.StopAsync();
        Assert.Equal("the gateway stops", await ends);
    }

    private static async Task<HttpResponseMessage> AskAsync(HttpClient http, string? user = null, string password = "")
    {
        using HttpRequestMessage ask = new(HttpMethod.Post, "/api/talk") { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        if (user is not null)
        {
            ask.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
        }

        return await http.SendAsync(ask, TestContext.Current.CancellationToken);
    }

    private static async Task<bool> EventuallyAsync(Func<bool> condition)
    {
        for (long began = TimeProvider.System.GetTimestamp(); !condition() && TimeProvider.System.GetElapsedTime(began) < Patience;)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        return condition();
    }
}
