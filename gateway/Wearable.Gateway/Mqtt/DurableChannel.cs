using System.Net;
using System.Security.Cryptography.X509Certificates;
using MQTTnet.Adapter;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Mqtt;

/// <summary>
/// One client's connection to the broker. Two things are added to Kestrel's: a client without an id gets one (MQTTnet 5.2 turns it away
/// below MQTT 5, yet <c>mosquitto_sub -t 'wearable/#'</c> is one, and MQTT 3.1.1 (3.1.3.1) lets the server name it); and an
/// acknowledgement of a publish leaves only when every row added before it is on disk, so what is acknowledged survives a crash.
/// Later publishes are taken meanwhile: one transaction settles many. An acknowledgement is withheld when the store gave up a row that was
/// not on disk when the publish came: its own, or that of an earlier copy of which it is the repetition.
/// </summary>
internal sealed class DurableChannel(IMqttChannelAdapter channel, StoreWriter writer) : IMqttChannelAdapter
{
    // The protocol allows 65,535; beyond this the connection waits.
    private const int MaxWaiting = 8192;

    private readonly Queue<(long After, long UpTo, MqttPacket Packet)> _waiting = new();
    private readonly Queue<(ushort PacketId, long Settled)> _received = new();
    private readonly Lock _lock = new();
    private bool _connected;
    private Task _sending = Task.CompletedTask;

    public long BytesReceived => channel.BytesReceived;

    public long BytesSent => channel.BytesSent;

    public X509Certificate2 ClientCertificate => channel.ClientCertificate;

    public EndPoint RemoteEndPoint => channel.RemoteEndPoint;

    public EndPoint LocalEndPoint => channel.LocalEndPoint;

    public bool IsSecureConnection => channel.IsSecureConnection;

    public MqttPacketFormatterAdapter PacketFormatterAdapter => channel.PacketFormatterAdapter;

    public Task ConnectAsync(CancellationToken cancellationToken) => channel.ConnectAsync(cancellationToken);

    public Task DisconnectAsync(CancellationToken cancellationToken) => channel.DisconnectAsync(cancellationToken);

    public void ResetStatistics() => channel.ResetStatistics();

    public void Dispose() => channel.Dispose();

    public async Task<MqttPacket> ReceivePacketAsync(CancellationToken cancellationToken)
    {
        MqttPacket packet = await channel.ReceivePacketAsync(cancellationToken).ConfigureAwait(false);
        if (packet is MqttPublishPacket { PacketIdentifier: > 0 } publish)
        {
            lock (_lock)
            {
                _received.Enqueue((publish.PacketIdentifier, writer.Settled));
            }
        }
        else if (!_connected)
        {
            _connected = true;
            Name(packet);
        }

        return packet;
    }

    public Task SendPacketAsync(MqttPacket packet, CancellationToken cancellationToken)
    {
        if (packet is not (MqttPubAckPacket or MqttPubRecPacket))
        {
            return channel.SendPacketAsync(packet, cancellationToken);
        }

        lock (_lock)
        {
            (long after, long upTo) = (SettledAtReceipt(((MqttPacketWithIdentifier)packet).PacketIdentifier), writer.Added);
            if (_waiting.Count == 0 && writer.Settled >= upTo)
            {
                return writer.AnyLost(after, upTo) ? Task.CompletedTask : channel.SendPacketAsync(packet, cancellationToken);
            }

            _waiting.Enqueue((after, upTo, packet));
            if (_waiting.Count == 1)
            {
                _sending = SendWaitingAsync(upTo, cancellationToken);
            }

            return _waiting.Count < MaxWaiting ? Task.CompletedTask : _sending;
        }
    }

    // The head stays in the queue until it is sent, so that no later acknowledgement overtakes it.
    private async Task SendWaitingAsync(long upTo, CancellationToken cancellation)
    {
        while (true)
        {
            await writer.SettledAsync(upTo).ConfigureAwait(false);
            if (cancellation.IsCancellationRequested || writer.Settled < upTo)
            {
                return; // the connection or the gateway ends; the publisher keeps what was not acknowledged
            }

            MqttPacket packet;
            bool lost;
            lock (_lock)
            {
                (long after, long to, packet) = _waiting.Peek();
                lost = writer.AnyLost(after, to);
            }

            try
            {
                if (!lost)
                {
                    await channel.SendPacketAsync(packet, cancellation).ConfigureAwait(false);
                }
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException or InvalidOperationException or MQTTnet.Exceptions.MqttCommunicationException)
            {
                return; // the connection is gone
            }

            lock (_lock)
            {
                _waiting.Dequeue();
                if (_waiting.Count == 0)
                {
                    return;
                }

                upTo = _waiting.Peek().UpTo;
            }
        }
    }

    // Acknowledgements leave in the order of the publishes; one that was not answered is passed over.
    private long SettledAtReceipt(ushort packetId)
    {
        while (_received.TryDequeue(out (ushort PacketId, long Settled) publish))
        {
            if (publish.PacketId == packetId)
            {
                return publish.Settled;
            }
        }

        return writer.Settled;
    }

    private static void Name(MqttPacket packet)
    {
        if (packet is MqttConnectPacket { ClientId: null or "" } connect)
        {
            // The underscore keeps it apart from every wearable's id.
            connect.ClientId = "viewer_" + Guid.NewGuid().ToString("N");
        }
    }
}
