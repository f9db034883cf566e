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
/// acknowledgement of a publish waits for the disk (<see cref="AcksWhenStored{T}"/>).
/// </summary>
internal sealed class DurableChannel(IMqttChannelAdapter channel, StoreWriter writer) : IMqttChannelAdapter
{
    private readonly AcksWhenStored<MqttPacket> _acks = new(writer, channel.SendPacketAsync);
    private readonly Queue<(ushort PacketId, long Settled)> _received = new();
    private readonly Lock _lock = new();
    private bool _connected;

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
            return _acks.AddAsync(packet, SettledAtReceipt(((MqttPacketWithIdentifier)packet).PacketIdentifier), cancellationToken);
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
