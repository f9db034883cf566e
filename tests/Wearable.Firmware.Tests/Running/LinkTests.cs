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

    [Fact]
    public void An_event_without_acknowledgement_goes_out_again_with_its_number_when_the_connection_is_new()
    {
        (FakeBoard board, EventPublisher publisher) = Publisher();
        board.Acknowledges = false;
        publisher.Publish("wake/0", Wake(), 1, false, Priority.Event);
        publisher.Publish("heart", new HeartMessage(), 0, false, Priority.Telemetry);
        publisher.Publish("wake/1", Wake(), 1, false, Priority.Event);
        publisher.Flush();
        Assert.Equal(["wake/0", "heart", "wake/1"], board.Published.Select(p => p.Topic));
        Assert.Equal(2, publisher.Waiting);
        board.Acknowledges = true;
        publisher.SendAgain();
        publisher.Flush();
        publisher.Flush();
        Assert.Equal(["wake/0", "heart", "wake/1", "wake/0", "wake/1"], board.Published.Select(p => p.Topic));
        Assert.Equal(board.Texts("wake/0")[0], board.Texts("wake/0")[1]);
        Assert.Equal(0, publisher.Waiting);
    }

    [Fact]
    public void Five_seconds_without_acknowledgement_are_enough_on_the_same_connection()
    {
        (FakeBoard board, EventPublisher publisher) = Publisher();
        board.Acknowledges = false;
        publisher.Publish("wake/0", Wake(), 1, false, Priority.Event);
        board.NowMs += EventPublisher.AcknowledgeMs - 1;
        publisher.Flush();
        Assert.Single(board.Published);
        board.NowMs++;
        publisher.Flush();
        Assert.Equal(2, board.Published.Count);
        publisher.Flush();
        Assert.Equal(2, board.Published.Count);
    }

    [Fact]
    public void Nothing_overtakes_what_goes_out_again()
    {
        (FakeBoard board, EventPublisher publisher) = Publisher();
        board.Acknowledges = false;
        publisher.Publish("wake/0", Wake(), 1, false, Priority.Event);
        publisher.SendAgain();
        publisher.Publish("wake/1", Wake(), 1, false, Priority.Event);
        publisher.Flush();
        Assert.Equal(["wake/0", "wake/0", "wake/1"], board.Published.Select(p => p.Topic));
    }

    [Fact]
    public void A_late_acknowledgement_ends_the_repeating()
    {
        (FakeBoard board, EventPublisher publisher) = Publisher();
        publisher.Publish("wake/0", Wake(), 1, false, Priority.Event);
        publisher.SendAgain();
        publisher.Flush();
        Assert.Single(board.Published);
        Assert.Equal(0, publisher.Waiting);
    }

    [Fact]
    public void A_newer_state_makes_the_older_one_on_its_way_unneeded()
    {
        (FakeBoard board, EventPublisher publisher) = Publisher();
        board.Acknowledges = false;
        publisher.Publish("state", new StateMessage { Microphone = 1 }, 1, true, Priority.Report);
        publisher.Publish("state", new StateMessage { Microphone = 2 }, 1, true, Priority.Report);
        publisher.SendAgain();
        publisher.Flush();
        Assert.Equal(3, board.Published.Count);
        Assert.Equal(board.Texts("state")[1], board.Texts("state")[2]);
    }

    [Fact]
    public void A_queue_full_of_what_is_on_its_way_gives_up_the_oldest_reading_first_and_says_so()
    {
        (FakeBoard board, EventPublisher publisher) = Publisher();
        board.Acknowledges = false;
        publisher.Publish("ack", new AckMessage { CommandId = "c-1" }, 1, false, Priority.Report);
        for (int i = 0; i < EventPublisher.Capacity; i++)
        {
            publisher.Publish($"wake/{i}", Wake(), 1, false, Priority.Event);
        }

        Assert.Equal(EventPublisher.Capacity, publisher.Waiting);
        Assert.Equal(1, publisher.Dropped);
        int before = board.Published.Count;
        publisher.SendAgain();
        for (int i = 0; i < 10; i++)
        {
            publisher.Flush();
        }

        Assert.Equal(Enumerable.Range(0, EventPublisher.Capacity).Select(i => $"wake/{i}"), board.Published.Skip(before).Select(p => p.Topic));
    }

    [Fact]
    public void A_ticket_is_found_by_the_packet_id_of_this_connection_only()
    {
        TicketBook book = new();
        book.Sent(1, 100);
        book.Sent(2, 200);
        book.Delivered(2);
        book.GaveUp(1);
        book.Delivered(1);
        Assert.True(book.TryTake(out int ticket));
        Assert.Equal(200, ticket);
        Assert.False(book.TryTake(out _));
        book.Sent(3, 300);
        book.Clear();
        book.Delivered(3);
        Assert.False(book.TryTake(out _));
    }

    [Fact]
    public void A_full_ticket_book_forgets_the_oldest()
    {
        TicketBook book = new();
        for (int i = 0; i <= TicketBook.Capacity; i++)
        {
            book.Sent(i, i);
        }

        for (int i = 0; i <= TicketBook.Capacity; i++)
        {
            book.Delivered(i);
        }

        List<int> taken = [];
        while (book.TryTake(out int ticket))
        {
            taken.Add(ticket);
        }

        Assert.Equal(Enumerable.Range(1, TicketBook.Capacity), taken);
    }

    private static WakeMessage Wake() => new() { TurnId = "t", Word = "w" };

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
