using System.Buffers;
using System.Collections.Concurrent;
using MQTTnet.Protocol;
using MQTTnet.Server;
using Wearable.Contract;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Privacy;
using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Mqtt;

/// <summary>
/// The way in: every publish passes here before the broker acknowledges and forwards it. A message of the contract is checked once,
/// rid of duplicates, counted, and handed to each listener in turn; the publisher waits for them, so nothing is dropped at overload.
/// What is not of the contract is refused: counted, logged with the field's name, kept for the page. A wrong payload is still
/// forwarded (people see it in their viewer) but not retained; a publish under another's name is not.
/// </summary>
public sealed class Ingest(
    IEnumerable<IDeviceListener> listeners, DeviceRegistry registry, RefusalLog refusals, ClosedDoors doors, GatewayOptions options, TimeProvider time, ILogger<Ingest> logger)
{
    private readonly IDeviceListener[] _listeners = [.. listeners];
    private readonly IDeviceListener[] _keepers = [.. listeners.Where(listener => listener is IDeviceKeeper)];
    private readonly IDeviceListener[] _hearers = [.. listeners.Where(listener => listener is not IDeviceKeeper)];
    private readonly ConcurrentDictionary<string, DeviceLane> _lanes = new();
    private readonly ConcurrentDictionary<string, DeviceLane> _letterLanes = new();
    private readonly Lock _admission = new();
    private readonly CancellationTokenSource _stopping = new();
    private int _inFlight;

    /// <summary>What was counted about one wearable; zeros when it never sent anything.</summary>
    public LaneCounts CountsOf(string deviceId) => _lanes.TryGetValue(deviceId, out DeviceLane? lane) ? lane.Counts : new LaneCounts(0, 0, 0, 0, 0);

    /// <summary>The broker's hook. Never throws: an exception would close the publisher's connection.</summary>
    public async Task OnPublishAsync(InterceptingPublishEventArgs publish)
    {
        if (publish.ClientId == Broker.GatewayClientId)
        {
            return; // the gateway's own words, checked where they were made
        }

        Interlocked.Increment(ref _inFlight);
        try
        {
            await HearAsync(publish).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The gateway stops; the publisher keeps what was not acknowledged.
            publish.CloseConnection = true;
        }
        catch (Exception e)
        {
            logger.LogError(e, "message on {Topic} was not handled", LogText.Clean(publish.ApplicationMessage.Topic));
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }

    /// <summary>An external broker's message of QoS 1, for the keepers. What is wrong with it is counted where it is heard as it happens.</summary>
    /// <returns>False when the gateway stops and the message was not taken.</returns>
    public async Task<bool> OnLetterAsync(string topicText, byte[] payload)
    {
        TopicName topic = TopicName.Parse(topicText);
        if (!PayloadReader.Reads(topic.Kind) || payload.Length == 0 || doors.IsClosed(topic.DeviceId))
        {
            return true;
        }

        Interlocked.Increment(ref _inFlight);
        try
        {
            if (!TryAdmit(topic.DeviceId, out _))
            {
                return true;
            }

            object message = PayloadReader.Read(topic.Kind, payload);
            DeviceReport report = new(topic.DeviceId, topic.Kind, message, time.GetUtcNow(), payload);
            await HandOverAsync(_letterLanes.GetOrAdd(topic.DeviceId, static _ => new DeviceLane()), report, _keepers).ConfigureAwait(false);
            return true;
        }
        catch (WireException)
        {
            return true;
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }

    /// <summary>
    /// An external broker's message as it happens. Who published it is the broker's to check. A retained one is what a wearable said before this
    /// gateway listened: it is not counted, and those who hear it hear the wearable's own time.
    /// </summary>
    public async Task OnHomeAsync(string topicText, byte[] payload, bool retained)
    {
        TopicName topic = TopicName.Parse(topicText);
        if (topic.Kind == TopicKind.None)
        {
            refusals.Add(topic.DeviceId, topicText, "not a topic of the contract", payload.Length);
            return;
        }

        if (!PayloadReader.Reads(topic.Kind) || payload.Length == 0 || doors.IsClosed(topic.DeviceId))
        {
            return;
        }

        if (retained && !RetainedMessages.MayRetain(topic.Kind))
        {
            refusals.Add(topic.DeviceId, topicText, "not retained expected, got retained", payload.Length);
            return;
        }

        if (!TryAdmit(topic.DeviceId, out DeviceLane? lane))
        {
            refusals.Add(topic.DeviceId, topicText, $"at most {options.MaxDevices} wearables expected, got one more", payload.Length);
            return;
        }

        Interlocked.Increment(ref _inFlight);
        try
        {
            object message = PayloadReader.Read(topic.Kind, payload);
            if (retained)
            {
                long at = message is DeviceMessage { TimestampMs: > 0 } dated ? dated.TimestampMs : 0;
                await TellAllAsync(_hearers, new DeviceReport(topic.DeviceId, topic.Kind, message, DateTimeOffset.FromUnixTimeMilliseconds(at), payload)).ConfigureAwait(false);
                return;
            }

            bool isLetter = topic.Kind is not (TopicKind.Heart or TopicKind.Beats or TopicKind.RawPulse or TopicKind.Motion or TopicKind.DeviceHealth or TopicKind.AudioUp);
            await HandOverAsync(lane, new DeviceReport(topic.DeviceId, topic.Kind, message, time.GetUtcNow(), payload), isLetter ? _hearers : _listeners).ConfigureAwait(false);
        }
        catch (WireException e)
        {
            lane.Refuse();
            refusals.Add(topic.DeviceId, topicText, e.Message, payload.Length);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The gateway stops; what must not be lost is in the letterbox.
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }

    /// <summary>Puts what a wearable said before the gateway's restart back into the registry; no one else hears it again.</summary>
    public async Task RestoreAsync(string topicText, byte[] payload, DateTimeOffset at)
    {
        TopicName topic = TopicName.Parse(topicText);
        if (!PayloadReader.Reads(topic.Kind) || !TryAdmit(topic.DeviceId, out _))
        {
            return;
        }

        try
        {
            object message = PayloadReader.Read(topic.Kind, payload);
            await registry.OnReportAsync(new DeviceReport(topic.DeviceId, topic.Kind, message, at, payload), _stopping.Token).ConfigureAwait(false);
        }
        catch (WireException e)
        {
            refusals.Add(Broker.GatewayClientId, topicText, e.Message, payload.Length); // an older contract's message
        }
    }

    /// <summary>Remembers which messages were stored before the gateway's restart; their repetitions are duplicates. Only before the broker starts.</summary>
    public void Remember(IReadOnlyList<StoredNumbers> stored)
    {
        foreach ((string deviceId, int bootId, NumberWindow numbers) in stored)
        {
            if (!TryAdmit(deviceId, out DeviceLane? lane))
            {
                continue;
            }

            if (options.Broker is null)
            {
                lane.Remember(bootId, numbers);
            }
            else
            {
                _letterLanes.GetOrAdd(deviceId, static _ => new DeviceLane()).Remember(bootId, numbers);
            }
        }
    }

    /// <summary>Learns which messages of a wearable other gateways stored meanwhile; their repetitions are duplicates.</summary>
    /// <param name="deviceId">The wearable.</param>
    /// <param name="stored">Its boots, oldest first.</param>
    public async Task RecallAsync(string deviceId, IReadOnlyList<StoredNumbers> stored)
    {
        if (!TryAdmit(deviceId, out DeviceLane? lane))
        {
            return;
        }

        await lane.Turn.WaitAsync(_stopping.Token).ConfigureAwait(false);
        try
        {
            lane.Recall(stored);
        }
        finally
        {
            lane.Turn.Release();
        }
    }

    /// <summary>These messages were heard but could not be stored: they are not acknowledged and may come again.</summary>
    public void GiveBack(IReadOnlyList<StoreRow> rows)
    {
        foreach (StoreRow row in rows)
        {
            if (row.Of is MessageNumber number && (options.Broker is null ? _lanes : _letterLanes).TryGetValue(number.DeviceId, out DeviceLane? lane))
            {
                lane.GiveBack(number);
            }
        }
    }

    /// <summary>Tells the listeners that a known wearable left without saying so itself.</summary>
    public Task SayOfflineAsync(string deviceId) => TryAdmit(deviceId, out DeviceLane? lane)
        ? HandOverAsync(lane, new DeviceReport(deviceId, TopicKind.Status, new StatusReport(false), time.GetUtcNow(), "offline"u8.ToArray()), _listeners)
        : Task.CompletedTask;

    /// <summary>Lets go of a wearable's counters, once its message under way is handed over. Its door must be closed.</summary>
    public async Task ForgetAsync(string deviceId)
    {
        if (_lanes.TryGetValue(deviceId, out DeviceLane? lane))
        {
            await lane.Turn.WaitAsync(_stopping.Token).ConfigureAwait(false);
            _lanes.TryRemove(deviceId, out _);
            _letterLanes.TryRemove(deviceId, out _);
            lane.Turn.Release();
        }
    }

    /// <summary>Waits for messages on their way, at most 3 s, then lets go of them.</summary>
    public async Task DrainAsync(CancellationToken cancellation)
    {
        for (int i = 0; i < 300 && Volatile.Read(ref _inFlight) > 0 && !cancellation.IsCancellationRequested; i++)
        {
            await Task.Delay(10, CancellationToken.None).ConfigureAwait(false);
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
    }

    private async Task HearAsync(InterceptingPublishEventArgs publish)
    {
        string topicText = publish.ApplicationMessage.Topic;
        TopicName topic = TopicName.Parse(topicText);
        int bytes = (int)publish.ApplicationMessage.Payload.Length;
        if (Visitors.OnlyLooks(publish.SessionItems))
        {
            Forbid(publish, "this user may only look", bytes);
            return;
        }

        if (doors.IsClosed(publish.ClientId) || (topic.Kind != TopicKind.None && doors.IsClosed(topic.DeviceId)))
        {
            publish.ProcessPublish = false; // not even noted as refused: it is being forgotten
            publish.Response.ReasonCode = MqttPubAckReasonCode.NotAuthorized;
            return;
        }

        if (topic.Kind == TopicKind.None)
        {
            if (topicText.StartsWith(Topics.Root, StringComparison.Ordinal) || topicText.StartsWith(Topics.AudioRoot, StringComparison.Ordinal))
            {
                refusals.Add(publish.ClientId, topicText, "not a topic of the contract", bytes);
            }

            return;
        }

        if (PublishRules.Refuse(publish.ClientId, topic, _lanes.ContainsKey) is string forbidden)
        {
            Forbid(publish, forbidden, bytes);
            return;
        }

        if (publish.ApplicationMessage.Retain && !RetainedMessages.MayRetain(topic.Kind))
        {
            // Retained, a pulse would outlive its erasing and a command would be obeyed again at every reconnect.
            publish.ApplicationMessage.Retain = false;
            refusals.Add(publish.ClientId, topicText, "not retained expected, got retained (passed on without)", bytes);
        }

        if (!PayloadReader.Reads(topic.Kind) || (bytes == 0 && publish.ApplicationMessage.Retain))
        {
            return; // a tool's command, or the erasing of a retained message
        }

        if (!TryAdmit(topic.DeviceId, out DeviceLane? lane))
        {
            Forbid(publish, $"at most {options.MaxDevices} wearables expected, got one more", bytes);
            return;
        }

        byte[] payload = publish.ApplicationMessage.Payload.ToArray();
        object message;
        try
        {
            message = PayloadReader.Read(topic.Kind, payload);
        }
        catch (WireException e)
        {
            lane.Refuse();
            publish.ApplicationMessage.Retain = false;
            refusals.Add(publish.ClientId, topicText, e.Message, bytes);
            return;
        }

        await HandOverAsync(lane, new DeviceReport(topic.DeviceId, topic.Kind, message, time.GetUtcNow(), payload), _listeners).ConfigureAwait(false);
    }

    private void Forbid(InterceptingPublishEventArgs publish, string why, int bytes)
    {
        publish.ProcessPublish = false;
        publish.Response.ReasonCode = MqttPubAckReasonCode.NotAuthorized;
        refusals.Add(publish.ClientId, publish.ApplicationMessage.Topic, why, bytes);
    }

    private bool TryAdmit(string deviceId, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out DeviceLane? lane)
    {
        if (_lanes.TryGetValue(deviceId, out lane))
        {
            return true;
        }

        lock (_admission)
        {
            if (_lanes.Count >= options.MaxDevices && !_lanes.ContainsKey(deviceId))
            {
                return false;
            }

            lane = _lanes.GetOrAdd(deviceId, _ => new DeviceLane());
            return true;
        }
    }

    private async Task HandOverAsync(DeviceLane lane, DeviceReport report, IDeviceListener[] to)
    {
        await lane.Turn.WaitAsync(_stopping.Token).ConfigureAwait(false);
        try
        {
            if (!doors.IsClosed(report.DeviceId) && lane.Take(report.Message))
            {
                await TellAllAsync(to, report).ConfigureAwait(false);
            }
        }
        finally
        {
            lane.Turn.Release();
        }
    }

    private async Task TellAllAsync(IDeviceListener[] listeners, DeviceReport report)
    {
        foreach (IDeviceListener listener in listeners)
        {
            await TellAsync(listener, report).ConfigureAwait(false);
        }
    }

    // One listener's fault must not keep the message from the others.
    private async ValueTask TellAsync(IDeviceListener listener, DeviceReport report)
    {
        try
        {
            await listener.OnReportAsync(report, _stopping.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException || !_stopping.IsCancellationRequested)
        {
            logger.LogError(e, "{Listener} failed at {Kind} of {Device}", listener.GetType().Name, report.Kind, report.DeviceId);
        }
    }
}
