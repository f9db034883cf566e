using System.Text;
using Microsoft.Extensions.Logging;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;
using Wearable.Contract;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests.Mqtt;

public sealed class RefusalTests
{
    /// <summary>Every topic the gateway reads, a payload wrong in one field, and the name that must be said.</summary>
    public static TheoryData<string, string, string> WrongPayloads => new()
    {
        { "status", "here", "status: online or offline expected" },
        { "info", """{"b":1,"n":1,"ts":0}""", "info.fw: a text expected, got nothing" },
        { "state", """{"b":1,"n":1,"ts":0,"mode":"asleep","mic":"off","link":"up"}""", "state.mode: one of idle" },
        { "evt/wake", """{"b":1,"n":1,"ts":0,"sid":"A B","word":"x","score":1,"thr":1,"db":-1,"pre":1}""", "evt/wake.sid: 1 to 32 of" },
        { "evt/keyword", """{"b":1,"n":1,"ts":0,"sid":"a","word":"x","score":101,"thr":1,"db":-1,"pre":1}""", "evt/keyword.score: a whole number from 0 to 100 expected, got 101" },
        { "evt/speech", """{"b":1,"n":1,"ts":0,"sid":"a","what":"start","ms":1.5,"why":"wake"}""", "evt/speech.ms: a whole number from 0 to 3600000 expected, got 1.5" },
        { "evt/button", """{"b":1,"n":0,"ts":0,"what":"short","since":1,"count":1}""", "evt/button.n: a whole number from 1" },
        { "evt/fault", """{"b":1,"n":1,"ts":0,"what":"x","since":"long","count":1}""", "evt/fault.since: a number expected, got long" },
        { "tele/heart", """{"b":1,"n":1,"ts":0,"bpm10":720,"q":50,"st":"no_contact","src":"none","pi":0,"mot":0}""", "tele/heart.bpm10: null expected in state no_contact" },
        { "tele/beats", """{"b":1,"n":1,"ts":0,"t0":0,"ibi":[800,810],"q":[1]}""", "tele/beats.q: 2 flags expected" },
        { "tele/raw", """{"b":1,"n":1,"ts":0,"i":0,"t0":0,"fs":50000,"led":31,"step":0,"ir":[262144]}""", "tele/raw.ir: whole numbers from 0 to 262143 expected" },
        { "tele/motion", """{"b":1,"n":1,"ts":0,"i":0,"l1":[1,2],"l2":[1,2],"x":[1],"y":[1,2],"z":[1,2]}""", "tele/motion.x: 2 numbers expected, as many as of l1, got 1" },
        { "tele/device", """{"b":1,"n":1,"ts":0,"bat":101}""", "tele/device.bat: a whole number from 0 to 100 expected, got 101" },
        { "ack", """{"b":1,"n":1,"ts":0,"id":"x","ok":1}""", "ack.ok: true or false expected, got 1" },
        { "cfg/reported", """{"v":1,"volume_percent":"loud"}""", "cfg/reported.volume_percent: a number expected, got loud" },
    };

