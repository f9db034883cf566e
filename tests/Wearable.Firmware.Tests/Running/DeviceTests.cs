using System.Text;
using Wearable.Contract;
using Wearable.Firmware.Voice;

namespace Wearable.Firmware.Tests.Running;

/// <summary>The device as its surroundings see it: what it publishes, captures and plays.</summary>
public sealed class DeviceTests
{
    [Fact]
    public void On_connecting_it_says_who_it_is_and_that_it_is_online()
    {
        FakeBoard board = new();
        board.Run(3);
        Assert.Equal(["online"], board.Texts("/status"));
        Assert.Contains("\"board\":\"fake\"", board.Texts("/info").Single());
        Assert.Contains("\"mode\":\"idle\",\"mic\":\"wake\"", board.LastState());
        Assert.All(board.Published.Where(p => p.Topic.EndsWith("/status") || p.Topic.EndsWith("/info") || p.Topic.EndsWith("/state")), p => Assert.Equal((1, true), (p.Qos, p.Retain)));
    }

    [Fact]
    public void A_wake_sends_the_pre_roll_first_complete_and_in_order_then_live_sound()
    {
        FakeBoard board = new FakeBoard().Connected();
        board.Run(100);
        board.Wake();
        int wakeHop = board.Hops;
        board.Run(60);

        Assert.Contains("\"word\":\"computer\",\"score\":88,\"thr\":62,\"db\":-20,\"pre\":800", board.Texts("evt/wake").Single());
        Assert.Contains("\"what\":\"start\",\"ms\":0,\"why\":\"wake\"", board.Texts("evt/speech").Single());
        byte[][] packets = board.Audio();
        int hop = wakeHop - 40 + 1; // 400 ms since the word began and 400 ms of margin
        for (int i = 0; i < packets.Length; i++)
        {
            AudioPacket.Check(packets[i], packets[i].Length);
            Assert.Equal(i, AudioPacket.Sequence(packets[i]));
            Assert.Equal(i == 0 ? AudioPacket.First | AudioPacket.PreRoll : i < 14 ? AudioPacket.PreRoll : 0, AudioPacket.Flags(packets[i]));
            for (int s = 0; s < AudioFormat.PacketSamples; s++)
            {
                Assert.Equal(hop + (s / AudioFormat.HopSamples), BitConverter.ToInt16(packets[i], AudioPacket.HeaderBytes + (2 * s)));
            }

            hop += AudioFormat.PacketHops;
        }

        Assert.InRange(board.Hops - hop, -1, 2); // all that was heard is sent
    }

    [Fact]
    public void A_near_miss_is_told_and_opens_nothing()
    {
        FakeBoard board = new FakeBoard().Connected();
        board.AlmostNow = true;
        board.Run(3);
        Assert.Contains("\"word\":\"computer\",\"score\":58,\"thr\":62,\"db\":-33", board.Texts("evt/near").Single());
        Assert.Equal(0, board.Published.Single(p => p.Topic.EndsWith("evt/near")).Qos);
        Assert.Equal(DeviceMode.Idle, board.Device.Mode);
        Assert.Empty(board.Audio());
    }

    [Fact]
    public void Stop_ends_the_speech_with_a_last_packet_and_starts_the_thinking()
    {
        FakeBoard board = Streaming();
        board.Command("stop", """{"id":"g-1","ts":0,"ttl":1000,"sid":"0000002a-1"}""");
        board.Run(2);
        Assert.Equal(DeviceMode.Thinking, board.Device.Mode);
        Assert.Equal(AudioPacket.Last, AudioPacket.Flags(board.Audio()[^1]) & AudioPacket.Last);
        Assert.Contains("\"what\":\"end\"", board.Texts("evt/speech")[^1]);
        Assert.Contains("\"why\":\"gateway\"", board.Texts("evt/speech")[^1]);
        Assert.Contains("\"id\":\"g-1\",\"ok\":true", board.Texts("/ack").Single());
        int sent = board.Audio().Length;
        board.Run(50);
        Assert.Equal(sent, board.Audio().Length);
    }

