using System.Text;
using nanoFramework.TestFramework;
using Wearable.Contract;

namespace Wearable.DeviceTests
{
    /// <summary>Messages have the contract's exact bytes on the chip too, and read back; what is wrong is refused with the field's name.</summary>
    [TestClass]
    public class WireTests
    {
        [TestMethod]
        public static void Numbers_to_the_ends_of_64_bits_are_written_and_read()
        {
            WireWriter writer = new WireWriter();
            writer.Begin();
            writer.Number("a", long.MinValue);
            writer.Number("b", -1);
            writer.Number("c", 999999999999999999);
            writer.NumberOrNull("d", false, 5);
            writer.Flag("e", true);
            writer.Numbers("f", new int[] { 0, -2147483648, 7 }, 3);
            writer.End();
            Check.Text("{\"a\":-9223372036854775808,\"b\":-1,\"c\":999999999999999999,\"d\":null,\"e\":true,\"f\":[0,-2147483648,7]}", Written(writer), "payload");
            WireReader reader = Loaded(writer);
            Check.Equal(-1, reader.Int("b", -5, 5), "b");
            Check.Equal(999999999999999999, reader.Long("c", 0, long.MaxValue), "c");
            Check.True(!reader.Has("d"), "null is absent");
            Check.True(reader.Flag("e"), "e");
            int[] list = new int[4];
            Check.Equal(3, reader.Ints("f", list, int.MinValue, int.MaxValue), "f");
            Check.Same(new int[] { 0, -2147483648, 7 }, list, 3, "f");
        }

        [TestMethod]
        public static void Text_with_quotes_controls_and_other_scripts_goes_there_and_back()
        {
            string[] texts = { "", "plain", "a\"b\\c", "bell \u0007 and tab \t", "\u00E9\u00DF", "\u4E2D\u6587", "end" };
            WireWriter writer = new WireWriter();
            for (int i = 0; i < texts.Length; i++)
            {
                writer.Begin();
                writer.Text("t", texts[i]);
                writer.End();
                Check.Text(texts[i], Loaded(writer).Text("t", 100), "text " + i.ToString());
            }

            writer.Begin();
            writer.Text("t", "\u00E9\u4E2D\u0007");
            writer.End();
            int[] wanted = { 0x7B, 0x22, 0x74, 0x22, 0x3A, 0x22, 0xC3, 0xA9, 0xE4, 0xB8, 0xAD, 0x5C, 0x75, 0x30, 0x30, 0x30, 0x37, 0x22, 0x7D };
            Check.Equal(wanted.Length, writer.Length, "bytes");
            for (int i = 0; i < wanted.Length; i++)
            {
                Check.Equal(wanted[i], writer.Buffer[i], "byte " + i.ToString());
            }
        }

        [TestMethod]
        public static void A_character_beyond_16_bits_arrives_whole_or_as_two_replacements()
        {
            // Interpreter 1.17 gives the first half of such a character twice when text is read by index: the message stays valid UTF-8.
            WireWriter writer = new WireWriter();
            writer.Begin();
            writer.Text("t", "\uD83D\uDE00a");
            writer.End();
            string came = Loaded(writer).Text("t", 20);
            Check.True(came == "\uD83D\uDE00a" || came == "\uFFFD\uFFFDa", "text");
        }

        [TestMethod]
        public static void Escapes_are_read()
        {
            Check.Text("a/b\n\u00E9\u4E2D", Load("{\"t\":\"a\\/b\\n\\u00e9\\u4E2D\"}").Text("t", 20), "escapes");
        }

        [TestMethod]
        public static void Wake_state_speech_and_heart_have_their_exact_bytes()
        {
            WireWriter writer = new WireWriter();
            WakeMessage wake = new WakeMessage();
            Stamp(wake, 4, 1767225600123);
            wake.TurnId = "0000002a-1";
            wake.Word = "computer";
            wake.Score = 88;
            wake.Threshold = 62;
            wake.LevelDb = -23;
            wake.PreRollMs = 900;
            wake.Write(writer);
            Check.Text("{\"b\":7,\"n\":4,\"ts\":1767225600123,\"sid\":\"0000002a-1\",\"word\":\"computer\",\"score\":88,\"thr\":62,\"db\":-23,\"pre\":900}", Written(writer), "wake");
            StateMessage state = new StateMessage();
            Stamp(state, 3, 0);
            state.Microphone = 1;
            state.Link = 1;
            state.Write(writer);
            Check.Text("{\"b\":7,\"n\":3,\"ts\":0,\"mode\":\"idle\",\"mic\":\"wake\",\"link\":\"lossy\"}", Written(writer), "state");
            HeartMessage heart = new HeartMessage();
            Stamp(heart, 8, 0);
            heart.HasRate = true;
            heart.RateBpmX10 = 716;
            heart.Quality = 98;
            heart.State = 2;
            heart.Source = 1;
            heart.Perfusion = 402;
            heart.Write(writer);
            Check.Text("{\"b\":7,\"n\":8,\"ts\":0,\"bpm10\":716,\"q\":98,\"st\":\"ok\",\"src\":\"beats\",\"pi\":402,\"mot\":0}", Written(writer), "heart");
            HeartMessage back = new HeartMessage();
            back.Read(Loaded(writer));
            Check.Equal(716, back.RateBpmX10, "rate read back");
        }

