using Wearable.Workloads.Faults;

namespace Wearable.Simulator.Tests;

/// <summary>A short run of the fault script; <c>-- faults</c> of the bench is the long one.</summary>
public class FaultScriptTests
{
    public static TheoryData<FaultKind> Kinds => [.. Enum.GetValues<FaultKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_wearable_is_back_after_a_fault_and_lost_nothing_beyond_its_limits(FaultKind kind)
    {
        foreach (int seed in (int[])[1, 2])
        {
            FaultResult result = FaultRun.Run(kind, seed);
            Assert.True(result.IsGood, result.ToString());
            Assert.True(result.Events > 0, result.ToString());
        }
    }

    [Fact]
    public void A_broker_that_is_away_costs_messages_and_the_wearable_says_how_many()
    {
        FaultResult result = Enumerable.Range(1, 50).Select(seed => FaultRun.Run(FaultKind.BrokerRestart, seed)).First(run => run.Lost > 0);
        Assert.True(result.ToldDropped >= result.Lost, result.ToString());
    }

    [Fact]
    public void The_same_seed_is_the_same_run()
    {
        Assert.Equal(FaultRun.Run(FaultKind.WifiFlapping, 3), FaultRun.Run(FaultKind.WifiFlapping, 3));
    }
}
