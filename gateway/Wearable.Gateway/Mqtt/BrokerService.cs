using MQTTnet.Protocol;
using MQTTnet.Server;

namespace Wearable.Gateway.Mqtt;

/// <summary>Starts the broker before Kestrel listens and stops it after, so that no connection finds it half made.</summary>
public sealed class BrokerService(Broker broker, Ingest ingest, ILogger<BrokerService> logger) : IHostedService
{
    private long _dropped;

    /// <summary>Messages that viewers lost because they were slower than the publishers. The gateway's own path loses none.</summary>
    public long DroppedForViewers => Interlocked.Read(ref _dropped);

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        broker.Server.ValidatingConnectionAsync += OnConnecting;
        broker.Server.InterceptingPublishAsync += ingest.OnPublishAsync;
        broker.Server.QueuedApplicationMessageOverwrittenAsync += OnOverwritten;
        await broker.Server.StartAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await broker.Server.StopAsync().ConfigureAwait(false);
        await ingest.DrainAsync(cancellationToken).ConfigureAwait(false);
    }

    private static Task OnConnecting(ValidatingConnectionEventArgs connection)
    {
        if (connection.ClientId == Broker.GatewayClientId)
        {
            connection.ReasonCode = MqttConnectReasonCode.ClientIdentifierNotValid;
        }

        return Task.CompletedTask;
    }

    private Task OnOverwritten(QueueMessageOverwrittenEventArgs overwritten)
    {
        long dropped = Interlocked.Increment(ref _dropped);
        if (long.IsPow2(dropped))
        {
            logger.LogWarning("MQTT viewer {Client} is too slow: its oldest message was dropped ({Dropped} dropped for viewers since start)", LogText.Clean(overwritten.ReceiverClientId), dropped);
        }

        return Task.CompletedTask;
    }
}
