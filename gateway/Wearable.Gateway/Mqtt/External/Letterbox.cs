using System.Buffers;
using MQTTnet;
using MQTTnet.Packets;
using MQTTnet.Protocol;
using Wearable.Contract;
using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Mqtt.External;

/// <summary>
/// What wearables publish with QoS 1, on its way into the store: a shared subscription, so that several gateways share the load, in a session
/// that the broker keeps while this gateway is away. Acknowledged only when on disk: a gateway killed at any moment loses nothing that the
/// broker acknowledged, and what comes again is known by boot id and number.
/// </summary>
public sealed class Letterbox : IAsyncDisposable
{
    /// <summary>Name of the group that shares.</summary>
    public const string Group = "wearable";

    /// <summary>Unacknowledged messages the broker may have on their way: its brake when the store is slow.</summary>
    public const int MaxUnacknowledged = 2000;

    /// <summary>How long the broker keeps letters for a gateway that is away.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(7);

    private static readonly string[] Kinds = ["evt/+", "ack", "status", "info", "state", "cfg/reported"];

    private readonly BrokerLink _link;
    private readonly StoreWriter _writer;
    private AcksWhenStored<MqttApplicationMessageReceivedEventArgs> _acks;
    private CancellationTokenSource _connection = new();
    private Ingest? _ingest;

    /// <summary>Makes the letterbox of one node; <see cref="Start"/> opens it.</summary>
    public Letterbox(BrokerChoice choice, string node, StoreWriter writer, TimeProvider time, ILogger logger)
    {
        _writer = writer;
        _acks = NewAcks();
        _link = new BrokerLink(
            choice, "events", options => options.WithClientId("wearable-gateway_" + node)
                .WithCleanStart(false).WithSessionExpiryInterval((uint)KeptFor.TotalSeconds).WithReceiveMaximum(MaxUnacknowledged),
            SubscribeAsync, time, logger);
        _link.Client.ConnectingAsync += OnConnectingAsync;
        _link.Client.ApplicationMessageReceivedAsync += OnMessageAsync;
    }

    /// <summary>Whether letters come in.</summary>
    public bool IsThere => _link.IsThere;

    /// <summary>Opens it.</summary>
    /// <param name="ingest">Takes the letters.</param>
    public void Start(Ingest ingest)
    {
        _ingest = ingest;
        _link.Start();
    }

    /// <summary>Closes it. The broker goes on collecting for this node, unless others take over.</summary>
    /// <param name="othersTakeOver">Whether other gateways share the letters from now on: this node's are then worked off, and the broker forgets it.</param>
    public async Task StopAsync(bool othersTakeOver)
    {
        if (othersTakeOver && _link.IsThere)
        {
            MqttClientUnsubscribeOptions all = new() { TopicFilters = [.. Filters()] };
            try
            {
                await _link.Client.UnsubscribeAsync(all, CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception e) when (BrokerLink.IsNoConnection(e))
            {
                othersTakeOver = false;
            }
        }

        bool settled = await SettleAsync().ConfigureAwait(false);
        await _link.StopAsync(forgetSession: othersTakeOver && settled).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _link.DisposeAsync();

    private static IEnumerable<string> Filters() => Kinds.Select(kind => $"$share/{Group}/{Topics.Root}+/{kind}");

    private static MqttTopicFilter Letters(string filter) =>
        new() { Topic = filter, QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce, RetainHandling = MqttRetainHandling.DoNotSendOnSubscribe };

    private AcksWhenStored<MqttApplicationMessageReceivedEventArgs> NewAcks() =>
        new(_writer, static (letter, _) => letter.AcknowledgeAsync(CancellationToken.None), () => _ = ComeAgainAsync());

    // Whatever was read is stored and acknowledged, at most 3 s.
    private async Task<bool> SettleAsync()
    {
        await _writer.FlushAsync().ConfigureAwait(false);
        for (int i = 0; i < 300 && !_acks.IsIdle; i++)
        {
            await Task.Delay(10).ConfigureAwait(false);
        }

        return _acks.IsIdle;
    }

    private async Task SubscribeAsync(MqttClientConnectResult connected, CancellationToken cancellation)
    {
        MqttClientSubscribeOptions filters = new() { TopicFilters = [.. Filters().Select(filter => Letters(filter))] };
        MqttClientSubscribeResult result = await _link.Client.SubscribeAsync(filters, CancellationToken.None).WaitAsync(cancellation).ConfigureAwait(false);
        foreach (MqttClientSubscribeResultItem item in result.Items)
        {
            if (item.ResultCode is not MqttClientSubscribeResultCode.GrantedQoS1)
            {
                throw new IOException($"it does not grant {item.TopicFilter.Topic} with QoS 1 ({item.ResultCode}); shared subscriptions of MQTT 5 are needed");
            }
        }
    }

    // An acknowledgement of the old connection means nothing on the new one: the broker repeats the message.
    private async Task OnConnectingAsync(MqttClientConnectingEventArgs connecting)
    {
        await _connection.CancelAsync().ConfigureAwait(false);
        (_connection, _acks) = (new CancellationTokenSource(), NewAcks());
    }

    private async Task OnMessageAsync(MqttApplicationMessageReceivedEventArgs letter)
    {
        letter.AutoAcknowledge = false;
        long settled = _writer.Settled;
        (AcksWhenStored<MqttApplicationMessageReceivedEventArgs> acks, CancellationToken over) = (_acks, _connection.Token);

        // Retained: said and stored before; mosquitto 2.0 tells it to a shared subscription all the same.
        if (!letter.ApplicationMessage.Retain && !await _ingest!.OnLetterAsync(letter.ApplicationMessage.Topic, letter.ApplicationMessage.Payload.ToArray()).ConfigureAwait(false))
        {
            return; // the gateway stops
        }

        if (letter.ApplicationMessage.QualityOfServiceLevel != MqttQualityOfServiceLevel.AtMostOnce)
        {
            await acks.AddAsync(letter, settled, over).ConfigureAwait(false);
        }
    }

    // The store gave rows up: only a new connection makes the broker repeat them.
    private async Task ComeAgainAsync()
    {
        try
        {
            await _link.AgainAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (BrokerLink.IsNoConnection(e))
        {
            // it broke by itself
        }
    }
}