    public static TheoryData<string, string> BrokenJson
    {
        get
        {
            TheoryData<string, string> data = [];
            string[] topics = ["info", "state", "evt/wake", "evt/keyword", "evt/speech", "evt/button", "evt/fault", "tele/heart", "tele/beats", "tele/raw", "tele/motion", "tele/device", "ack", "cfg/reported"];
            foreach (string topic in topics)
            {
                foreach (string broken in new[] { "", "{", "null", "[1]", "\"x", "{\"b\":1,", "{\"b\":{}}", "{\"b\":1}x", "{\"b\":1,\"b\":1}", "{\"b\":\"\\", "\u0000", new('{', 2000) })
                {
                    data.Add(topic, broken);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(WrongPayloads))]
    public async Task A_wrong_field_is_refused_by_name_and_the_gateway_goes_on(string rest, string payload, string why)
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        IMqttClient bear = await gateway.WearableAsync("bear");
        await bear.TellAsync("wearable/v1/bear/" + rest, payload);
        Refusal refusal = Assert.Single(gateway.Get<RefusalLog>().Recent());
        Assert.StartsWith(why, refusal.Why, StringComparison.Ordinal);
        Assert.Single(gateway.Log.At(LogLevel.Warning), line => line.Contains(why, StringComparison.Ordinal));
        await bear.TellAsync(new Topics("bear").Button, Say.Bytes(Say.Button(), 2));
        Assert.Equal(new LaneCounts(Received: 1, Duplicates: 0, Lost: 0, AudioLost: 0, Refused: 1), gateway.Get<Ingest>().CountsOf("bear"));
        Assert.Single(await gateway.RowsAsync("SELECT id FROM events"));
    }

    [Fact]
    public async Task Broken_JSON_on_every_topic_is_refused_and_the_gateway_goes_on()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        IMqttClient bear = await gateway.WearableAsync("bear");
        int sent = 0;
        foreach (TheoryDataRow<string, string> row in BrokenJson)
        {
            (string rest, string payload) = row.Data;
            await bear.TellAsync("wearable/v1/bear/" + rest, payload);
            sent++;
        }

        Assert.Equal(sent, gateway.Get<RefusalLog>().Total);
        Assert.Equal(sent, gateway.Get<Ingest>().CountsOf("bear").Refused);
        Assert.Empty(await gateway.RowsAsync("SELECT id FROM events"));
        await bear.TellAsync(new Topics("bear").Button, Say.Bytes(Say.Button(), 1));
        Assert.Equal(1, gateway.Get<Ingest>().CountsOf("bear").Received);
    }

    [Fact]
    public async Task Broken_sound_is_refused_by_name_and_the_gateway_goes_on()
    {
        byte[] otherVersion = Say.Audio(1);
        otherVersion[0] = 0x80;
        byte[] opus = Say.Audio(1);
        opus[0] = (1 << 6) | AudioCodec.Opus;
        byte[] flags = Say.Audio(1);
        flags[1] = 8;
        byte[] step = Say.Audio(1, 0, AudioCodec.ImaAdpcmAt16k);
        step[AudioPacket.HeaderBytes + 2] = 89;
        (byte[] Packet, string Why)[] wrong =
        [
            ([], "audio: at least 8 bytes expected, got 0"),
            (new byte[7], "audio: at least 8 bytes expected, got 7"),
            (otherVersion, "audio.version: 1 expected, got 2"),
            (opus, "audio.codec: 0 or 30 expected, got 20"),
            (flags, "audio.flags: bits 0 to 2 expected, got 8"),
            (Say.Audio(1)[..100], "audio.payload: 1920 bytes expected, got 92"),
            ([.. Say.Audio(1), 0], "audio.payload: 1920 bytes expected, got 1921"),
            (Say.Audio(1, AudioPacket.Last)[..11], "audio.payload: an even number of bytes expected, got 3"),
            (step, "audio.step index: 0 to 88 expected, got 89"),
        ];
        await using TestGateway gateway = await TestGateway.StartAsync();
        IMqttClient bear = await gateway.WearableAsync("bear");
        foreach ((byte[] packet, _) in wrong)
        {
            await bear.TellAsync(new Topics("bear").AudioUp, packet);
        }

        Assert.Equal(wrong.Select(w => w.Why), gateway.Get<RefusalLog>().Recent().Reverse().Select(refusal => refusal.Why));
        await bear.TellAsync(new Topics("bear").AudioUp, Say.Audio(1));
        Assert.Equal(1, gateway.Get<Ingest>().CountsOf("bear").Received);
    }

