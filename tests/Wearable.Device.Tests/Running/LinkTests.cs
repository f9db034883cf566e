using System.Text;
using nanoFramework.TestFramework;
using Wearable.Contract;
using Wearable.Firmware;
using Wearable.Firmware.Board;
using Wearable.Firmware.Link;

namespace Wearable.DeviceTests
{
    /// <summary>The queue in front of the connection, the way back after a loss, and commands.</summary>
    [TestClass]
    public class LinkTests
    {
        [TestMethod]
        public static void What_the_link_does_not_take_waits_in_order_and_the_least_worth_goes_first()
        {
            FakeClock clock = new FakeClock();
            FakeLink link = new FakeLink();
            link.State = LinkState.Up;
            link.Takes = false;
            EventPublisher publisher = new EventPublisher(link, clock, 42);
            HeartMessage heart = new HeartMessage();
            OccurrenceMessage fault = new OccurrenceMessage();
            fault.What = "short";
            fault.Count = 1;
            for (int n = 0; n < EventPublisher.Capacity; n++)
            {
                publisher.Publish("heart", heart, 0, false, Priority.Telemetry);
            }

            publisher.Publish("fault", fault, 1, false, Priority.Event);
            Check.Equal(EventPublisher.Capacity, publisher.Waiting, "waiting");
            Check.Equal(1, publisher.Dropped, "dropped");
            link.Takes = true;
            for (int n = 0; n < 10; n++)
            {
                publisher.Flush();
            }

            Check.Equal(EventPublisher.Capacity, link.Count, "sent");
            Check.Contains("\"b\":42,\"n\":2,", Encoding.UTF8.GetString(link.Payload(0), 0, link.Payload(0).Length), "the oldest reading was dropped");
            Check.Text("fault", link.Topic(EventPublisher.Capacity - 1), "the event is last");
        }

        [TestMethod]
        public static void Only_the_newest_retained_message_of_a_topic_waits()
        {
            FakeLink link = new FakeLink();
            EventPublisher publisher = new EventPublisher(link, new FakeClock(), 1);
            StateMessage state = new StateMessage();
            publisher.Publish("state", state, 1, true, Priority.Report);
            state.Mode = 2;
            publisher.Publish("state", state, 1, true, Priority.Report);
            Check.Equal(1, publisher.Waiting, "waiting");
            link.State = LinkState.Up;
            publisher.Flush();
            Check.Contains("\"mode\":\"streaming\"", link.Last("state"), "the newest");
            Check.True(link.Retained(0), "retained");
        }

        [TestMethod]
        public static void An_event_without_acknowledgement_goes_out_again_when_the_connection_is_new()
        {
            FakeLink link = new FakeLink();
            link.State = LinkState.Up;
            link.Acknowledges = false;
            EventPublisher publisher = new EventPublisher(link, new FakeClock(), 42);
            OccurrenceMessage fault = new OccurrenceMessage();
            fault.What = "short";
            fault.Count = 1;
            publisher.Publish("fault", fault, 1, false, Priority.Event);
            publisher.Flush();
            Check.Equal(1, link.Count, "sent once");
            link.Acknowledges = true;
            publisher.SendAgain();
            publisher.Flush();
            publisher.Flush();
            Check.Equal(2, link.Count, "sent again");
            Check.Contains("\"b\":42,\"n\":1,", link.Last("fault"), "with its number");
            Check.Equal(0, publisher.Waiting, "acknowledged");
        }

        [TestMethod]
        public static void Tries_come_later_and_later_up_to_five_seconds()
        {
            FakeBoard board = new FakeBoard();
            FakeLink link = new FakeLink();
            link.Refuses = true;
            ConnectionKeeper keeper = new ConnectionKeeper(board, link, new LinkOptions(), 7);
            int early = Tries(keeper, link, 0, 10000);
            int late = Tries(keeper, link, 600000, 60000);
            Check.Between(4, 6, early, "tries in the first 10 s");
            Check.Between(9, 16, late, "tries in a later minute"); // 3.75 to 6.25 s apart
            link.Refuses = false;
            Tries(keeper, link, 700000, 60000);
            Check.Equal((int)LinkState.Up, (int)link.State, "connected");
        }

        [TestMethod]
        public static void A_command_too_old_is_refused_and_a_damaged_one_is_a_fault()
        {
            FakeClock clock = new FakeClock();
            clock.WallMs = 1767225600000;
            FakeLink link = new FakeLink();
            link.State = LinkState.Up;
            EventPublisher publisher = new EventPublisher(link, clock, 1);
            FaultLog faults = new FaultLog(publisher, clock, "fault");
            CommandReader reader = new CommandReader(publisher, clock, faults, "ack");
            LinkMessage message = new LinkMessage();
            Put(message, "{\"id\":\"g-1\",\"ts\":1767225590000,\"ttl\":1000}");
            Check.True(!reader.TryRead("stop", message), "expired");
            Check.Contains("\"code\":\"expired\",\"text\":\"10000 ms old, 1000 allowed\"", link.Last("ack"), "acknowledgement");
            Put(message, "{\"id\":\"g-2\",\"ts\":1767225599000,\"ttl\":5000}");
            Check.True(reader.TryRead("stop", message), "fresh");
            Put(message, "{\"id\":\"g-3\"");
            Check.True(!reader.TryRead("stop", message), "damaged");
            Check.Contains("\"what\":\"bad-message\"", link.Last("fault"), "fault");
        }

        [TestMethod]
        public static void Settings_survive_a_restart_and_a_damaged_file_does_not_harm()
        {
            FakeBoard board = new FakeBoard();
            IStorage storage = board;
            Settings settings = new Settings();
            SettingsStore store = new SettingsStore(settings, storage);
            byte[] wish = Encoding.UTF8.GetBytes("{\"v\":3,\"volume_percent\":33,\"max_think_ms\":1,\"colour\":2}");
            store.Take(wish, wish.Length);
            Settings next = new Settings();
            new SettingsStore(next, storage);
            Check.Equal(33, next.Get(Settings.VolumePercent), "volume after a restart");
            Check.Equal(20000, next.Get(Settings.MaxThinkMs), "what was out of range");
            FakeLink link = new FakeLink();
            link.State = LinkState.Up;
            store.Report(new EventPublisher(link, new FakeClock(), 1), "cfg");
            Check.Contains("\"refused\":\"max_think_ms,colour\"", link.Last("cfg"), "report");
            storage.Write("settings.json", new byte[] { 1, 2, 3 });
            new SettingsStore(next, storage);
            Check.True(storage.Read("settings.json") == null, "the damaged file is gone");
        }

        private static void Put(LinkMessage message, string json)
        {
            message.Payload = Encoding.UTF8.GetBytes(json);
            message.Length = message.Payload.Length;
        }

        private static int Tries(ConnectionKeeper keeper, FakeLink link, long fromMs, int spanMs)
        {
            int before = link.Connects;
            for (long now = fromMs; now < fromMs + spanMs; now += 20)
            {
                keeper.Step(now);
            }

            return link.Connects - before;
        }
    }
}
