using Wearable.Bench.Cluster;

namespace Wearable.EndToEnd.Tests;

/// <summary>Two gateways with their real models, mosquitto and PostgreSQL; one gateway is killed without a word and started again. The bench does it with three and a thousand wearables.</summary>
public sealed class ClusterTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_gateway_that_is_killed_loses_no_event_and_leaves_nobody_without_an_answer()
    {
        ClusterResult result = await ClusterScenario.RunAsync(new ClusterPlan(Gateways: 2, Wearables: 20, Talkers: 2)
        {
            Probes = 10, TellsEvery = TimeSpan.FromSeconds(1), Before = TimeSpan.FromSeconds(5), Log = output.WriteLine,
        });
        output.WriteLine(result.ToString());
        Assert.True(result.Acknowledged > 100);
        Assert.Equal((0, 0), (result.Lost, result.Doubled));
        Assert.Equal((0, 0), (result.Unanswered, result.Silent));
        Assert.True(result.Answered > 0);
        Assert.True(result.Spread, result.Homes);
    }
}
