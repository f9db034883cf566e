using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Wearable.Firmware.Board;
using Wearable.Simulator.Link;
using Wearable.Simulator.Time;

namespace Wearable.Simulator.Tests.Link;

public class MqttMessageLinkTests
{
    [Fact]
    public async Task It_connects_publishes_and_receives()
    {
        await using TestBroker broker = await TestBroker.StartAsync();
        await using MqttMessageLink link = new("127.0.0.1", broker.Port);
        Assert.Equal(LinkState.Down, link.State);
        link.BeginConnect(Options());
        await Eventually(() => link.State == LinkState.Up);
        Assert.Equal("", link.LastError);

        byte[] reused = Encoding.UTF8.GetBytes("hello world");
        Assert.True(link.TryPublish("up/a", reused, 5, 1, true, 7));
        reused[0] = (byte)'j';
        await Eventually(() => !broker.Published.IsEmpty);
        Assert.Contains(new TestBroker.Note("up/a", "hello", 1, true), broker.Published);

        int ticket = 0;
        await Eventually(() => link.TryTakeDelivered(out ticket));
        Assert.Equal(7, ticket);

        // Subscribed before Up: the first message cannot be missed.
        await broker.SendAsync("down/x", "one");
        await broker.SendAsync("down/y", "two", qos: 0);
        LinkMessage message = new();
        await Eventually(() => link.TryReceive(message));
        Assert.Equal(("down/x", "one"), (message.Topic, Encoding.UTF8.GetString(message.Payload, 0, message.Length)));
        await Eventually(() => link.TryReceive(message));
        Assert.Equal(("down/y", "two"), (message.Topic, Encoding.UTF8.GetString(message.Payload, 0, message.Length)));
        Assert.False(link.TryReceive(message));
    }

    [Fact]
    public async Task Nobody_listening_is_told_with_the_broker_named()
    {
        int port = TestBroker.FreePort();
        await using MqttMessageLink link = new("127.0.0.1", port);
        link.BeginConnect(Options());
        await Eventually(() => link.State == LinkState.Down);
        Assert.Equal($"broker 127.0.0.1:{port}: nobody listens there (connection refused)", link.LastError);
        Assert.False(link.TryPublish("up/a", [1], 1, 0, false, 0));
    }

    [Fact]
    public async Task A_refusing_broker_is_told_with_the_reason()
    {
        await using TestBroker broker = await TestBroker.StartAsync();
        broker.Password = "right";
        await using MqttMessageLink link = new("127.0.0.1", broker.Port);
        link.BeginConnect(Options(password: "wrong"));
        await Eventually(() => link.State == LinkState.Down);
        Assert.Equal($"broker 127.0.0.1:{broker.Port} refused the connection: bad user name or password", link.LastError);

        link.BeginConnect(Options(password: "right"));
        await Eventually(() => link.State == LinkState.Up);
        Assert.Equal("", link.LastError);
    }

    [Fact]
    public async Task A_refused_subscription_never_counts_as_up()
    {
        await using TestBroker broker = await TestBroker.StartAsync();
        broker.RefusedFilter = "down/#";
        await using MqttMessageLink link = new("127.0.0.1", broker.Port);
        link.BeginConnect(Options());
        await Eventually(() => link.State == LinkState.Down);
        Assert.Contains("subscription to down/# refused", link.LastError);
    }

    [Fact]
    public async Task A_broker_that_goes_away_brings_the_link_down_and_a_new_try_brings_it_up()
    {
        TestBroker broker = await TestBroker.StartAsync();
        int port = broker.Port;
        await using MqttMessageLink link = new("127.0.0.1", port);
        link.BeginConnect(Options());
        await Eventually(() => link.State == LinkState.Up);
        await broker.DisposeAsync();
        await Eventually(() => link.State == LinkState.Down);
        Assert.StartsWith($"broker 127.0.0.1:{port}: ", link.LastError);

        await using TestBroker again = await TestBroker.StartAsync(port);
        link.BeginConnect(Options());
        await Eventually(() => link.State == LinkState.Up);
        Assert.True(link.TryPublish("up/b", "2"u8.ToArray(), 1, 1, false, 0));
        await Eventually(() => again.Published.Any(note => note.Topic == "up/b"));
    }

    [Fact]
    public async Task A_server_that_accepts_and_hangs_up_is_down_not_a_crash()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Task hangUp = Task.Run(async () => (await listener.AcceptSocketAsync()).Close(0));
        await using MqttMessageLink link = new("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port);
        link.BeginConnect(Options());
        await hangUp;
        await Eventually(() => link.State == LinkState.Down);
        Assert.NotEqual("", link.LastError);
    }

