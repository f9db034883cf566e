using System.Buffers;
using System.Collections.Concurrent;
using MQTTnet;
using MQTTnet.Packets;
using MQTTnet.Protocol;
using Wearable.Contract;

namespace Wearable.Gateway.Mqtt.External;

/// <summary>
/// What this gateway hears of the wearables it is home to, as it happens, and all it says: plain subscriptions with QoS 0, so that a wake and
/// the sound behind it come in the order they were said. Nothing is kept for a gateway that is away; what must not be lost comes
/// through the <see cref="Letterbox"/>.
/// </summary>
public sealed class HomeLink : IAsyncDisposable
{
    private const string All = "+";

    private static readonly string[] Kinds = ["info", "state", "evt/+", "tele/+", "ack", "cfg/desired", "cfg/reported"];

    private readonly BrokerLink _link;
    private readonly TopicBook _book;
    private readonly ILogger _logger;
    private readonly int _maxDevices;
    private readonly ConcurrentDictionary<string, bool> _homes = new();
    private readonly bool _alone;
    private readonly ConcurrentDictionary<string, byte[]> _settings = new();
    private readonly DevicePumps<Heard> _pumps;
    private Ingest? _ingest;
    private long _unsaid;

    /// <summary>Makes the link; <see cref="Start"/> starts it.</summary>
    /// <param name="alone">Home to every wearable; else to those that are added. Who is there, it hears of all.</param>
    public HomeLink(BrokerChoice choice, string node, TopicBook book, bool alone, int maxDevices, TimeProvider time, ILogger logger)
    {
        (_book, _alone, _maxDevices, _logger) = (book, alone, maxDevices, logger);
        _pumps = new DevicePumps<Heard>(heard => _ingest!.OnHomeAsync(heard.Topic, heard.Payload, heard.Retained));
        _link = new BrokerLink(
            choice, "conversations", options => options.WithClientId($"wearable-home_{node}_{Random.Shared.Next(0x1000000):x6}").WithCleanStart(true),
            (_, cancellation) => BeginAsync(cancellation), time, logger);
        _link.Client.ApplicationMessageReceivedAsync += OnMessageAsync;
    }

    /// <summary>Whether messages pass.</summary>
    public bool IsThere => _link.IsThere;

    /// <summary>Messages dropped: a wearable's queue was full, or the broker was away.</summary>
    public long Dropped => _pumps.Dropped + Interlocked.Read(ref _unsaid);

    /// <summary>Connects.</summary>
    /// <param name="ingest">Takes what is heard.</param>
    public void Start(Ingest ingest)
    {
        _ingest = ingest;
        _link.Start();
    }

    /// <summary>Waits for what is on its way, at most 3 s, and leaves.</summary>
    public async Task StopAsync()
    {
        await _link.StopAsync(forgetSession: true).ConfigureAwait(false);
        for (int i = 0; i < 300 && !_pumps.IsIdle; i++)
        {
            await Task.Delay(10).ConfigureAwait(false);
        }
    }

