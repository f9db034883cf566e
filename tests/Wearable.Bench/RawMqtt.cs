using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Wearable.Bench;

/// <summary>
/// The few packets of MQTT 3.1.1 that a load needs, as bytes: a client library's own cost would be measured with the broker's.
/// </summary>
internal static class RawMqtt
{
    public static readonly byte[] Ping = [0xC0, 0];

    public static async Task<Socket> ConnectAsync(int port, string clientId, int keepAliveS, CancellationToken cancellation = default)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", port, cancellation);
        byte[] id = Encoding.UTF8.GetBytes(clientId);
        byte[] body = [0, 4, (byte)'M', (byte)'Q', (byte)'T', (byte)'T', 4, 2, (byte)(keepAliveS >> 8), (byte)keepAliveS, (byte)(id.Length >> 8), (byte)id.Length, .. id];
        await socket.SendAsync(Packet(0x10, body), cancellation);
        byte[] answer = new byte[4];
        await ReadAsync(socket, answer, cancellation);
        if (answer is not [0x20, 2, _, 0])
        {
            throw new IOException($"CONNACK 20 02 xx 00 expected for {clientId}, got {Convert.ToHexString(answer)}");
        }

        return socket;
    }

    public static byte[] Packet(byte first, ReadOnlySpan<byte> body)
    {
        List<byte> packet = [first];
        int left = body.Length;
        do
        {
            packet.Add((byte)((left & 0x7F) | (left > 0x7F ? 0x80 : 0)));
            left >>= 7;
        }
        while (left > 0);
        return [.. packet, .. body];
    }

    public static byte[] Publish(string topic, byte[] payload, out int idAt)
    {
        byte[] name = Encoding.UTF8.GetBytes(topic);
        byte[] body = [(byte)(name.Length >> 8), (byte)name.Length, .. name, 0, 0, .. payload];
        byte[] packet = Packet(0x32, body);
        idAt = packet.Length - payload.Length - 2;
        return packet;
    }

    /// <summary>With QoS 0: no packet id, no acknowledgement.</summary>
    public static byte[] PublishOnce(string topic, byte[] payload)
    {
        byte[] name = Encoding.UTF8.GetBytes(topic);
        return Packet(0x30, [(byte)(name.Length >> 8), (byte)name.Length, .. name, .. payload]);
    }

    public static async Task ReadAsync(Socket socket, Memory<byte> into, CancellationToken cancellation = default)
    {
        while (into.Length > 0)
        {
            int got = await socket.ReceiveAsync(into, cancellation);
            if (got == 0)
            {
                throw new IOException("the broker closed the connection");
            }

            into = into[got..];
        }
    }
}

/// <summary>A numbered fault of 256 bytes as a whole packet with QoS 1.</summary>
internal sealed class RawMessage
{
    /// <summary>Seven digits from the start: the packet keeps its length.</summary>
    public const int FirstNumber = 1_000_001;

    private const int Digits = 7;
    private const int PayloadBytes = 256;

    private readonly byte[] _packet;
    private readonly int _idAt;
    private readonly int _numberAt;

