using MQTTnet.Server;

namespace Wearable.Gateway.Mqtt;

/// <summary>The embedded MQTT broker. Kestrel accepts its connections; <see cref="BrokerService"/> starts and stops it.</summary>
public sealed class Broker : IDisposable
{
    /// <summary>Sender of everything the gateway itself publishes. A client that asks for this id is refused.</summary>
    public const string GatewayClientId = "wearable-gateway";

    // MQTTnet drops the oldest message of a subscriber's full queue, QoS 1 included; its default of 1,000 lost 16 % of a measured flood.
    // 20,000 messages of at most 2 KB bound a stuck viewer to 40 MB. The gateway itself does not use this queue, see Ingest.
    private const int MaxPendingMessagesPerClient = 20_000;

    // Each connection keeps one; it holds packet heads and topics, payloads pass beside it. MQTTnet's 4 KB are 41 MB with 10,000 wearables.
    private const int WriterBytes = 256, MaxWriterBytes = 1024;

    /// <summary>Who connects has this long for its first packet.</summary>
    public static readonly TimeSpan FirstPacketWithin = TimeSpan.FromSeconds(10);

    private long _dropped;

    /// <summary>Makes the broker on Kestrel's connections.</summary>
    public Broker(KestrelConnections connections, BrokerLog log)
    {
        MqttServerOptions options = new MqttServerOptionsBuilder()
            .WithoutDefaultEndpoint()
            .WithMaxPendingMessagesPerClient(MaxPendingMessagesPerClient)
            .WithDefaultCommunicationTimeout(FirstPacketWithin)
            .Build();
        options.WriterBufferSize = WriterBytes;
        options.WriterBufferSizeMax = MaxWriterBytes;
        Server = new MqttServerFactory().CreateMqttServer(options, [connections], log);
    }

    /// <summary>The broker itself.</summary>
    public MqttServer Server { get; }

    /// <summary>Messages that viewers lost because they were slower than the publishers. The gateway's own path loses none.</summary>
    public long DroppedForViewers => Interlocked.Read(ref _dropped);

    /// <summary>Counts one of them. Here and not in <see cref="BrokerService"/>: whoever publishes may not need those who listen.</summary>
    internal long CountDropped() => Interlocked.Increment(ref _dropped);

    /// <inheritdoc/>
    public void Dispose() => Server.Dispose();
}
