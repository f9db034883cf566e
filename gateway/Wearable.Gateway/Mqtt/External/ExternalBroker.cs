using MQTTnet;
using Wearable.Contract;
using Wearable.Gateway.Cluster;
using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Mqtt.External;

/// <summary>
/// Another program's broker in place of the embedded one. Starts without it and waits; stops behind the conversations, whose last words go
/// through it.
/// </summary>
public sealed class ExternalBroker : IHouseBroker, IHostedLifecycleService, IAsyncDisposable
{
    private readonly IServiceProvider _services;
    private readonly StoreWriter _writer;
    private readonly IStore _store;
    private readonly IHomes? _homes;

    /// <summary>Makes both connections.</summary>
    /// <exception cref="GatewayStartException">The password or the authority's file cannot be read.</exception>
    public ExternalBroker(
        GatewayOptions options, NodeName node, IServiceProvider services, StoreWriter writer, IStore store, TopicBook book, TimeProvider time, ILogger<ExternalBroker> logger,
        IHomes? homes = null)
    {
        BrokerChoice choice = options.Broker ?? throw new ArgumentException("an external broker expected, got none", nameof(options));
        (_services, _writer, _store, _homes) = (services, writer, store, homes);
        Letters = new Letterbox(choice, node.Value, writer, time, logger);
        Home = new HomeLink(choice, node.Value, book, homes is null, options.MaxDevices, time, logger);
    }

    /// <summary>Events on their way into the store.</summary>
    public Letterbox Letters { get; }

    /// <summary>Conversations, and all that is said.</summary>
    public HomeLink Home { get; }

    // What hears of the wearables also speaks through this broker: it is looked up when everything is made.
    private Ingest Ingest => _services.GetRequiredService<Ingest>();

    /// <inheritdoc/>
    public long Dropped => Home.Dropped;

    /// <inheritdoc/>
    public bool IsThere => Home.IsThere && Letters.IsThere;

    /// <inheritdoc/>
    public ValueTask<bool> PublishAsync(MqttApplicationMessage message, string from, CancellationToken cancellation = default) => Home.PublishAsync(message, from, cancellation);

    /// <inheritdoc/>
    public ValueTask<byte[]?> SettingsAsync(string topic) => new(Home.SettingsOf(topic));

    /// <inheritdoc/>
    public Task SendAwayAsync(string deviceId) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task<string[]> EraseRetainedAsync(string deviceId)
    {
        Topics of = new(deviceId);
        string[] topics = [of.ConfigDesired, of.ConfigReported, of.WakeModel, of.Info, of.State, of.Status];
        foreach (string topic in topics)
        {
            MqttApplicationMessage empty = new() { Topic = topic, Retain = true, QualityOfServiceLevel = MQTTnet.Protocol.MqttQualityOfServiceLevel.AtLeastOnce };
            await PublishAsync(empty, Broker.GatewayClientId).ConfigureAwait(false);
        }

        return topics;
    }

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!_store.IsShared)
        {
            Ingest.Remember(await StoredNumbers.ReadAsync(_store, null, cancellationToken).ConfigureAwait(false)); // else the store itself drops what it has
        }

        _writer.GaveUp += Ingest.GiveBack;
        Home.Start(Ingest);
        Letters.Start(Ingest);
    }

    /// <inheritdoc/>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await Home.StopAsync().ConfigureAwait(false);
        await Letters.StopAsync(othersTakeOver: _homes is { OthersAreThere: true }).ConfigureAwait(false);
        await Ingest.DrainAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Home.DisposeAsync().ConfigureAwait(false);
        await Letters.DisposeAsync().ConfigureAwait(false);
    }
}
