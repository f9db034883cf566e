using System.Net.Http.Json;
using System.Text.Json;
using MQTTnet;
using Wearable.Contract;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests.Observability;

/// <summary>What monitoring and tool makers read.</summary>
public sealed class MetricsTests
{
    [Fact]
    public async Task Prometheus_reads_each_wearables_health_and_no_heart_rate_without_a_finger()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        string id = "m" + Guid.NewGuid().ToString("N")[..8]; // other tests' gateways are seen by the same library
        IMqttClient bear = await gateway.WearableAsync(id);
        Topics topics = new(id);
        await bear.TellAsync(topics.Status, StatusMessage.Online);
        await bear.TellAsync(topics.DeviceHealth, Say.Bytes(new DeviceHealthMessage { FreeHeapBytes = 90_000, WorstLoopMs = 96, ResetReason = "power" }, 1));
        await bear.TellAsync(topics.Heart, Say.Bytes(Say.Heart(null), 2));
        string page = await gateway.Http.GetStringAsync("/metrics");
        string[] mine = [.. page.Split('\n').Where(line => line.Contains($"wearable_id=\"{id}\"", StringComparison.Ordinal))];
        Assert.Contains(mine, line => line.StartsWith("wearable_online", StringComparison.Ordinal) && Value(line) == "1");
        Assert.Contains(mine, line => line.StartsWith("wearable_heap_free_bytes", StringComparison.Ordinal) && Value(line) == "90000");
        Assert.Contains(mine, line => line.StartsWith("wearable_loop_longest_seconds", StringComparison.Ordinal) && Value(line) == "0.096");
        Assert.Contains(mine, line => line.StartsWith("wearable_messages_received", StringComparison.Ordinal) && Value(line) == "3");
        Assert.DoesNotContain(mine, line => line.StartsWith("wearable_heart_rate", StringComparison.Ordinal));
        Assert.DoesNotContain(mine, line => line.StartsWith("wearable_battery", StringComparison.Ordinal)); // it told none
    }

    [Fact]
    public async Task OpenApi_document_names_every_path_of_the_api()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        JsonElement document = await gateway.Http.GetFromJsonAsync<JsonElement>("/api/openapi.json");
        string[] paths = [.. document.GetProperty("paths").EnumerateObject().Select(path => path.Name)];
        Assert.Superset(new HashSet<string> { "/api/devices", "/api/heart", "/api/turns", "/api/topics/publish", "/api/talk", "/api/about", "/api/memory/{device}", "/api/memory/{device}/{number}" }, paths.ToHashSet());
    }

    private static string Value(string line) => line.Split(' ') is [_, string value, ..] ? value : "";
}
