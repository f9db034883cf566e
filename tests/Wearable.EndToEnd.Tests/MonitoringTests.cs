using System.Text.Json;
using System.Text.RegularExpressions;
using Wearable.Contract;
using Wearable.Gateway.Demo;

namespace Wearable.EndToEnd.Tests;

/// <summary>Every number that the Grafana dashboard and the alert rules ask for is one that a gateway with a conversation behind it really tells.</summary>
public sealed partial class MonitoringTests
{
    // Functions, labels and words of PromQL are no metrics: a metric's name has two parts at least and stands in none of them.
    private static readonly HashSet<string> NoMetrics = ["histogram_quantile", "label_values", "wearable_id", "wearable_turn_outcome", "wearable_turn_stage", "cpu_mode"];

    [Fact]
    public async Task Dashboard_and_rules_ask_only_for_what_is_told()
    {
        await using House house = await House.StartAsync();
        SpokenTurn spoken = await house.Demo.Person.SayAsync(DemoScript.Lines[0].Say, CancellationToken.None);
        Assert.Equal(TurnPhases.Done, spoken.Turn?.Outcome);
        await house.Demo.TrustedPulseAsync(house.Wearable, TimeSpan.FromSeconds(40), CancellationToken.None);
        using HttpClient http = new() { BaseAddress = house.Demo.Ports.Page };
        string[] wanted = [.. Asked().SelectMany(expression => Name().Matches(expression).Select(match => match.Value)).Where(name => !NoMetrics.Contains(name)).Distinct()];
        Assert.InRange(wanted.Length, 15, 60);
        HashSet<string> told = [];
        // Device health comes every 30 s.
        await house.Wearable.ReachesAsync(() => wanted.ToHashSet().IsSubsetOf(told = Told(http)), TimeSpan.FromSeconds(40));
        Assert.Empty(wanted.Except(told));
        string page = await http.GetStringAsync("/metrics");
        Assert.Contains("service_name=\"wearable-gateway\"", page, StringComparison.Ordinal);
        Assert.Contains("gen_ai_provider_name=\"wearable\"", page, StringComparison.Ordinal);
        Assert.Matches("messaging_client_consumed_messages_total\\{.*messaging_system=\"mqtt\"", page);
    }

    private static HashSet<string> Told(HttpClient http) =>
        [.. http.GetStringAsync("/metrics").GetAwaiter().GetResult().Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split('{', ' ')[0])];

    private static IEnumerable<string> Asked()
    {
        string deploy = Path.Combine(Root(), "deploy");
        using JsonDocument dashboard = JsonDocument.Parse(File.ReadAllText(Path.Combine(deploy, "grafana", "dashboards", "wearable.json")));
        foreach (JsonElement panel in dashboard.RootElement.GetProperty("panels").EnumerateArray())
        {
            foreach (JsonElement target in panel.GetProperty("targets").EnumerateArray())
            {
                yield return target.GetProperty("expr").GetString()!;
            }
        }

        foreach (Match rule in Expression().Matches(File.ReadAllText(Path.Combine(deploy, "rules.yml"))))
        {
            yield return rule.Groups[1].Value;
        }
    }

    private static string Root()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Wearable.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("Wearable.sln was not found above " + AppContext.BaseDirectory);
    }

    [GeneratedRegex("(?<![\"a-z_])[a-z][a-z0-9]*(?:_[A-Za-z0-9]+)+")]
    private static partial Regex Name();

    [GeneratedRegex("^\\s*expr: (.*)$", RegexOptions.Multiline)]
    private static partial Regex Expression();
}