    [Fact]
    public void Stop_of_another_turn_is_refused()
    {
        FakeBoard board = Streaming();
        board.Command("stop", """{"id":"g-1","ts":0,"ttl":1000,"sid":"0000002a-9"}""");
        board.Run(2);
        Assert.Equal(DeviceMode.Streaming, board.Device.Mode);
        Assert.Contains("\"ok\":false,\"code\":\"invalid\"", board.Texts("/ack").Single());
    }

    [Fact]
    public void A_gateway_that_never_ends_the_speech_does_not_keep_the_microphone()
    {
        FakeBoard board = Streaming();
        board.Run(15_100 / 20);
        Assert.Equal(DeviceMode.Thinking, board.Device.Mode);
        Assert.Contains("\"why\":\"timeout\"", board.Texts("evt/speech")[^1]);
        board.Run(20_100 / 20);
        Assert.Equal(DeviceMode.Idle, board.Device.Mode);
        Assert.Contains("answer-missing", board.Texts("evt/fault").Single());
    }

    [Fact]
    public void An_answer_starts_at_120_ms_and_the_ears_stay_shut_until_it_was_played()
    {
        FakeBoard board = Thinking();
        board.Answer(0, AudioPacket.First, 1);
        board.Run(5);
        Assert.Empty(board.Played);
        board.SpeakerBusy = true;
        board.Answer(1, 0, 2);
        board.Answer(2, AudioPacket.Last, 3);
        board.Run(10);
        Assert.Equal(DeviceMode.Speaking, board.Device.Mode);
        Assert.Equal(3 * 1920, board.Played.Count);
        int resets = board.Resets;
        board.Run(60_000 / 20);
        Assert.Equal(DeviceMode.Speaking, board.Device.Mode); // however long: the guard is the speaker, not a clock
        board.Wake();
        Assert.Equal(DeviceMode.Speaking, board.Device.Mode); // it does not hear itself
        board.SpeakerBusy = false;
        board.Run(2);
        Assert.Equal(DeviceMode.Idle, board.Device.Mode);
        Assert.True(board.Resets > resets);
        Assert.Contains("\"mode\":\"idle\"", board.LastState());
    }

    [Fact]
    public void A_gap_in_the_answer_is_played_as_silence()
    {
        FakeBoard board = Thinking();
        board.Answer(0, AudioPacket.First, 1);
        board.Answer(1, 0, 2);
        board.Answer(3, AudioPacket.Last, 4);
        board.Run(20);
        byte[] played = [.. board.Played];
        Assert.Equal(4 * 1920, played.Length);
        Assert.All(played[(2 * 1920)..(3 * 1920)], b => Assert.Equal(0, b));
        Assert.Equal((0x0404 * (70 * 256 / 100)) >> 8, BitConverter.ToInt16(played, played.Length - 2));
    }

    [Fact]
    public void An_answer_that_stops_coming_is_given_up_with_a_fault()
    {
        FakeBoard board = Thinking();
        board.Answer(0, AudioPacket.First, 1);
        board.Answer(1, 0, 1);
        board.Run(3100 / 20);
        Assert.Equal(DeviceMode.Idle, board.Device.Mode);
        Assert.Contains("answer-stalled", string.Join('\n', board.Texts("evt/fault")));
    }

    [Fact]
    public void Stop_while_speaking_silences_at_once()
    {
        FakeBoard board = Thinking();
        board.SpeakerBusy = true;
        board.Answer(0, AudioPacket.First, 1);
        board.Answer(1, 0, 1);
        board.Run(3);
        board.Command("stop", """{"id":"g-2","ts":0,"ttl":0}""");
        board.Run(1);
        Assert.Equal(DeviceMode.Idle, board.Device.Mode);
        Assert.Equal(1, board.Flushes);
    }

    [Fact]
    public void Barge_in_when_allowed_ends_the_answer_and_opens_a_new_turn()
    {
        FakeBoard board = Thinking(new FakeBoard(s => s.TrySet("barge_in", 1)));
        board.SpeakerBusy = true;
        board.Answer(0, AudioPacket.First, 1);
        board.Answer(1, 0, 1);
        board.Run(3);
        Assert.Equal(4, board.MorePoints); // it hears itself too
        board.Wake();
        Assert.Equal((DeviceMode.Streaming, 0), (board.Device.Mode, board.MorePoints));
        Assert.Equal(1, board.Flushes);
        Assert.Contains("\"sid\":\"0000002a-2\"", board.Texts("evt/wake")[^1]);
    }

