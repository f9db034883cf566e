using System.Buffers;
using MQTTnet;
using MQTTnet.Protocol;
using MQTTnet.Server;
using Wearable.Contract;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Privacy;
using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Mqtt;

/// <summary>
/// Starts the broker before Kestrel listens, so that no connection finds it half made, and stops it before Kestrel stops: Kestrel would
/// wait for the wearables to leave.
/// </summary>
public sealed class BrokerService(
    Broker broker, Ingest ingest, RetainedMessages retained, DeviceRegistry registry, DeviceAccounts accounts, StoreWriter writer, IStore store, Arrival arrival, Visitors visitors,
    ClosedDoors doors, TimeProvider time, ILogger<BrokerService> logger) : IHostedLifecycleService
{
    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!store.IsShared)
        {
            ingest.Remember(await StoredNumbers.ReadAsync(store, null, cancellationToken).ConfigureAwait(false)); // else each wearable's when it comes
        }

        writer.GaveUp += ingest.GiveBack;
        broker.Server.ValidatingConnectionAsync += OnConnectingAsync;
        broker.Server.InterceptingPublishAsync += ingest.OnPublishAsync;
        broker.Server.InterceptingSubscriptionAsync += OnSubscribing;
        broker.Server.ClientDisconnectedAsync += OnDisconnectedAsync;
        broker.Server.QueuedApplicationMessageOverwrittenAsync += OnOverwritten;
        broker.Server.LoadingRetainedMessageAsync += OnLoadingAsync;
        broker.Server.RetainedMessageChangedAsync += change => retained.KeepAsync(change, time.GetUtcNow());
        await broker.Server.StartAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await broker.Server.StopAsync().ConfigureAwait(false);
        await ingest.DrainAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task OnConnectingAsync(ValidatingConnectionEventArgs connection)
    {
        if (connection.ClientId == Broker.GatewayClientId)
        {
            connection.ReasonCode = MqttConnectReasonCode.ClientIdentifierNotValid;
        }
        else if (doors.IsClosed(connection.ClientId))
        {
            connection.ReasonCode = MqttConnectReasonCode.ServerUnavailable; // it comes again in a moment
        }
        else if (WhyNot(connection) is string why)
        {
            visitors.CountWrong(connection);
            connection.ReasonCode = MqttConnectReasonCode.BadUserNameOrPassword;
            logger.LogWarning("{Client} may not connect: {Why}", LogText.Clean(connection.ClientId), why);
        }
        else
        {
            await arrival.PrepareAsync(connection.ClientId).ConfigureAwait(false);
        }
    }

    private string? WhyNot(ValidatingConnectionEventArgs connection)
    {
        try
        {
            if (visitors.MustWait(connection))
            {
                return "too many wrong passwords from its address";
            }

            string? why = accounts.Refuse(connection.ClientId, connection.UserName, connection.Password, out DateTimeOffset? since);
            Revocation.Remember(connection, since);
            return why ?? (since is null ? visitors.Refuse(connection) : null);
        }
        catch (GatewayStartException e)
        {
            logger.LogError("{Problem}", e.Message);
            return "the wearables' file cannot be read";
        }
    }

    private Task OnSubscribing(InterceptingSubscriptionEventArgs subscription)
    {
        if (accounts.IsAdded(subscription.ClientId) && !SubscribeRules.IsOwn(subscription.ClientId, subscription.TopicFilter.Topic))
        {
            subscription.ProcessSubscription = false;
            subscription.Response.ReasonCode = MqttSubscribeReasonCode.NotAuthorized;
            logger.LogWarning("{Client} may not subscribe {Filter}: its own topics only", LogText.Clean(subscription.ClientId), LogText.Clean(subscription.TopicFilter.Topic));
        }

        return Task.CompletedTask;
    }

    private async Task OnLoadingAsync(LoadingRetainedMessagesEventArgs loading)
    {
        foreach (RetainedMessages.Stored stored in await retained.LoadAsync().ConfigureAwait(false))
        {
            loading.LoadedRetainedMessages.Add(stored.Message);
            await ingest.RestoreAsync(stored.Message.Topic, stored.Message.Payload.ToArray(), stored.At).ConfigureAwait(false);
        }
    }

    // A goodbye suppresses the last will. A wearable that says goodbye without saying "offline" is offline all the same.
    private async Task OnDisconnectedAsync(ClientDisconnectedEventArgs gone)
    {
        if (gone.DisconnectType != MqttClientDisconnectType.Clean || doors.IsClosed(gone.ClientId) || registry.Find(gone.ClientId) is not { Online: true })
        {
            return;
        }

        if ((await broker.Server.GetClientsAsync().ConfigureAwait(false)).Any(client => client.Id == gone.ClientId))
        {
            return; // it is back already
        }

        MqttApplicationMessage offline = new()
        {
            Topic = new Topics(gone.ClientId).Status,
            PayloadSegment = "offline"u8.ToArray(),
            QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
            Retain = true,
        };
        await ingest.SayOfflineAsync(gone.ClientId).ConfigureAwait(false);
        await broker.Server.InjectApplicationMessage(new InjectedMqttApplicationMessage(offline) { SenderClientId = Broker.GatewayClientId }).ConfigureAwait(false);
    }

    private Task OnOverwritten(QueueMessageOverwrittenEventArgs overwritten)
    {
        long dropped = broker.CountDropped();
        if (long.IsPow2(dropped))
        {
            logger.LogWarning("MQTT viewer {Client} is too slow: its oldest message was dropped ({Dropped} dropped for viewers since start)", LogText.Clean(overwritten.ReceiverClientId), dropped);
        }

        return Task.CompletedTask;
    }
}
