using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using MQTTnet;
using Wearable.Contract;
using Wearable.Gateway.Dashboard;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Speech;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests.Dashboard;

public sealed class DashboardApiTests
{
    [Fact]
    public async Task Devices_are_shown_as_agreed()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        Topics topics = new("bear");
        IMqttClient bear = await gateway.WearableAsync("bear");
        await bear.TellAsync(topics.Status, StatusMessage.Online);
        JsonElement fresh = (await gateway.Http.GetFromJsonAsync<JsonElement>("/api/devices"))[0];
        Assert.Equal(JsonValueKind.Null, fresh.GetProperty("heart").ValueKind);
        await bear.TellAsync(topics.Info, Say.Bytes(new InfoMessage { Board = "simulator", FirmwareVersion = "0.1.0", Words = "computer", Thresholds = [60], Codecs = [0, 30] }, 1));
        await bear.TellAsync(topics.State, Say.Bytes(new StateMessage { Mode = 0, Microphone = 1 }, 2));
        await bear.TellAsync(topics.Heart, Say.Bytes(Say.Heart(723), 3));
        await bear.TellAsync(topics.DeviceHealth, Say.Bytes(new DeviceHealthMessage { FreeHeapBytes = 90_000, ResetReason = "power" }, 4));
        TurnMessage turn = new() { TurnId = "ab-1" };
        (turn.Reached[0], turn.StageMs[0]) = (true, 540);
        await gateway.Get<IDeviceSender>().PublishTurnAsync("bear", TurnPhases.Speech, turn);
        JsonElement device = (await gateway.Http.GetFromJsonAsync<JsonElement>("/api/devices"))[0];
        Assert.Equal(
            ("bear", true, "idle", "wake", "up", "simulator", "0.1.0", "computer"),
            (Text(device, "id"), device.GetProperty("online").GetBoolean(), Text(device, "mode"), Text(device, "mic"), Text(device, "link"), Text(device, "board"), Text(device, "fw"), Text(device, "words")));
        Assert.Equal((72.3, "ok"), (device.GetProperty("heart").GetProperty("bpm").GetDouble(), Text(device.GetProperty("heart"), "st")));
        Assert.Equal(90_000, device.GetProperty("health").GetProperty("heap").GetInt32());
        Assert.Equal(("ab-1", "speech", 540), (Text(device.GetProperty("turn"), "sid"), Text(device.GetProperty("turn"), "phase"), device.GetProperty("turn").GetProperty("stages").GetProperty("end_ms").GetInt32()));
        Assert.True(device.GetProperty("lastSeen").GetInt64() > 0);
    }

    [Fact]
    public async Task Heart_comes_as_columns_with_gaps()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        IMqttClient bear = await gateway.WearableAsync("bear");
        await bear.TellAsync(new Topics("bear").Heart, Say.Bytes(Say.Heart(723, quality: 88), 1));
        await bear.TellAsync(new Topics("bear").Heart, Say.Bytes(Say.Heart(null), 2));
        string json = await gateway.Http.GetStringAsync("/api/heart?device=bear&minutes=5");
        Assert.EndsWith(""","bpm":[72.3,null],"q":[88,0],"st":["ok","no_contact"]}""", json, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refusals_and_turns_can_be_looked_up()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        IMqttClient bear = await gateway.WearableAsync("bear");
        await bear.TellAsync(new Topics("bear").Heart, "{");
        await gateway.Get<IDeviceSender>().PublishTurnAsync("bear", TurnPhases.Failed, new TurnMessage { TurnId = "ab-1", Why = "no-speech" });
        JsonElement refusals = await gateway.Http.GetFromJsonAsync<JsonElement>("/api/refusals");
        Assert.Equal(1, refusals.GetProperty("total").GetInt32());
        Assert.Equal("wearable/v1/bear/tele/heart", Text(refusals.GetProperty("recent")[0], "topic"));
        JsonElement turns = await gateway.Http.GetFromJsonAsync<JsonElement>("/api/turns?device=bear&limit=5");
        Assert.Equal(("failed", "no-speech"), (Text(turns[0], "phase"), Text(turns[0], "why")));
    }

    [Theory]
    [InlineData("/api/heart", "device: ")]
    [InlineData("/api/heart?device=../x", "device: ")]
    [InlineData("/api/heart?device=bear&minutes=0", "minutes: ")]
    [InlineData("/api/heart?device=bear&minutes=NaN", "minutes: ")]
    [InlineData("/api/heart?device=bear&minutes=1e99", "minutes: ")]
    [InlineData("/api/turns?device=A", "device: ")]
    [InlineData("/api/turns?limit=501", "limit: 1 to 500 expected")]
    [InlineData("/api/speech", "text: 1 to 300 characters expected")]
    public async Task A_wrong_question_is_answered_with_one_sentence(string path, string sentence)
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        HttpResponseMessage answer = await gateway.Http.GetAsync(path);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.StartsWith(sentence, Text(await answer.Content.ReadFromJsonAsync<JsonElement>(), "error"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Speech_is_a_WAV_file_when_there_is_a_voice()
    {
        await using TestGateway silent = await TestGateway.StartAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await silent.Http.GetAsync("/api/speech?text=hello")).StatusCode);
        await using TestGateway gateway = await TestGateway.StartAsync(services: s => s.AddSingleton<ITextToSpeech>(new Beep()));
        HttpResponseMessage answer = await gateway.Http.GetAsync("/api/speech?text=hello&voice=beep");
        Assert.Equal("audio/wav", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(44 + (2 * 5), (await answer.Content.ReadAsByteArrayAsync()).Length);
        HttpResponseMessage other = await gateway.Http.GetAsync("/api/speech?text=hello&voice=bass");
        Assert.Equal((HttpStatusCode.BadRequest, "voice: one of beep expected"), (other.StatusCode, Text(await other.Content.ReadFromJsonAsync<JsonElement>(), "error")));
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("[::1]", true)]
    [InlineData("192.168.1.20", true)]
    [InlineData("localhost", true)]
    [InlineData("raspberrypi", true)]
    [InlineData("raspberrypi.local", true)]
    [InlineData("evil.com", false)]
    [InlineData("local.evil.com", false)]
    [InlineData("127.0.0.1.evil.com", false)]
    public void Only_names_no_one_can_buy_are_local(string host, bool local) => Assert.Equal(local, RequestGuard.IsLocalName(host));

    [Fact]
    public async Task Other_sites_get_nothing()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        using HttpRequestMessage rebound = new(HttpMethod.Get, "/api/devices") { Headers = { Host = "evil.com" } };
        using HttpRequestMessage crossSite = new(HttpMethod.Get, "/api/devices") { Headers = { { "Sec-Fetch-Site", "cross-site" } } };
        using HttpRequestMessage own = new(HttpMethod.Get, "/api/devices") { Headers = { { "Sec-Fetch-Site", "same-origin" } } };
        Assert.Equal(HttpStatusCode.Forbidden, (await gateway.Http.SendAsync(rebound)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await gateway.Http.SendAsync(crossSite)).StatusCode);
        HttpResponseMessage answer = await gateway.Http.SendAsync(own);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("default-src 'self'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
    }

    [Fact]
    public async Task The_chart_library_is_served_from_the_model_folder_and_nothing_beside_it()
    {
        string folder = TestGateway.NewFolder();
        Directory.CreateDirectory(Path.Combine(folder, "dist"));
        await File.WriteAllTextAsync(Path.Combine(folder, "dist", "uPlot.min.css"), "css");
        await File.WriteAllTextAsync(Path.Combine(folder, "secret.css"), "secret");
        try
        {
            await using TestGateway gateway = await TestGateway.StartAsync(services: s => s.AddSingleton(new DashboardFiles(Path.Combine(folder, "dist"))));
            Assert.Equal("css", await gateway.Http.GetStringAsync("/lib/uplot/uPlot.min.css"));
            Assert.Equal(HttpStatusCode.NotFound, (await gateway.Http.GetAsync("/lib/uplot/%2e%2e/secret.css")).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await gateway.Http.GetAsync("/lib/uplot/..%2fsecret.css")).StatusCode);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private sealed class Beep : ITextToSpeech
    {
        public IReadOnlyList<string> Voices => ["beep"];

        public Task<SpokenText> SpeakAsync(string text, SpeakingStyle? style = null, CancellationToken cancellation = default) =>
            Task.FromResult(new SpokenText(SpokenOutcome.Spoken, new short[text.Length], "", TimeSpan.Zero));
    }
}
