using Wearable.Contract;
using Wearable.Firmware.Board;
using Wearable.Firmware.Link;

namespace Wearable.Firmware.Tests.Running;

/// <summary>Store and forward, and coming back.</summary>
public sealed class LinkTests
{
    [Fact]
    public void What_the_link_does_not_take_waits_in_order()
    {
        (FakeBoard board, EventPublisher publisher) = Publisher();
        board.LinkTakes = false;
        for (int i = 0; i < 5; i++)
        {
            publisher.Publish($"x/{i}", new WakeMessage { TurnId = "t", Word = "w" }, 1, false, Priority.Event);
        }

        Assert.Equal(5, publisher.Waiting);
        board.LinkTakes = true;
        publisher.Flush();
        publisher.Flush();
        Assert.Equal(["x/0", "x/1", "x/2", "x/3", "x/4"], board.Published.Select(p => p.Topic));
        Assert.Equal(0, publisher.Dropped);
    }

    [Fact]
    public void A_full_queue_drops_the_oldest_reading_and_never_a_wake_for_one()
    {
        (FakeBoard board, EventPublisher publisher) = Publisher();
        board.LinkTakes = false;
        publisher.Publish("wake/0", new WakeMessage { TurnId = "t", Word = "w" }, 1, false, Priority.Event);
        for (int i = 0; i < 100; i++)
        {
            publisher.Publish($"heart/{i}", new HeartMessage(), 0, false, Priority.Telemetry);
        }

        publisher.Publish("wake/1", new WakeMessage { TurnId = "t", Word = "w" }, 1, false, Priority.Event);
        board.LinkTakes = true;
        for (int i = 0; i < 20; i++)
        {
            publisher.Flush();
        }

        string[] topics = [.. board.Published.Select(p => p.Topic)];
        Assert.Equal("wake/0", topics[0]);
        Assert.Equal("wake/1", topics[^1]);
        Assert.Equal("heart/99", topics[^2]);
        Assert.Equal(EventPublisher.Capacity, topics.Length);
        Assert.Equal(102 - EventPublisher.Capacity, publisher.Dropped);
    }

    [Fact]
    public void Of_a_retained_topic_only_the_newest_waits()
    {
        (FakeBoard board, EventPublisher publisher) = Publisher();
        board.LinkTakes = false;
        for (int mode = 0; mode < 5; mode++)
        {
            publisher.Publish("state", new StateMessage { Mode = mode, Microphone = 1 }, 1, true, Priority.Report);
        }

        Assert.Equal(1, publisher.Waiting);
        board.LinkTakes = true;
        publisher.Flush();
        Assert.Contains("speaking", board.Texts("state").Single());
    }

    [Fact]
    public void A_refusing_broker_is_tried_again_later_and_later_up_to_five_seconds()
    {
        long[] tries = Tries(seed: 3, forMs: 200_000);
        long[] waits = [.. tries.Zip(tries.Skip(1), (a, b) => b - a)];
        long nominal = ConnectionKeeper.FirstWaitMs;
        foreach (long wait in waits)
        {
            Assert.InRange(wait, (nominal * 3 / 4) - 20, (nominal * 5 / 4) + 40);
            nominal = Math.Min(nominal * 2, ConnectionKeeper.LongestWaitMs);
        }

        Assert.True(waits.Length >= 9);
    }

    [Fact]
    public void Waits_are_spread_by_the_seed_and_repeat_with_it()
    {
        Assert.Equal(Tries(seed: 3, forMs: 60_000), Tries(seed: 3, forMs: 60_000));
        Assert.NotEqual(Tries(seed: 3, forMs: 60_000), Tries(seed: 4, forMs: 60_000));
    }

    private static long[] Tries(int seed, int forMs)
    {
        FakeBoard board = new() { Refuses = true };
        ConnectionKeeper keeper = new(board, board, new LinkOptions(), seed);
        List<long> tries = [];
        for (long now = 0; now < forMs; now += 20)
        {
            int before = board.Connects;
            keeper.Step(now);
            if (board.Connects > before)
            {
                tries.Add(now);
            }
        }

        return [.. tries];
    }

    private static (FakeBoard Board, EventPublisher Publisher) Publisher()
    {
        FakeBoard board = new() { LinkNow = LinkState.Up };
        return (board, new EventPublisher(board, board, 42));
    }
}