    [Fact]
    public async Task An_orderly_end_sends_no_last_will_and_a_pulled_battery_does()
    {
        await using TestBroker broker = await TestBroker.StartAsync();
        await using MqttMessageLink orderly = new("127.0.0.1", broker.Port);
        orderly.BeginConnect(Options(id: "orderly"));
        await Eventually(() => orderly.State == LinkState.Up);
        orderly.TryPublish("up/last", "x"u8.ToArray(), 1, 0, false, 0);
        orderly.Disconnect();
        Assert.Equal(LinkState.Down, orderly.State);
        await orderly.DisposeAsync();

        MqttMessageLink pulled = new("127.0.0.1", broker.Port);
        pulled.BeginConnect(Options(id: "pulled"));
        await Eventually(() => pulled.State == LinkState.Up);
        await pulled.DisposeAsync();
        await Eventually(() => broker.Published.Any(note => note.Topic == "will/pulled"));
        Assert.Contains(new TestBroker.Note("will/pulled", "offline", 1, true), broker.Published);
        Assert.Contains(broker.Published, note => note.Topic == "up/last");
        Assert.DoesNotContain(broker.Published, note => note.Topic == "will/orderly");
    }

    [Fact]
    public async Task A_lost_network_breaks_the_connection_and_no_try_succeeds_until_it_is_back()
    {
        await using TestBroker broker = await TestBroker.StartAsync();
        VirtualClock clock = new();
        LossyNetwork network = new(clock);
        network.BeginJoin();
        clock.Sleep(LossyNetwork.JoinMs);
        await using MqttMessageLink link = new("127.0.0.1", broker.Port, network);
        link.BeginConnect(Options());
        await Eventually(() => link.State == LinkState.Up);

        network.Cut();
        Assert.False(link.TryPublish("up/a", [1], 1, 0, false, 0));
        Assert.Equal(LinkState.Down, link.State);
        Assert.Equal("network lost", link.LastError);
        await Eventually(() => broker.Published.Any(note => note.Topic == "will/sim-1"));
        link.BeginConnect(Options());
        Assert.Equal(LinkState.Down, link.State);
        Assert.Equal("no network", link.LastError);

        network.Restore();
        network.BeginJoin();
        clock.Sleep(LossyNetwork.JoinMs);
        link.BeginConnect(Options());
        await Eventually(() => link.State == LinkState.Up);
    }

    [Fact]
    public async Task A_full_inbox_drops_the_newest_and_counts_it()
    {
        await using TestBroker broker = await TestBroker.StartAsync();
        await using MqttMessageLink link = new("127.0.0.1", broker.Port);
        link.BeginConnect(Options());
        await Eventually(() => link.State == LinkState.Up);
        for (int i = 0; i < 40; i++)
        {
            await broker.SendAsync("down/n", i.ToString());
        }

        await Eventually(() => link.DroppedInbound == 8);
        LinkMessage message = new();
        for (int i = 0; i < 32; i++)
        {
            Assert.True(link.TryReceive(message));
            Assert.Equal(i.ToString(), Encoding.UTF8.GetString(message.Payload, 0, message.Length));
        }

        Assert.False(link.TryReceive(message));
    }

    [Fact]
    public async Task A_full_outbox_says_no_and_what_it_took_is_counted_when_the_connection_breaks()
    {
        // A broker that says CONNACK and then never reads or acknowledges anything.
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Task<Socket> accepted = Task.Run(async () =>
        {
            Socket socket = await listener.AcceptSocketAsync();
            await socket.ReceiveAsync(new byte[1024]);
            await socket.SendAsync(new byte[] { 0x20, 2, 0, 0 });
            return socket;
        });
        MqttMessageLink link = new("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port);
        LinkOptions options = Options();
        options.Subscriptions = [];
        link.BeginConnect(options);
        using Socket server = await accepted;
        await Eventually(() => link.State == LinkState.Up);

        // The first QoS 1 message waits for an acknowledgement that never comes; the rest waits behind it.
        int taken = 0;
        while (link.TryPublish("up/a", [1], 1, 1, false, 0))
        {
            taken++;
        }

        Assert.InRange(taken, MqttMessageLink.OutboxMessages, MqttMessageLink.OutboxMessages + 1);
        server.Close(0);
        await Eventually(() => link.State == LinkState.Down);
        Assert.InRange(link.LostOutbound, MqttMessageLink.OutboxMessages - 1, taken);
        Assert.False(link.TryTakeDelivered(out _));
        await link.DisposeAsync();
    }

    [Fact]
    public async Task Connecting_twice_is_a_broken_rule()
    {
        await using TestBroker broker = await TestBroker.StartAsync();
        await using MqttMessageLink link = new("127.0.0.1", broker.Port);
        link.BeginConnect(Options());
        Assert.Throws<InvalidOperationException>(() => link.BeginConnect(Options()));
    }

    private static LinkOptions Options(string id = "sim-1", string? password = null) => new()
    {
        ClientId = id,
        User = password == null ? null! : "someone",
        Password = password!,
        WillTopic = "will/" + id,
        WillMessage = "offline",
        Subscriptions = ["down/#"],
    };

    /// <summary>Waits for another thread or process; the limit only ends a test that has failed.</summary>
    private static async Task Eventually(Func<bool> condition)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(20), "did not happen within 20 s");
            await Task.Delay(5);
        }
    }
}