        [TestMethod]
        public static void A_command_reads_and_its_optional_fields_may_be_absent()
        {
            CommandMessage command = new CommandMessage();
            command.Read(Load(" { \"id\" : \"g1-7\" , \"ts\":1767225600123,\"ttl\":10000,\"sid\":\"0000002a-1\",\"value\":62,\"more\":[1, 2],\"x\":null } "));
            Check.Text("g1-7", command.Id, "id");
            Check.Equal(1767225600123, command.SentMs, "ts");
            Check.True(command.HasValue && !command.HasDuration, "value but no ms");
            Check.Text("", command.Word, "word");
        }

        [TestMethod]
        public static void What_is_wrong_is_refused_with_the_name_of_the_field()
        {
            Check.Text("id", Refused("{\"ts\":1,\"ttl\":1}"), "missing id");
            Check.Text("id", Refused("{\"id\":\"UPPER\",\"ts\":1,\"ttl\":1}"), "wrong id");
            Check.Text("ts", Refused("{\"id\":\"a\",\"ts\":\"1\",\"ttl\":1}"), "text for a number");
            Check.Text("ttl", Refused("{\"id\":\"a\",\"ts\":1,\"ttl\":1.5}"), "a fraction");
            Check.Text("ttl", Refused("{\"id\":\"a\",\"ts\":1,\"ttl\":86400001}"), "out of range");
            Check.Text("ts", Refused("{\"id\":\"a\",\"ts\":1,\"ts\":2,\"ttl\":1}"), "twice");
            Check.Text("", Refused("{\"id\":\"a\",\"ts\":1,\"ttl\":1"), "cut");
            Check.Text("", Refused("[1]"), "no object");
        }

        [TestMethod]
        public static void A_refusal_says_what_came_and_what_was_wanted()
        {
            try
            {
                new CommandMessage().Read(Load("{\"id\":\"a\",\"ts\":-1,\"ttl\":1}"));
            }
            catch (WireException e)
            {
                Check.Text("cmd/test.ts: a whole number from 0 to 100000000000000 expected, got -1", e.Message, "message");
                return;
            }

            Check.True(false, "a refusal expected");
        }

        [TestMethod]
        public static void Topics_are_built_and_taken_apart()
        {
            Topics topics = new Topics("bear-1");
            Check.Text("wearable/v1/bear-1/evt/wake", topics.Wake, "wake");
            Check.Text("wearable-audio/v1/bear-1/down", topics.AudioDown, "audio");
            TopicName name = TopicName.Parse(topics.Command("stop"));
            Check.Equal((int)TopicKind.Command, (int)name.Kind, "kind");
            Check.Text("stop", name.Detail, "detail");
            Check.Equal((int)TopicKind.AudioUp, (int)TopicName.Parse(topics.AudioUp).Kind, "audio up");
            Check.Equal((int)TopicKind.None, (int)TopicName.Parse("wearable/v1/B/state").Kind, "wrong id");
        }

        private static void Stamp(DeviceMessage message, int number, long timestampMs)
        {
            message.BootId = 7;
            message.Number = number;
            message.TimestampMs = timestampMs;
        }

        private static string Written(WireWriter writer)
        {
            return Encoding.UTF8.GetString(writer.Buffer, 0, writer.Length);
        }

        private static WireReader Loaded(WireWriter writer)
        {
            WireReader reader = new WireReader();
            reader.Load("test", writer.Buffer, writer.Length);
            return reader;
        }

        private static WireReader Load(string json)
        {
            byte[] payload = Encoding.UTF8.GetBytes(json);
            WireReader reader = new WireReader();
            reader.Load("cmd/test", payload, payload.Length);
            return reader;
        }

        private static string Refused(string json)
        {
            try
            {
                new CommandMessage().Read(Load(json));
                return "nothing";
            }
            catch (WireException e)
            {
                return e.Field;
            }
        }
    }
}
