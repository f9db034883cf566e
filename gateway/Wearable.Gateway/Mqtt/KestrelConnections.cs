using System.Net;
using System.Security.Cryptography.X509Certificates;
using MQTTnet.Adapter;
using MQTTnet.AspNetCore;
using MQTTnet.Diagnostics.Logger;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Server;

namespace Wearable.Gateway.Mqtt;

/// <summary>
/// Hands Kestrel's MQTT connections to the broker and names clients that come without an id. MQTTnet 5.2 turns such clients away
/// below MQTT 5, yet <c>mosquitto_sub -t 'wearable/#'</c> is one, and MQTT 3.1.1 (3.1.3.1) lets the server name it.
/// </summary>
public sealed class KestrelConnections(MqttConnectionHandler kestrel) : IMqttServerAdapter
{
    /// <inheritdoc/>
    public Func<IMqttChannelAdapter, Task>? ClientHandler { get; set; }

    /// <inheritdoc/>
    public Task StartAsync(MqttServerOptions options, IMqttNetLogger logger)
    {
        kestrel.ClientHandler = channel => ClientHandler?.Invoke(new NamingChannel(channel)) ?? Task.CompletedTask;
        return kestrel.StartAsync(options, logger);
    }

    /// <inheritdoc/>
    public Task StopAsync()
    {
        kestrel.ClientHandler = null;
        return kestrel.StopAsync();
    }

    /// <inheritdoc/>
    public void Dispose() => kestrel.Dispose();

    private sealed class NamingChannel(IMqttChannelAdapter channel) : IMqttChannelAdapter
    {
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

        public Task SendPacketAsync(MqttPacket packet, CancellationToken cancellationToken) => channel.SendPacketAsync(packet, cancellationToken);

        public void Dispose() => channel.Dispose();

        public Task<MqttPacket> ReceivePacketAsync(CancellationToken cancellationToken) =>
            _connected ? channel.ReceivePacketAsync(cancellationToken) : ReceiveFirstAsync(cancellationToken);

        private async Task<MqttPacket> ReceiveFirstAsync(CancellationToken cancellationToken)
        {
            MqttPacket packet = await channel.ReceivePacketAsync(cancellationToken).ConfigureAwait(false);
            _connected = true;
            if (packet is MqttConnectPacket { ClientId: null or "" } connect)
            {
                // The underscore keeps it apart from every wearable's id.
                connect.ClientId = "viewer_" + Guid.NewGuid().ToString("N");
            }

            return packet;
        }
    }
}
