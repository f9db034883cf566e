using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Wearable.Gateway.Brain;
using Wearable.Gateway.Safety;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests.Brain;

/// <summary>What a wearable was asked to remember, over HTTP.</summary>
public sealed class MemoryApiTests
{
    private const string Bear = "/api/memory/bear";

    [Fact]
    public async Task Facts_are_kept_shown_corrected_and_deleted()
    {
        await using TestGateway gateway = await GrownUpAsync();
        Assert.Equal(HttpStatusCode.NoContent, (await gateway.Http.PostAsJsonAsync(Bear, new { text = " the cat is called Tom " })).StatusCode);
        await gateway.Http.PostAsJsonAsync(Bear, new { text = "I live in Rome" });
        await gateway.Http.PostAsJsonAsync("/api/memory/glasses", new { text = "the keys are in the drawer" });
        Assert.Equal(["the cat is called Tom", "I live in Rome"], await FactsAsync(gateway));
        Assert.Equal(HttpStatusCode.NoContent, (await gateway.Http.PutAsJsonAsync(Bear + "/1", new { text = "the cat is called Tim" })).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await gateway.Http.DeleteAsync(Bear + "/2")).StatusCode);
        Assert.Equal(["the cat is called Tim"], await FactsAsync(gateway));
        Assert.Equal("""{"count":1}""", await (await gateway.Http.DeleteAsync(Bear)).Content.ReadAsStringAsync());
        Assert.Empty(await FactsAsync(gateway));
        Assert.Equal(["the keys are in the drawer"], gateway.Get<FactMemory>().Of("glasses"));
    }

    [Fact]
    public async Task Nothing_new_is_kept_for_a_child_but_what_is_there_can_be_seen_and_deleted()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        gateway.Get<FactMemory>().Add("bear", "I live in Rome");
        Assert.Contains("switched off for bear", await ErrorAsync(await gateway.Http.PostAsJsonAsync(Bear, new { text = "x" }), HttpStatusCode.BadRequest));
        JsonElement memory = await gateway.Http.GetFromJsonAsync<JsonElement>(Bear);
        Assert.False(memory.GetProperty("remembers").GetBoolean());
        Assert.Equal(["I live in Rome"], await FactsAsync(gateway));
        Assert.Equal(HttpStatusCode.NoContent, (await gateway.Http.DeleteAsync(Bear + "/1")).StatusCode);
        Assert.Empty(await FactsAsync(gateway));
    }

    [Fact]
    public async Task More_than_fifty_facts_are_refused_instead_of_losing_the_oldest()
    {
        await using TestGateway gateway = await GrownUpAsync();
        for (int i = 0; i < FactMemory.MaxFacts; i++)
        {
            gateway.Get<FactMemory>().Add("bear", $"fact {i}");
        }

        Assert.Contains("50 facts are the most", await ErrorAsync(await gateway.Http.PostAsJsonAsync(Bear, new { text = "one more" }), HttpStatusCode.BadRequest));
        Assert.Equal("fact 0", (await FactsAsync(gateway))[0]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("two\nlines")]
    [InlineData(null)]
    public async Task A_fact_without_words_or_of_several_lines_is_refused(string? text)
    {
        await using TestGateway gateway = await GrownUpAsync();
        Assert.Equal("text: 1 to 200 characters on one line expected", await ErrorAsync(await gateway.Http.PostAsJsonAsync(Bear, new { text }), HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task Numbers_and_names_that_are_not_there_are_refused()
    {
        await using TestGateway gateway = await GrownUpAsync();
        Assert.Equal("number: bear has 0 facts, there is no number 3", await ErrorAsync(await gateway.Http.DeleteAsync(Bear + "/3"), HttpStatusCode.NotFound));
        Assert.Equal("number: bear has 0 facts, there is no number 1", await ErrorAsync(await gateway.Http.PutAsJsonAsync(Bear + "/1", new { text = "x" }), HttpStatusCode.NotFound));
        Assert.Contains("device: ", await ErrorAsync(await gateway.Http.GetAsync("/api/memory/..%2Fusers"), HttpStatusCode.BadRequest));
        Assert.Contains("device: ", await ErrorAsync(await gateway.Http.DeleteAsync("/api/memory/Bear"), HttpStatusCode.BadRequest));
    }

    private static Task<TestGateway> GrownUpAsync() => TestGateway.StartAsync(o => o, services =>
        services.AddSingleton(SafetySettingsFile.Parse("""{ "default": { "band": "adult" } }""")));

    private static async Task<string[]> FactsAsync(TestGateway gateway) =>
        [.. (await gateway.Http.GetFromJsonAsync<JsonElement>(Bear)).GetProperty("facts").EnumerateArray().Select(f => f.GetString()!)];

    private static async Task<string> ErrorAsync(HttpResponseMessage answer, HttpStatusCode expected)
    {
        Assert.Equal(expected, answer.StatusCode);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("error").GetString()!;
    }
}