    /// <summary>Hears a wearable from now on, its retained words first.</summary>
    /// <param name="wearable">Its id.</param>
    public async Task AddAsync(string wearable)
    {
        _homes[wearable] = true;
        if (_link.IsThere)
        {
            try
            {
                await SubscribeAsync([wearable], CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception e) when (BrokerLink.IsNoConnection(e))
            {
                // subscribed with all others at the next connection
            }
        }
    }

    /// <summary>Hears a wearable no longer.</summary>
    public async Task RemoveAsync(string wearable)
    {
        _homes.TryRemove(wearable, out _);
        if (_link.IsThere)
        {
            try
            {
                await _link.Client.UnsubscribeAsync(new MqttClientUnsubscribeOptions { TopicFilters = [.. Filters(wearable)] }, CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception e) when (BrokerLink.IsNoConnection(e))
            {
                // the next connection does not ask for it
            }
        }

        _pumps.Forget(wearable);
    }

    /// <summary>Settings as the broker keeps them; null when they were not heard.</summary>
    public byte[]? SettingsOf(string topic) => _settings.GetValueOrDefault(topic);

    /// <summary>Publishes; false when the broker is away.</summary>
    public async ValueTask<bool> PublishAsync(MqttApplicationMessage message, string from, CancellationToken cancellation)
    {
        bool mustArrive = message.QualityOfServiceLevel != MqttQualityOfServiceLevel.AtMostOnce;
        TimeSpan patience = mustArrive ? TimeSpan.FromMilliseconds(DeviceSender.DefaultTimeToLiveMs) : TimeSpan.Zero;
        try
        {
            if (_link.IsThere || (mustArrive && await _link.WaitAsync(patience, cancellation).ConfigureAwait(false)))
            {
                cancellation.ThrowIfCancellationRequested();
                await _link.Client.PublishAsync(message, CancellationToken.None).WaitAsync(cancellation).ConfigureAwait(false);
                _book.Keep(message, from);
                return true;
            }
        }
        catch (Exception e) when (BrokerLink.IsNoConnection(e) && !cancellation.IsCancellationRequested)
        {
            // told below
        }

        Interlocked.Increment(ref _unsaid);
        if (mustArrive)
        {
            _logger.LogWarning("{Topic} was not sent: the broker is away", LogText.Clean(message.Topic));
        }

        return false;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _link.DisposeAsync();

    private static IEnumerable<string> Filters(string wearable) => [.. Kinds.Select(kind => $"{Topics.Root}{wearable}/{kind}"), $"{Topics.AudioRoot}{wearable}/up"];

    // Homes first, so that a wearable's state is there when its status comes.
    private async Task BeginAsync(CancellationToken cancellation)
    {
        await SubscribeAsync(_alone ? [All] : [.. _homes.Keys], cancellation).ConfigureAwait(false);
        await SubscribeAsync([$"{Topics.Root}{All}/status"], filter => [filter], cancellation).ConfigureAwait(false);
    }

    private Task SubscribeAsync(IReadOnlyCollection<string> wearables, CancellationToken cancellation) => SubscribeAsync(wearables, Filters, cancellation);

    private async Task SubscribeAsync(IReadOnlyCollection<string> some, Func<string, IEnumerable<string>> filtersOf, CancellationToken cancellation)
    {
        // A packet of at most 50 wearables stays below 32 KB.
        foreach (string[] chunk in some.Chunk(50))
        {
            MqttClientSubscribeOptions filters = new() { TopicFilters = [.. chunk.SelectMany(filtersOf).Select(filter => new MqttTopicFilter { Topic = filter })] };
            MqttClientSubscribeResult result = await _link.Client.SubscribeAsync(filters, CancellationToken.None).WaitAsync(cancellation).ConfigureAwait(false);
            if (result.Items.FirstOrDefault(item => item.ResultCode > MqttClientSubscribeResultCode.GrantedQoS2) is { } refused)
            {
                throw new IOException($"it does not grant {refused.TopicFilter.Topic} ({refused.ResultCode})");
            }
        }
    }

    private Task OnMessageAsync(MqttApplicationMessageReceivedEventArgs args)
    {
        MqttApplicationMessage message = args.ApplicationMessage;
        TopicName topic = TopicName.Parse(message.Topic);
        _book.Keep(message, topic.DeviceId);
        byte[] payload = message.Payload.ToArray();
        if (topic.Kind is TopicKind.ConfigDesired or TopicKind.ConfigReported && (_settings.ContainsKey(message.Topic) || _settings.Count < 2 * _maxDevices))
        {
            _settings[message.Topic] = payload;
        }

        long before = _pumps.Dropped;
        if (!_pumps.Post(topic.DeviceId, new Heard(message.Topic, payload, message.Retain)) && long.IsPow2(before + 1))
        {
            _logger.LogWarning("{Device} sends faster than it is heard: a message was dropped ({Dropped} since start)", topic.DeviceId, before + 1);
        }

        return Task.CompletedTask;
    }

    private sealed record Heard(string Topic, byte[] Payload, bool Retained);
}
