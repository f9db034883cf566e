using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Wearable.Contract;

namespace Wearable.Bench.Cluster;

/// <summary>
/// A wearable at protocol level: the messages of the contract over MQTT 3.1.1, no firmware behind them. Remembers which events the broker
/// acknowledged.
/// </summary>
internal sealed class RawWearable : IDisposable
{
    private const int BootId = 7;

    private readonly Socket _socket;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Dictionary<ushort, int> _unacknowledged = [];
    private readonly HashSet<int> _acknowledged = [];
    private readonly Lock _lock = new();
    private int _number;
    private ushort _packet;

    private RawWearable(Socket socket, string id)
    {
        _socket = socket;
        Topics = new Topics(id);
    }

    /// <summary>What it hears of what it subscribed.</summary>
    public event Action<string, byte[]>? Heard;

    public Topics Topics { get; }

    public string Id => Topics.DeviceId;

    /// <summary>False when the broker closed the connection.</summary>
    public bool Alive { get; private set; } = true;

    /// <summary>Messages said so far.</summary>
    public int Said => Volatile.Read(ref _number);

    /// <summary>Numbers of the events that the broker acknowledged.</summary>
    public int[] Acknowledged
    {
        get
        {
            lock (_lock)
            {
                return [.. _acknowledged];
            }
        }
    }

    /// <summary>Events on their way.</summary>
    public int Unacknowledged
    {
        get
        {
            lock (_lock)
            {
                return _unacknowledged.Count;
            }
        }
    }

    /// <summary>Connects, says that it is there and what it is doing.</summary>
    public static async Task<RawWearable> ConnectAsync(int port, string id, CancellationToken cancellation)
    {
        RawWearable wearable = new(await RawMqtt.ConnectAsync(port, id, 0, cancellation), id);
        _ = Task.Run(wearable.ReadAsync, CancellationToken.None);
        await wearable.SendAsync(wearable.Topics.Status, Encoding.UTF8.GetBytes(StatusMessage.Online), 1, retain: true);
        await wearable.SayStateAsync("idle", "");
        return wearable;
    }

    public Task SubscribeAsync(string filter)
    {
        byte[] name = Encoding.UTF8.GetBytes(filter);
        return WriteAsync(RawMqtt.Packet(0x82, [0, 1, (byte)(name.Length >> 8), (byte)name.Length, .. name, 0]));
    }

    public Task SayStateAsync(string mode, string turnId) => SayAsync(
        Topics.State, new StateMessage { Mode = Array.IndexOf(StateMessage.Modes, mode), Microphone = mode == "streaming" ? 2 : 1, TurnId = turnId }, 1, retain: true);

    public Task SayHeartAsync() => SayAsync(Topics.Heart, new HeartMessage { HasRate = true, RateBpmX10 = 723, Quality = 90, State = 2, Source = 1 }, 0);

    /// <summary>A numbered event with QoS 1.</summary>
    public Task SayEventAsync() => SayAsync(Topics.Fault, new OccurrenceMessage { What = "load", Count = 1 }, 1);

    /// <summary>Says a message with the next number.</summary>
    public async Task SayAsync(string topic, DeviceMessage message, int qos, bool retain = false)
    {
        message.BootId = BootId;
        message.Number = Interlocked.Increment(ref _number);
        WireWriter writer = new();
        message.Write(writer);
        await SendAsync(topic, writer.ToArray(), qos, retain, topic == Topics.Fault ? message.Number : 0);
    }

    public Task SendAudioAsync(byte[] packet) => SendAsync(Topics.AudioUp, packet, 0, retain: false);

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private async Task SendAsync(string topic, byte[] payload, int qos, bool retain, int eventNumber = 0)
    {
        byte[] name = Encoding.UTF8.GetBytes(topic);
        byte[] id = [];
        if (qos > 0)
        {
            lock (_lock)
            {
                _packet = (ushort)(_packet == ushort.MaxValue ? 1 : _packet + 1);
                id = [(byte)(_packet >> 8), (byte)_packet];
                _unacknowledged[_packet] = eventNumber;
            }
        }

        await WriteAsync(RawMqtt.Packet((byte)(0x30 | (qos << 1) | (retain ? 1 : 0)), [(byte)(name.Length >> 8), (byte)name.Length, .. name, .. id, .. payload]));
    }

    private async Task WriteAsync(byte[] packet)
    {
        await _writing.WaitAsync();
        try
        {
            for (ReadOnlyMemory<byte> left = packet; left.Length > 0;)
            {
                left = left[await _socket.SendAsync(left)..];
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            Alive = false;
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            byte[] one = new byte[1];
            while (true)
            {
                await RawMqtt.ReadAsync(_socket, one);
                byte first = one[0];
                int length = 0;
                for (int shift = 0; ; shift += 7)
                {
                    await RawMqtt.ReadAsync(_socket, one);
                    length |= (one[0] & 0x7F) << shift;
                    if (one[0] < 0x80)
                    {
                        break;
                    }
                }

                byte[] body = new byte[length];
                await RawMqtt.ReadAsync(_socket, body);
                await TakeAsync(first, body);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
        {
            Alive = false;
        }
    }

    private async Task TakeAsync(byte first, byte[] body)
    {
        switch (first >> 4)
        {
            case 4: // PUBACK
                lock (_lock)
                {
                    if (_unacknowledged.Remove(BinaryPrimitives.ReadUInt16BigEndian(body), out int number) && number > 0)
                    {
                        _acknowledged.Add(number);
                    }
                }

                break;
            case 3: // PUBLISH
                int topicBytes = BinaryPrimitives.ReadUInt16BigEndian(body);
                int at = 2 + topicBytes;
                if ((first & 0x06) != 0)
                {
                    await WriteAsync([0x40, 2, body[at], body[at + 1]]);
                    at += 2;
                }

                Heard?.Invoke(Encoding.UTF8.GetString(body, 2, topicBytes), body[at..]);
                break;
        }
    }
}