    [Fact]
    public void Any_bytes_are_read_or_refused_and_nothing_else()
    {
        Random random = new(20261);
        byte[][] good =
        [
            Say.Bytes(Say.Button(), 1), Say.Bytes(Say.Heart(723), 2), Say.Bytes(new StateMessage(), 3), Say.Bytes(new InfoMessage { Codecs = [0, 30] }, 4),
            Say.Bytes(new BeatsMessage { Count = 3 }, 5), Say.Bytes(new WakeMessage { TurnId = "a" }, 6), Say.Audio(1), Say.Audio(2, 0, AudioCodec.ImaAdpcmAt16k),
            Encoding.UTF8.GetBytes("""{"v":1,"a\u0041\n":5,"refused":"x"}"""),
        ];
        TopicKind[] kinds = [.. Enum.GetValues<TopicKind>().Where(PayloadReader.Reads)];
        Assert.Equal(17, kinds.Length);
        int read = 0, refused = 0;
        for (int i = 0; i < 200_000; i++)
        {
            byte[] bytes = [.. good[random.Next(good.Length)]];
            for (int change = random.Next(4); change > 0 && bytes.Length > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            if (random.Next(3) == 0)
            {
                bytes = bytes[..random.Next(bytes.Length + 1)];
            }

            try
            {
                PayloadReader.Read(kinds[random.Next(kinds.Length)], bytes);
                read++;
            }
            catch (WireException e)
            {
                Assert.NotEmpty(e.Message);
                refused++;
            }
        }

        Assert.True(read > 1000 && refused > 1000, $"both sides expected, got {read} read and {refused} refused");
    }

    [Fact]
    public async Task A_wrong_payload_is_still_seen_by_viewers_but_not_retained()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        Viewer early = await gateway.ViewerAsync("wearable/#");
        IMqttClient bear = await gateway.WearableAsync("bear");
        await bear.TellAsync(new Topics("bear").State, "{", retain: true);
        Assert.Equal("{", (await early.NextAsync()).Text);
        await bear.TellAsync(new Topics("bear").Status, StatusMessage.Online, retain: true);
        Viewer late = await gateway.ViewerAsync("wearable/#");
        Assert.Equal("online", (await late.NextAsync()).Text);
        Assert.True(late.SawNothing);
    }