    [Fact]
    public void Muted_it_captures_nothing_and_says_so()
    {
        FakeBoard board = new FakeBoard().Connected();
        board.Command("mute", """{"id":"g-3","ts":0,"ttl":0,"value":1}""");
        board.Run(2);
        Assert.Equal((DeviceMode.Muted, false), (board.Device.Mode, board.Captures));
        Assert.Contains("\"mode\":\"muted\",\"mic\":\"off\"", board.LastState());
        int reads = board.Reads;
        board.Run(100);
        Assert.Equal(reads, board.Reads);
        board.Command("mute", """{"id":"g-4","ts":0,"ttl":0,"value":0}""");
        board.Run(3);
        Assert.Equal((DeviceMode.Idle, true), (board.Device.Mode, board.Captures));
    }

    [Fact]
    public void A_short_press_asks_without_the_word_and_a_long_one_mutes()
    {
        FakeBoard board = new FakeBoard().Connected();
        board.Pressed = true;
        board.Run(5);
        board.Pressed = false;
        board.Run(2);
        Assert.Equal(DeviceMode.Streaming, board.Device.Mode);
        Assert.Contains("\"word\":\"button\",\"score\":100", board.Texts("evt/wake").Single());
        board.Pressed = true;
        board.Run(60);
        Assert.Equal(DeviceMode.Muted, board.Device.Mode);
        board.Pressed = false;
        board.Run(5);
        Assert.Equal(DeviceMode.Muted, board.Device.Mode);
        Assert.Equal(2, board.Texts("evt/button").Length);
    }

    [Fact]
    public void A_follow_up_is_sent_once_there_is_sound_and_not_otherwise()
    {
        FakeBoard board = new FakeBoard().Connected();
        board.Command("listen", """{"id":"g-5","ts":0,"ttl":0,"sid":"f-1","ms":2000}""");
        board.Run(10);
        Assert.Equal(DeviceMode.Listening, board.Device.Mode);
        Assert.Empty(board.Audio());
        board.Gate = true;
        board.Run(10);
        Assert.Equal(DeviceMode.Streaming, board.Device.Mode);
        Assert.Contains("\"sid\":\"f-1\"", board.Texts("evt/speech").Single());

        FakeBoard quiet = new FakeBoard().Connected();
        quiet.Command("listen", """{"id":"g-6","ts":0,"ttl":0,"sid":"f-2","ms":2000}""");
        quiet.Run(110);
        Assert.Equal(DeviceMode.Idle, quiet.Device.Mode);
        Assert.Empty(quiet.Audio());
    }

    [Fact]
    public void Yield_gives_the_turn_up_without_a_sound()
    {
        FakeBoard board = Streaming();
        board.Command("yield", """{"id":"g-7","ts":0,"ttl":0,"sid":"0000002a-1"}""");
        board.Run(2);
        Assert.Equal(DeviceMode.Idle, board.Device.Mode);
        Assert.Contains("\"why\":\"abort\"", board.Texts("evt/speech")[^1]);
    }

    [Theory]
    [InlineData("stop", "{")]
    [InlineData("stop", """{"id":"A B","ts":0,"ttl":0}""")]
    [InlineData("volume", """{"id":"g-8","ts":"x","ttl":0}""")]
    public void A_malformed_command_is_a_fault_and_no_crash(string name, string json)
    {
        FakeBoard board = new FakeBoard().Connected();
        board.Command(name, json);
        board.Receive("wearable-audio/v1/bear/down", [1, 2, 3]);
        board.Run(3);
        Assert.Contains("bad-message", board.Texts("evt/fault")[0]);
        Assert.Equal(DeviceMode.Idle, board.Device.Mode);
    }

    [Fact]
    public void A_board_without_voice_feels_the_pulse_and_never_opens_its_microphone()
    {
        FakeBoard board = new(hasVoice: false);
        board.Run(3);
        board.Command("mute", """{"id":"g-20","ts":0,"ttl":0,"value":0}""");
        board.Command("listen", """{"id":"g-21","ts":0,"ttl":0,"sid":"t-1","ms":5000}""");
        board.Pressed = true;
        board.Run(80);
        board.Pressed = false;
        board.Run(10);
        Assert.Contains("this board has no memory for sound", board.Texts("/ack")[0]);
        Assert.Contains("\"code\":\"busy\"", board.Texts("/ack")[1]);
        Assert.Contains("\"mic\":\"off\"", board.LastState());
        Assert.Equal((DeviceMode.Muted, 0, false), (board.Device.Mode, board.Reads, board.Captures));
        Assert.Contains("\"caps\":\"heart,button,light\"", board.Texts("/info")[0]);
    }

