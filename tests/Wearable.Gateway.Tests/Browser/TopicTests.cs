using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using MQTTnet;
using OpenQA.Selenium;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests.Browser;

/// <summary>The topic explorer: what passes through the broker is seen, and what the owner publishes arrives.</summary>
public sealed class TopicTests
{
    [Fact]
    public async Task A_topic_is_found_in_the_tree_with_payload_history_difference_and_plot()
    {
        await using PageHouse house = await PageHouse.StartAsync();
        await house.PulseAsync(700);
        using ChromeBrowser browser = new(new Uri(house.Page, "/#topics"));
        string heart = $"[data-topic='{house.Bear.Heart}']";
        browser.Until($"document.querySelector(\"{heart}\")");
        Assert.DoesNotContain("retained", browser.Text(heart));
        Assert.Contains("retained", browser.Text($"[data-topic='{house.Bear.Info}']"));
        browser.Click(heart);
        browser.Until("document.querySelector('#payload').textContent.includes('bpm10: 700')");
        await house.PulseAsync(820);
        browser.Until("document.querySelector('#payload').textContent.includes('bpm10: 820')");
        Assert.Contains("bpm10700820", browser.Text("#difference"));
        Assert.Equal(2, browser.Value<long>("document.querySelectorAll('#history-list li').length"));
        Assert.Equal("bpm10", browser.Value<string>("document.querySelector('#plot-field').value"));
        Assert.Equal(1, browser.Value<long>("document.querySelectorAll('#plot canvas').length"));
        browser.Picture("topics-1024");
        Assert.Empty(await Axe.SeriousFaultsAsync(browser));
        browser.Resize(390);
        browser.Picture("topics-390");
        Assert.True(browser.Value<long>("document.documentElement.scrollWidth") <= 390);
        Assert.Empty(browser.Problems());
    }

    [Fact]
    public async Task What_is_published_after_a_yes_arrives_and_is_shown()
    {
        await using PageHouse house = await PageHouse.StartAsync();
        IMqttClient lamp = await house.Gateway.ConnectAsync("lamp");
        TaskCompletionSource<string> came = new();
        lamp.ApplicationMessageReceivedAsync += message =>
        {
            came.TrySetResult(message.ApplicationMessage.ConvertPayloadToString());
            return Task.CompletedTask;
        };
        await lamp.SubscribeAsync("home/lamp");
        using ChromeBrowser browser = new(new Uri(house.Page, "/#topics"));
        browser.Driver.FindElement(By.Id("publish-topic")).SendKeys("home/lamp");
        browser.Driver.FindElement(By.Id("publish-payload")).SendKeys("{\"on\":1}");
        browser.Click("#publish");
        Assert.Contains("home/lamp", browser.Text("#publish-ask"));
        browser.Click("#publish-no");
        Assert.False(came.Task.IsCompleted);
        browser.Click("#publish");
        browser.Click("#publish-yes");
        Assert.Equal("{\"on\":1}", await came.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        browser.Until("document.querySelector('#payload').textContent === 'on: 1' && document.querySelector(\"[data-topic='home/lamp']\")");
        Assert.Empty(browser.Problems());
    }

    [Theory]
    [InlineData("wearable/v1/bear/tele/heart", false, "client id \"bear\" expected")]
    [InlineData("wearable/v1/bear/nonsense", false, "not one of the contract")]
    [InlineData("wearable/v1/bear/cmd/mute", true, "never retained")]
    [InlineData("wearable/v1/bear/turn/done", false, "only the gateway")]
    [InlineData("home/#", false, "without + and #")]
    [InlineData("$SYS/x", false, "not beginning with $")]
    [InlineData("", false, "1 to 256 bytes")]
    public async Task A_wrong_topic_is_refused_with_its_reason(string topic, bool retain, string why)
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        HttpResponseMessage answer = await gateway.Http.PostAsJsonAsync("/api/topics/publish", new { topic, payload = "1", retain, qos = 1 }, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(why, JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement.GetProperty("error").GetString());
    }

    [Fact]
    public async Task Another_web_site_cannot_publish()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        const string Body = "{\"topic\":\"home/lamp\",\"payload\":\"1\",\"retain\":false,\"qos\":0}";
        using StringContent plain = new(Body, Encoding.UTF8, "text/plain"); // what a page may send elsewhere without being asked
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await gateway.Http.PostAsync("/api/topics/publish", plain, TestContext.Current.CancellationToken)).StatusCode);
        using HttpRequestMessage foreign = new(HttpMethod.Post, "/api/topics/publish") { Content = new StringContent(Body, Encoding.UTF8, "application/json") };
        foreign.Headers.Add("Sec-Fetch-Site", "cross-site");
        Assert.Equal(HttpStatusCode.Forbidden, (await gateway.Http.SendAsync(foreign, TestContext.Current.CancellationToken)).StatusCode);
        Assert.DoesNotContain(gateway.Get<TopicBook>().Since(0).Topics, topic => topic.Topic == "home/lamp");
    }

    [Fact]
    public async Task Topics_beyond_the_limit_are_counted_only_and_each_keeps_its_last_messages()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        IMqttClient tool = await gateway.ConnectAsync("tool");
        for (int i = 0; i < TopicBook.MessagesPerTopic + 5; i++)
        {
            await tool.TellAsync("home/one", i.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        for (int i = 0; i < TopicBook.MostTopics + 2; i++)
        {
            await tool.TellAsync($"home/many/{i}", new string('x', 2000));
        }

        TopicBook book = gateway.Get<TopicBook>();
        Assert.Equal((TopicBook.MostTopics, 3), (book.Since(0).Topics.Count, book.Since(0).Beyond));
        Assert.Equal(TopicBook.MessagesPerTopic, book.HistoryOf("home/one").Count);
        Assert.Equal("54", book.HistoryOf("home/one")[0].Payload);
        Assert.Equal((TopicBook.PayloadBytes, 2000), (book.HistoryOf("home/many/0")[0].Payload.Length, book.HistoryOf("home/many/0")[0].Bytes));
        Assert.Empty(book.Since(book.Since(0).Sequence).Topics);
    }
}
