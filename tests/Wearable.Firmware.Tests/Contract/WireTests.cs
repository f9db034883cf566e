using System.Text;
using System.Text.Json;
using Wearable.Contract;

namespace Wearable.Firmware.Tests.Contract;

/// <summary>What is on the wire, byte for byte, and what the one reader refuses.</summary>
public sealed class WireTests
{
    public static TheoryData<string, string> Golden => GoldenMessages.All;

    [Theory]
    [MemberData(nameof(Golden))]
    public void A_message_has_exactly_its_bytes_and_is_read_back(string name, string json)
    {
        (Action<WireReader> read, Action<WireWriter> write) = GoldenMessages.Codec(name);
        byte[] bytes = Encoding.UTF8.GetBytes(json);
        WireReader reader = new();
        reader.Load(name, bytes, bytes.Length);
        read(reader);
        WireWriter writer = new();
        write(writer);
        Assert.Equal(json, Encoding.UTF8.GetString(writer.ToArray()));
        using JsonDocument strict = JsonDocument.Parse(writer.ToArray());
        Assert.Equal(JsonValueKind.Object, strict.RootElement.ValueKind);
    }

    [Theory]
    [MemberData(nameof(Golden))]
    public void A_payload_cut_anywhere_is_refused(string name, string json)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(json);
        for (int length = 0; length < bytes.Length; length++)
        {
            WireReader reader = new();
            Assert.Throws<WireException>(() => reader.Load(name, bytes, length));
        }
    }

    [Theory]
    [MemberData(nameof(Golden))]
    public void A_missing_field_is_refused_by_its_name(string name, string json)
    {
        string[] optional = ["sid", "text", "note", "code", "value", "ms", "word", "safety", "why", "refused", "bpm10", "bat", "rssi", "volume_percent", "up_codec", "end_ms", "text_ms", "audio_ms"];
        using JsonDocument whole = JsonDocument.Parse(json);
        foreach (JsonProperty gone in whole.RootElement.EnumerateObject().Where(p => !optional.Contains(p.Name) || (p.Name == "sid" && name is "wake" or "speech" or "turn")))
        {
            byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(whole.RootElement.EnumerateObject().Where(p => p.Name != gone.Name).ToDictionary(p => p.Name, p => p.Value));
            (Action<WireReader> read, _) = GoldenMessages.Codec(name);
            WireReader reader = new();
            reader.Load(name, bytes, bytes.Length);
            Assert.Equal(gone.Name, Assert.Throws<WireException>(() => read(reader)).Field);
        }
    }

    [Theory]
    [InlineData("wake", """{"b":7,"n":1,"ts":0,"sid":"t-1","word":"computer","score":140,"thr":62,"db":-23,"pre":0}""", "wake.score: a whole number from 0 to 100 expected, got 140")]
    [InlineData("wake", """{"b":7,"n":1,"ts":0,"sid":"T 1","word":"computer","score":14,"thr":62,"db":-23,"pre":0}""", "wake.sid: 1 to 32 of a-z, 0-9 and - expected, got \"T 1\"")]
    [InlineData("wake", """{"b":7,"n":1,"ts":0,"sid":"t-1","word":7,"score":14,"thr":62,"db":-23,"pre":0}""", "wake.word: a text expected, got 7")]
    [InlineData("wake", """{"b":7,"n":1.5,"ts":0}""", "wake.n: a whole number from 1 to 2147483647 expected, got 1.5")]
    [InlineData("state", """{"b":7,"n":1,"ts":0,"mode":"asleep","mic":"wake","link":"up"}""", "state.mode: one of idle, listening, streaming, thinking, speaking, muted expected, got \"asleep\"")]
    [InlineData("heart", """{"b":7,"n":1,"ts":0,"bpm10":700,"q":1,"st":"no_contact","src":"none","pi":0,"mot":0}""", "heart.bpm10: null expected in state no_contact, got a number")]
    [InlineData("beats", """{"b":7,"n":1,"ts":0,"t0":1,"ibi":[1,2],"q":[1]}""", "beats.q: 2 flags expected, one per interval, got 1")]
    public void A_wrong_field_is_refused_with_what_was_wanted_and_what_came(string name, string json, string message)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(json);
        (Action<WireReader> read, _) = GoldenMessages.Codec(name);
        WireReader reader = new();
        reader.Load(name, bytes, bytes.Length);
        Assert.Equal(message, Assert.Throws<WireException>(() => read(reader)).Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("""{"a":{"b":1}}""")]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"a":1}}""")]
    [InlineData("""{"a":tru}""")]
    [InlineData("""{"a":"x\q"}""")]
    [InlineData("""{"a" 1}""")]
    public void What_is_no_flat_object_is_refused(string json)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(json);
        WireReader reader = new();
        Assert.Throws<WireException>(() =>
        {
            reader.Load("x", bytes, bytes.Length);
            reader.Text("a", 10);
        });
    }

    [Fact]
    public void A_payload_over_1024_bytes_is_refused() =>
        Assert.Equal("x: at most 1024 bytes expected, got 1025", Assert.Throws<WireException>(() => new WireReader().Load("x", new byte[1025], 1025)).Message);

    [Fact]
    public void Unknown_fields_are_ignored()
    {
        byte[] bytes = Encoding.UTF8.GetBytes("""{"b":7,"n":1,"ts":0,"id":"a","ok":true,"new":[1,2],"more":"x"}""");
        WireReader reader = new();
        reader.Load("ack", bytes, bytes.Length);
        AckMessage ack = new();
        ack.Read(reader);
        Assert.True(ack.Ok);
    }

    [Fact]
    public void Mutated_payloads_are_read_or_refused_and_nothing_else()
    {
        Random random = new(20261123);
        (string Name, byte[] Bytes)[] seeds = [.. GoldenMessages.All.Select(row => ((string)row.Data.Item1, Encoding.UTF8.GetBytes(row.Data.Item2)))];
        int refused = 0;
        for (int i = 0; i < 100_000; i++)
        {
            (string name, byte[] seed) = seeds[random.Next(seeds.Length)];
            byte[] bytes = [.. seed];
            for (int k = random.Next(1, 5); k > 0; k--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            try
            {
                WireReader reader = new();
                reader.Load(name, bytes, random.Next(4) == 0 ? random.Next(bytes.Length) : bytes.Length);
                GoldenMessages.Codec(name).Read(reader);
            }
            catch (WireException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 50_000, 99_999);
    }

    [Theory]
    [InlineData("wearable/v1/bear-1/status", TopicKind.Status, "bear-1", "")]
    [InlineData("wearable/v1/bear-1/info", TopicKind.Info, "bear-1", "")]
    [InlineData("wearable/v1/bear-1/state", TopicKind.State, "bear-1", "")]
    [InlineData("wearable/v1/bear-1/evt/wake", TopicKind.Wake, "bear-1", "")]
    [InlineData("wearable/v1/bear-1/evt/keyword", TopicKind.Keyword, "bear-1", "")]
    [InlineData("wearable/v1/bear-1/evt/speech", TopicKind.Speech, "bear-1", "")]
    [InlineData("wearable/v1/bear-1/evt/button", TopicKind.Button, "bear-1", "")]
    [InlineData("wearable/v1/bear-1/evt/fault", TopicKind.Fault, "bear-1", "")]
    [InlineData("wearable/v1/bear-1/tele/heart", TopicKind.Heart, "bear-1", "")]
    [InlineData("wearable/v1/bear-1/tele/raw", TopicKind.RawPulse, "bear-1", "")]
    [InlineData("wearable/v1/bear-1/tele/motion", TopicKind.Motion, "bear-1", "")]
    [InlineData("wearable/v1/bear-1/tele/beats", TopicKind.Beats, "bear-1", "")]
    [InlineData("wearable/v1/bear-1/tele/device", TopicKind.DeviceHealth, "bear-1", "")]
    [InlineData("wearable/v1/bear-1/cmd/stop", TopicKind.Command, "bear-1", "stop")]
    [InlineData("wearable/v1/bear-1/ack", TopicKind.Ack, "bear-1", "")]
    [InlineData("wearable/v1/bear-1/cfg/desired", TopicKind.ConfigDesired, "bear-1", "")]
    [InlineData("wearable/v1/bear-1/cfg/reported", TopicKind.ConfigReported, "bear-1", "")]
    [InlineData("wearable/v1/bear-1/turn/done", TopicKind.Turn, "bear-1", "done")]
    [InlineData("wearable-audio/v1/bear-1/up", TopicKind.AudioUp, "bear-1", "")]
    [InlineData("wearable-audio/v1/bear-1/down", TopicKind.AudioDown, "bear-1", "")]
    [InlineData("wearable/v1/bear-1/evt/wake/x", TopicKind.None, "", "")]
    [InlineData("wearable/v2/bear-1/state", TopicKind.None, "", "")]
    [InlineData("wearable/v1/Bear/state", TopicKind.None, "", "")]
    [InlineData("wearable/v1/bear-1", TopicKind.None, "", "")]
    [InlineData("wearable-audio/v1/bear-1/state", TopicKind.None, "", "")]
    [InlineData("homeassistant/status", TopicKind.None, "", "")]
    public void A_topic_is_taken_apart(string topic, TopicKind kind, string device, string detail)
    {
        TopicName name = TopicName.Parse(topic);
        Assert.Equal((kind, device, detail), (name.Kind, name.DeviceId, name.Detail));
    }

    [Fact]
    public void Built_topics_are_read_back()
    {
        Topics topics = new("glasses-2");
        Assert.Equal(TopicKind.Heart, TopicName.Parse(topics.Heart).Kind);
        Assert.Equal("mute", TopicName.Parse(topics.Command(CommandNames.Mute)).Detail);
        Assert.Equal("audio", TopicName.Parse(topics.Turn(TurnPhases.Audio)).Detail);
        Assert.Throws<ArgumentException>(() => new Topics("Bear 1"));
    }
}