    [Fact]
    public void Unknown_commands_and_values_are_refused_by_name()
    {
        FakeBoard board = new FakeBoard().Connected();
        board.Command("dance", """{"id":"g-9","ts":0,"ttl":0}""");
        board.Command("volume", """{"id":"g-10","ts":0,"ttl":0,"value":150}""");
        board.Run(3);
        Assert.Contains("\"code\":\"unknown\"", board.Texts("/ack")[0]);
        Assert.Contains("volume_percent does not take 150", board.Texts("/ack")[1]);
    }

    [Fact]
    public void Wished_settings_are_applied_kept_and_reported_with_what_was_refused()
    {
        FakeBoard board = new FakeBoard().Connected();
        board.Receive("wearable/v1/bear/cfg/desired", Encoding.UTF8.GetBytes("""{"v":4,"volume_percent":35,"up_codec":7,"colour":1}"""));
        board.Run(3);
        board.Answer(0, AudioPacket.First, 0x10);
        board.Answer(1, 0, 0x10);
        board.Run(3);
        Assert.Equal((0x1010 * (35 * 256 / 100)) >> 8, BitConverter.ToInt16([.. board.Played], 0));
        string reported = board.Texts("cfg/reported").Single();
        Assert.StartsWith("""{"v":4,"up_codec":0,"volume_percent":35""", reported);
        Assert.Contains("\"refused\":\"up_codec,colour\"", reported);
        Assert.Contains("settings.json", board.Files.Keys);
    }

    [Fact]
    public void Reboot_waits_until_its_acknowledgement_is_out()
    {
        FakeBoard board = new FakeBoard().Connected();
        board.LinkTakes = false;
        board.Command("reboot", """{"id":"g-11","ts":0,"ttl":0}""");
        board.Run(5);
        Assert.False(board.Rebooted);
        board.LinkTakes = true;
        board.Run(5);
        Assert.True(board.Rebooted);
        Assert.Contains("g-11", board.Texts("/ack").Single());
    }

    [Fact]
    public void Told_to_forget_while_its_ears_are_open_it_hears_on_without_the_sound_it_forgot()
    {
        WakeWordDetector ears = new(WakeModelShipped.Create());
        FakeBoard board = new FakeBoard(ears: ears).Connected();
        board.Noise = 20;
        board.Run(60);
        board.Noise = 8000;
        board.Run(3);
        Assert.True(ears.GateOpen);
        board.Command("forget", """{"id":"g-12","ts":0,"ttl":0}""");
        board.Run(1);
        Assert.False(ears.GateOpen);
        board.Run(30);
        Assert.True(ears.GateOpen);
        Assert.Contains("g-12", board.Texts("/ack").Single());
    }

    [Fact]
    public void An_idle_device_allocates_nothing()
    {
        FakeBoard board = new FakeBoard().Connected();
        board.Keep = false;
        board.Run(3000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        board.Run(100_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_streaming_device_allocates_nothing()
    {
        FakeBoard board = new FakeBoard(s => s.TrySet("max_speech_ms", 60_000)).Connected();
        board.Keep = false;
        board.Wake();
        board.Run(100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        board.Run(1000);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(DeviceMode.Streaming, board.Device.Mode);
        Assert.Equal(0, allocated);
    }

    private static FakeBoard Streaming()
    {
        FakeBoard board = new FakeBoard().Connected();
        board.Run(100);
        board.Wake();
        board.Run(20);
        return board;
    }

    private static FakeBoard Thinking(FakeBoard? made = null)
    {
        FakeBoard board = (made ?? new FakeBoard()).Connected();
        board.Wake();
        board.Run(30);
        board.Command("stop", """{"id":"g-0","ts":0,"ttl":0}""");
        board.Run(2);
        Assert.Equal(DeviceMode.Thinking, board.Device.Mode);
        return board;
    }
}
