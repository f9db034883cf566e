using System.Net.ServerSentEvents;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using MQTTnet;
using Wearable.Contract;
using Wearable.Gateway.Dashboard;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests.Dashboard;

public sealed class LiveFeedTests
{
    [Fact]
    public async Task A_page_sees_what_wearable_and_gateway_say()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(30));
        await using Stream stream = await gateway.Http.GetStreamAsync("/api/live", limit.Token);
        await using IAsyncEnumerator<SseItem<string>> events = SseParser.Create(stream).EnumerateAsync(limit.Token).GetAsyncEnumerator(limit.Token);
        Assert.Equal("ping", (await NextAsync(events)).EventType);
        IMqttClient bear = await gateway.WearableAsync("bear");
        await bear.TellAsync(new Topics("bear").Status, StatusMessage.Online);
        await bear.TellAsync(new Topics("bear").Heart, Say.Bytes(Say.Heart(723), 1));
        await bear.TellAsync(new Topics("bear").AudioUp, Say.Audio(1));
        await bear.TellAsync(new Topics("bear").Button, """{"b":7,"n":2,"ts":0,"what":"short","since":1,"count":1,"odd":+1}""");
        await gateway.Get<IDeviceSender>().PublishTurnAsync("bear", TurnPhases.Wake, new TurnMessage { TurnId = "ab-1" });
        SseItem<string> status = await NextAsync(events), heart = await NextAsync(events), button = await NextAsync(events), turn = await NextAsync(events);
        Assert.Equal(["status", "heart", "button", "turn"], new[] { status, heart, button, turn }.Select(e => e.EventType));
        Assert.Equal("online", Data(status).GetProperty("data").GetString());
        Assert.Equal(723, Data(heart).GetProperty("data").GetProperty("bpm10").GetInt32());
        Assert.Equal(("bear", "wearable/v1/bear/tele/heart"), (Data(heart).GetProperty("device").GetString(), Data(heart).GetProperty("topic").GetString()));
        Assert.Equal("short", Data(button).GetProperty("data").GetProperty("what").GetString()); // the page gets strict JSON even then
        Assert.Equal(("wake", "ab-1"), (Data(turn).GetProperty("phase").GetString(), Data(turn).GetProperty("data").GetProperty("sid").GetString()));
    }

    [Fact]
    public async Task A_slow_page_loses_the_oldest_and_is_told_how_many()
    {
        LiveFeed feed = new(TimeProvider.System);
        using CancellationTokenSource over = new();
        await using IAsyncEnumerator<SseItem<string>> events = feed.Open(over.Token)!.GetAsyncEnumerator();
        for (int n = 1; n <= LiveFeed.QueueEvents + 44; n++)
        {
            await feed.OnReportAsync(Heart(n), over.Token);
        }

        Assert.Equal("ping", (await NextAsync(events)).EventType);
        SseItem<string> dropped = await NextAsync(events);
        Assert.Equal(("dropped", """{"count":44}"""), (dropped.EventType, dropped.Data));
        for (int n = 45; n <= LiveFeed.QueueEvents + 44; n++)
        {
            Assert.Equal(n, Data(await NextAsync(events)).GetProperty("data").GetProperty("n").GetInt32());
        }

        await over.CancelAsync();
        Assert.False(await events.MoveNextAsync());
        Assert.Equal(0, feed.Pages);
    }

    [Fact]
    public async Task A_quiet_feed_pings_and_goes_on()
    {
        FakeTimeProvider time = new();
        LiveFeed feed = new(time);
        using CancellationTokenSource over = new();
        await using IAsyncEnumerator<SseItem<string>> events = feed.Open(over.Token)!.GetAsyncEnumerator();
        await NextAsync(events);
        for (int i = 0; i < 2; i++)
        {
            Task<SseItem<string>> next = NextAsync(events);
            Assert.False(next.IsCompleted);
            time.Advance(LiveFeed.PingEvery);
            Assert.Equal("ping", (await next).EventType);
        }

        Task<SseItem<string>> heart = NextAsync(events);
        await feed.OnReportAsync(Heart(1), over.Token);
        Assert.Equal("heart", (await heart).EventType);
        await over.CancelAsync();
    }

    [Fact]
    public void The_number_of_pages_has_a_limit()
    {
        LiveFeed feed = new(TimeProvider.System);
        using CancellationTokenSource over = new();
        for (int i = 0; i < LiveFeed.MaxPages; i++)
        {
            Assert.NotNull(feed.Open(over.Token));
        }

        Assert.Null(feed.Open(over.Token));
        over.Cancel();
        Assert.NotNull(feed.Open(CancellationToken.None));
    }

    private static DeviceReport Heart(int number)
    {
        HeartMessage message = Say.Heart(700);
        byte[] payload = Say.Bytes(message, number);
        return new DeviceReport("bear", TopicKind.Heart, message, DateTimeOffset.UnixEpoch, payload);
    }

    private static JsonElement Data(SseItem<string> item) => JsonDocument.Parse(item.Data).RootElement;

    private static async Task<SseItem<string>> NextAsync(IAsyncEnumerator<SseItem<string>> events)
    {
        Assert.True(await events.MoveNextAsync());
        return events.Current;
    }
}
