using Wearable.Simulator.Link;
using Wearable.Simulator.Time;

namespace Wearable.Simulator.Tests.Link;

public class LossyNetworkTests
{
    [Fact]
    public void It_is_up_only_after_joining()
    {
        VirtualClock clock = new();
        LossyNetwork network = new(clock);
        clock.Sleep(10_000);
        Assert.False(network.IsUp);
        Assert.Equal(0, network.RssiDbm);
        network.BeginJoin();
        clock.Sleep(LossyNetwork.JoinMs - 1);
        Assert.False(network.IsUp);
        network.BeginJoin();
        clock.Sleep(1);
        Assert.True(network.IsUp);
        Assert.Equal(LossyNetwork.TypicalRssiDbm, network.RssiDbm);
    }

    [Fact]
    public void After_a_cut_it_comes_back_only_when_restored_and_joined_again()
    {
        VirtualClock clock = new();
        LossyNetwork network = Joined(clock, 0, null);
        network.Cut();
        Assert.False(network.IsUp);
        network.BeginJoin();
        clock.Sleep(1000);
        Assert.False(network.IsUp);
        network.Restore();
        clock.Sleep(1000);
        Assert.False(network.IsUp);
        network.BeginJoin();
        clock.Sleep(LossyNetwork.JoinMs);
        Assert.True(network.IsUp);
        Assert.Equal(1, network.Outages);
    }

    [Fact]
    public void The_same_seed_fails_at_the_same_times()
    {
        string History(int seed)
        {
            VirtualClock clock = new();
            LossyNetwork network = Joined(clock, seed, new OutagePlan(5000, 800));
            System.Text.StringBuilder history = new();
            for (int i = 0; i < 6000; i++)
            {
                bool up = network.IsUp;
                history.Append(up ? 'u' : 'd');
                if (!up)
                {
                    network.BeginJoin();
                }

                clock.Sleep(10);
            }

            return history.ToString();
        }

        string first = History(11);
        Assert.Equal(first, History(11));
        Assert.NotEqual(first, History(12));
        Assert.Contains("ud", first);
        Assert.Contains("du", first);
    }

    [Fact]
    public void A_plan_fails_about_as_often_as_it_says()
    {
        VirtualClock clock = new();
        LossyNetwork network = Joined(clock, 1, new OutagePlan(9000, 1000));
        clock.Sleep(10_000_000);
        Assert.False(network.IsUp && network.Outages == 0);
        Assert.InRange(network.Outages, 900, 1100);
    }

    private static LossyNetwork Joined(VirtualClock clock, int seed, OutagePlan? plan)
    {
        LossyNetwork network = new(clock, seed, plan);
        network.BeginJoin();
        clock.Sleep(LossyNetwork.JoinMs);
        return network;
    }
}