    public RawMessage(string id)
    {
        string head = $$"""{"b":7,"n":{{FirstNumber}},"ts":1764000000000,"what":"load","since":1,"count":1,"text":"{0}"}""";
        string payload = head.Replace("{0}", new string('x', PayloadBytes - head.Length + 3), StringComparison.Ordinal);
        _packet = RawMqtt.Publish(new Wearable.Contract.Topics(id).Fault, Encoding.UTF8.GetBytes(payload), out _idAt);
        _numberAt = _idAt + 2 + payload.IndexOf(FirstNumber.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    public int Length => _packet.Length;

    /// <summary>Writes the packet of the index-th message, from 0.</summary>
    public void Fill(Span<byte> packet, long index)
    {
        _packet.CopyTo(packet);
        BinaryPrimitives.WriteUInt16BigEndian(packet[_idAt..], (ushort)(1 + (index % 65535)));
        long number = FirstNumber + index;
        for (int i = Digits - 1; i >= 0; i--)
        {
            packet[_numberAt + i] = (byte)('0' + (number % 10));
            number /= 10;
        }
    }
}

/// <summary>Publishes numbered faults of 256 bytes with QoS 1, a bounded number unacknowledged.</summary>
internal sealed class RawPublisher : IDisposable
{
    private readonly Socket _socket;
    private readonly int _window;
    private readonly RawMessage _message;

    private RawPublisher(Socket socket, string id, int window)
    {
        _socket = socket;
        _window = window;
        _message = new RawMessage(id);
    }

    public static async Task<RawPublisher> ConnectAsync(int port, string id, int window) => new(await RawMqtt.ConnectAsync(port, id, 0), id, window);

    /// <summary>Publishes for a time, then waits for what is still unacknowledged.</summary>
    /// <returns>Messages acknowledged.</returns>
    public async Task<long> RunAsync(TimeSpan time)
    {
        long until = Environment.TickCount64 + (long)time.TotalMilliseconds;
        long sent = 0;
        long acknowledged = 0;
        byte[] chunk = new byte[_message.Length * 128];
        byte[] answers = new byte[4 * 4096];
        int odd = 0;
        while (true)
        {
            bool more = Environment.TickCount64 < until;
            int room = more ? (int)Math.Min(128, _window - (sent - acknowledged)) : 0;
            if (room > 0)
            {
                for (int i = 0; i < room; i++)
                {
                    _message.Fill(chunk.AsSpan(i * _message.Length, _message.Length), sent + i);
                }

                sent += room;
                for (ReadOnlyMemory<byte> left = chunk.AsMemory(0, room * _message.Length); left.Length > 0;)
                {
                    left = left[await _socket.SendAsync(left)..];
                }
            }

            if (!more && sent == acknowledged)
            {
                return acknowledged;
            }

            if (_socket.Available > 0 || sent - acknowledged >= _window || !more)
            {
                int got = await _socket.ReceiveAsync(answers.AsMemory(odd));
                if (got == 0)
                {
                    throw new IOException($"the broker closed the connection after {acknowledged} messages");
                }

                odd += got;
                for (int i = 0; i + 4 <= odd; i += 4)
                {
                    if (answers[i] != 0x40 || answers[i + 1] != 2)
                    {
                        throw new IOException($"PUBACK 40 02 expected, got {answers[i]:X2} {answers[i + 1]:X2}");
                    }
                }

                acknowledged += odd / 4;
                int rest = odd % 4;
                answers.AsSpan(odd - rest, rest).CopyTo(answers);
                odd = rest;
            }
        }
    }

    public void Dispose() => _socket.Dispose();
}

/// <summary>Takes every publish of one filter with QoS 1 and acknowledges it.</summary>
internal sealed class RawSubscriber : IDisposable
{
    private readonly Socket _socket;
    private long _received;

    private RawSubscriber(Socket socket) => _socket = socket;

    public long Received => Interlocked.Read(ref _received);

    public static async Task<RawSubscriber> ConnectAsync(int port, string filter)
    {
        Socket socket = await RawMqtt.ConnectAsync(port, "bench_viewer", 0);
        byte[] name = Encoding.UTF8.GetBytes(filter);
        await socket.SendAsync(RawMqtt.Packet(0x82, [0, 1, (byte)(name.Length >> 8), (byte)name.Length, .. name, 1]));
        await RawMqtt.ReadAsync(socket, new byte[5]);
        RawSubscriber subscriber = new(socket);
        _ = Task.Run(subscriber.ReadAsync);
        return subscriber;
    }

    public void Dispose() => _socket.Dispose();

    private async Task ReadAsync()
    {
        byte[] buffer = new byte[256 * 1024];
        byte[] acks = new byte[buffer.Length];
        int held = 0;
        try
        {
            while (await _socket.ReceiveAsync(buffer.AsMemory(held)) is int got and > 0)
            {
                held += got;
                int at = 0;
                int ackBytes = 0;
                while (Length(buffer.AsSpan(at, held - at), out int headerBytes) is int body and >= 0 && at + headerBytes + body <= held)
                {
                    int idAt = at + headerBytes + 2 + BinaryPrimitives.ReadUInt16BigEndian(buffer.AsSpan(at + headerBytes));
                    (acks[ackBytes], acks[ackBytes + 1], acks[ackBytes + 2], acks[ackBytes + 3]) = (0x40, 2, buffer[idAt], buffer[idAt + 1]);
                    ackBytes += 4;
                    at += headerBytes + body;
                    _received++;
                }

                buffer.AsSpan(at, held - at).CopyTo(buffer);
                held -= at;
                if (ackBytes > 0)
                {
                    await _socket.SendAsync(acks.AsMemory(0, ackBytes));
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // the measurement is over
        }
    }

    private static int? Length(ReadOnlySpan<byte> packet, out int headerBytes)
    {
        int length = 0;
        for (headerBytes = 1; headerBytes < packet.Length && headerBytes <= 4; headerBytes++)
        {
            length |= (packet[headerBytes] & 0x7F) << (7 * (headerBytes - 1));
            if (packet[headerBytes] < 0x80)
            {
                headerBytes++;
                return length;
            }
        }

        return null;
    }
}
