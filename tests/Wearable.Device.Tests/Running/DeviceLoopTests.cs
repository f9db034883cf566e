using nanoFramework.TestFramework;
using Wearable.Contract;
using Wearable.Firmware;

namespace Wearable.DeviceTests
{
    /// <summary>The whole loop on a fake board: word, speech, answer, and back.</summary>
    [TestClass]
    public class DeviceLoopTests
    {
        private const string Root = "wearable/v1/bear/";
        private const string Up = "wearable-audio/v1/bear/up";

        [TestMethod]
        public static void It_says_who_it_is_and_that_it_is_online()
        {
            FakeBoard board = new FakeBoard();
            board.Run(3);
            Check.Text("online", board.Link.Last(Root + "status"), "status");
            Check.Contains("\"board\":\"fake\"", board.Link.Last(Root + "info"), "info");
            Check.Contains("\"mode\":\"idle\",\"mic\":\"wake\"", board.Link.Last(Root + "state"), "state");
            Check.Contains("\"preroll_ms\":1000", board.Link.Last(Root + "cfg/reported"), "settings");
        }

        [TestMethod]
        public static void A_word_sends_the_pre_roll_complete_and_in_order()
        {
            FakeBoard board = new FakeBoard();
            board.Run(100);
            board.WakeNow = true;
            board.Run(1);
            int first = board.Link.Count;
            Check.Contains("\"word\":\"computer\",\"score\":88,\"thr\":62,\"db\":-20,\"pre\":800", board.Link.Last(Root + "evt/wake"), "wake");
            Check.Contains("\"sid\":\"0000002a-1\"", board.Link.Last(Root + "evt/wake"), "turn id");
            board.Run(20);
            int packets = 0;
            int hop = -1;
            for (int i = first; i < board.Link.Count; i++)
            {
                if (board.Link.Topic(i) != Up)
                {
                    continue;
                }

                byte[] packet = board.Link.Payload(i);
                AudioPacket.Check(packet, packet.Length);
                int begin = packet[AudioPacket.HeaderBytes] | (packet[AudioPacket.HeaderBytes + 1] << 8);
                int end = packet[packet.Length - 2] | (packet[packet.Length - 1] << 8);
                Check.True(hop < 0 || begin == hop + 1, "sound follows without a gap");
                Check.Equal(begin + AudioFormat.PacketHops - 1, end, "three hops a packet");
                hop = end;
                packets++;
            }

            Check.Between(15, 20, packets, "packets");
        }

        [TestMethod]
        public static void A_turn_goes_through_thinking_and_speaking_back_to_idle()
        {
            FakeBoard board = new FakeBoard();
            board.Run(100);
            board.WakeNow = true;
            board.Run(30);
            Check.Equal((int)DeviceMode.Streaming, (int)board.Device.Mode, "streaming");
            board.Link.Receive(Root + "cmd/stop", "{\"id\":\"g-1\",\"ts\":0,\"ttl\":1000,\"sid\":\"0000002a-1\"}");
            board.Run(2);
            Check.Equal((int)DeviceMode.Thinking, (int)board.Device.Mode, "thinking");
            Check.Contains("\"id\":\"g-1\",\"ok\":true", board.Link.Last(Root + "ack"), "acknowledgement");
            board.Sounding = true;
            for (int n = 0; n < 3; n++)
            {
                byte[] packet = new byte[AudioPacket.MaxBytes];
                AudioPacket.WriteHeader(packet, AudioCodec.Pcm16At16k, n == 0 ? AudioPacket.First : n == 2 ? AudioPacket.Last : 0, n, 0);
                board.Link.Receive("wearable-audio/v1/bear/down", packet);
                board.Run(1);
            }

            board.Run(10);
            Check.Equal((int)DeviceMode.Speaking, (int)board.Device.Mode, "speaking");
            Check.Equal(3 * 1920, board.PlayedBytes, "bytes played");
            board.Sounding = false;
            board.Run(2);
            Check.Equal((int)DeviceMode.Idle, (int)board.Device.Mode, "idle");
        }

        [TestMethod]
        public static void A_long_press_switches_the_microphone_off_and_on()
        {
            FakeBoard board = new FakeBoard();
            board.Run(10);
            board.Pressed = true;
            board.Run(60);
            board.Pressed = false;
            board.Run(5);
            Check.Equal((int)DeviceMode.Muted, (int)board.Device.Mode, "muted");
            Check.True(!board.Captures, "microphone off");
            Check.Contains("\"mic\":\"off\"", board.Link.Last(Root + "state"), "state");
            board.Pressed = true;
            board.Run(60);
            board.Pressed = false;
            board.Run(5);
            Check.Equal((int)DeviceMode.Idle, (int)board.Device.Mode, "idle again");
        }

        [TestMethod]
        public static void A_finger_on_the_sensor_is_published_as_a_rate()
        {
            FakeBoard board = new FakeBoard();
            board.Sensor.Pulse = new SyntheticPulse(115000, 900, 40);
            board.Run(1000);
            Check.Contains("\"bpm10\":750", board.Link.Last(Root + "tele/heart"), "heart");
            Check.Contains("\"st\":\"ok\",\"src\":\"beats\"", board.Link.Last(Root + "tele/heart"), "heart");
        }
    }
}