    [Fact]
    public async Task A_wearable_speaks_for_itself_only()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        Viewer viewer = await gateway.ViewerAsync("wearable/#");
        IMqttClient owl = await gateway.ConnectAsync("owl", options => options.WithProtocolVersion(MqttProtocolVersion.V500));
        Assert.Equal(MqttClientPublishReasonCode.NotAuthorized, (await owl.TellAsync(new Topics("bear").Status, StatusMessage.Online)).ReasonCode);
        Assert.Null(gateway.Get<DeviceRegistry>().Find("bear"));
        await owl.TellAsync(new Topics("owl").Status, StatusMessage.Online);
        Assert.Equal(new Topics("owl").Status, (await viewer.NextAsync()).Topic);
        Assert.Equal("""client id "bear" expected, the topic's wearable, got "owl".""".TrimEnd('.'), Assert.Single(gateway.Get<RefusalLog>().Recent()).Why);
    }

    [Theory]
    [InlineData("wearable/v1/owl/cmd/stop", false)]
    [InlineData("wearable/v1/bear/cfg/desired", false)]
    [InlineData("wearable/v1/owl/turn/text", false)]
    [InlineData("wearable-audio/v1/bear/down", false)]
    [InlineData("wearable/v1/owl/cmd/stop", true)]
    public async Task The_gateways_topics_are_closed_to_wearables(string topic, bool tool)
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        IMqttClient owl = await gateway.ConnectAsync("owl", options => options.WithProtocolVersion(MqttProtocolVersion.V500));
        await owl.TellAsync(new Topics("owl").Status, StatusMessage.Online);
        Viewer viewer = await gateway.ViewerAsync("#");
        IMqttClient sender = tool ? await gateway.ConnectAsync("my_tool", options => options.WithProtocolVersion(MqttProtocolVersion.V500)) : owl;
        MqttClientPublishReasonCode code = (await sender.TellAsync(topic, "{}")).ReasonCode;
        await owl.TellAsync(new Topics("owl").Button, Say.Bytes(Say.Button(), 1));
        Assert.Equal(tool ? MqttClientPublishReasonCode.Success : MqttClientPublishReasonCode.NotAuthorized, code);
        Assert.Equal(tool ? topic : new Topics("owl").Button, (await NextLiveAsync(viewer)).Topic);
    }

    [Fact]
    public async Task No_client_may_call_itself_the_gateway()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        using IMqttClient client = new MqttClientFactory().CreateMqttClient();
        MqttClientOptions options = new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", gateway.MqttPort).WithClientId(Broker.GatewayClientId).Build();
        MqttClientConnectResult result = await client.ConnectAsync(options);
        Assert.Equal(MqttClientConnectResultCode.ClientIdentifierNotValid, result.ResultCode);
    }

    [Theory]
    [InlineData(MqttProtocolVersion.V311)]
    [InlineData(MqttProtocolVersion.V500)]
    public async Task A_viewer_without_a_client_id_is_welcome(MqttProtocolVersion version)
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        IMqttClient nameless = await gateway.ConnectAsync("", options => options.WithProtocolVersion(version));
        Assert.True(nameless.IsConnected);
    }

    [Fact]
    public async Task A_flood_of_nonsense_does_not_flood_the_log()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        IMqttClient bear = await gateway.WearableAsync("bear");
        await Task.WhenAll(Enumerable.Range(0, 2000).Select(_ => bear.TellAsync(new Topics("bear").Heart, "{")));
        Assert.Equal(2000, gateway.Get<RefusalLog>().Total);
        Assert.Equal(RefusalLog.Capacity, gateway.Get<RefusalLog>().Recent().Count);
        Assert.InRange(gateway.Log.At(LogLevel.Warning).Count, 1, 600);
    }

    [Fact]
    public async Task A_packet_of_hundreds_of_megabytes_ends_its_connection_and_nothing_else()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        IMqttClient bear = await gateway.WearableAsync("bear");
        using System.Net.Sockets.TcpClient stranger = new();
        await stranger.ConnectAsync(System.Net.IPAddress.Loopback, gateway.MqttPort);
        System.Net.Sockets.NetworkStream stream = stranger.GetStream();
        await stream.WriteAsync(new byte[] { 0x10, 15, 0, 4, (byte)'M', (byte)'Q', (byte)'T', (byte)'T', 4, 2, 0, 0, 0, 3, (byte)'b', (byte)'i', (byte)'g' });
        Assert.Equal(4, await stream.ReadAtLeastAsync(new byte[4], 4)); // welcome
        await stream.WriteAsync(new byte[] { 0x30, 0xFF, 0xFF, 0xFF, 0x7F }); // a publish of 268,435,455 bytes
        byte[] megabyte = new byte[1024 * 1024];
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        int sent = 0;
        await Assert.ThrowsAsync<IOException>(async () =>
        {
            for (; sent < 250; sent++)
            {
                await stream.WriteAsync(megabyte, limit.Token);
            }
        });
        Assert.InRange(sent, 1, 30); // the limit and what lies in the system's own buffers
        await bear.TellAsync(new Topics("bear").Button, Say.Bytes(Say.Button(), 1));
        Assert.Equal(1, gateway.Get<Ingest>().CountsOf("bear").Received);
    }

    [Fact]
    public void A_forged_line_break_stays_on_its_line()
    {
        Assert.Equal("a  b c", LogText.Clean("a\r\nb\u2028c"));
        Assert.Equal(LogText.MaxLength + 3, LogText.Clean(new string('x', 5000)).Length);
    }

    private static async Task<Viewer.Seen> NextLiveAsync(Viewer viewer)
    {
        Viewer.Seen seen = await viewer.NextAsync();
        return seen.Retained ? await viewer.NextAsync() : seen;
    }
}
