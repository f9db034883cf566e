using System.Collections.Concurrent;
using Wearable.Contract;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Privacy;

namespace Wearable.Gateway.Integrations.HomeAssistant;

/// <summary>
/// Tells Home Assistant of each wearable: a retained discovery message when the wearable said what it is, again when Home Assistant starts, and an
/// empty one when the owner removed it. Keeps a calm availability beside the wearable's own status, which flaps with its Wi-Fi: offline is told
/// after <see cref="OfflineAfter"/>. Messages go to the broker only, nothing leaves the house.
/// </summary>
public sealed class HomeAssistantAnnouncer(
    IHousePublisher publisher, DeviceRegistry registry, DeviceAccounts accounts, GatewayOptions options, TimeProvider time, ILogger<HomeAssistantAnnouncer> logger)
    : BackgroundService, IDeviceListener, IForgets
{
    /// <summary>A wearable that is back sooner was never away.</summary>
    public static readonly TimeSpan OfflineAfter = TimeSpan.FromSeconds(15);

    /// <summary>How often the owner's file is looked at for wearables removed or renamed.</summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Seat> _seats = new();
    private readonly ConcurrentDictionary<string, bool> _forgotten = new();

    private string Prefix => options.HomeAssistantPrefix ?? "";

    private bool IsOn => Prefix.Length > 0;

    /// <summary>The topic of a wearable's discovery message.</summary>
    public string TopicOf(string deviceId) => $"{Prefix}/device/{deviceId}/config";

    /// <summary>Whether a topic lies under Home Assistant's prefix.</summary>
    public bool Owns(string topic) => IsOn && topic.StartsWith(Prefix + "/", StringComparison.Ordinal);

    /// <summary>Whether a message is Home Assistant's own: it started, or came back to the broker.</summary>
    public bool IsBirth(string topic, ReadOnlySpan<byte> payload) => IsOn && topic == Prefix + "/status" && payload.SequenceEqual("online"u8);

    /// <summary>Whether a topic is the discovery of a wearable of this house.</summary>
    public bool IsDiscoveryOfWearable(string topic) => Owns(topic) && _seats.Keys.Any(id => topic == TopicOf(id));

    /// <inheritdoc/>
    public ValueTask OnReportAsync(DeviceReport report, CancellationToken cancellation)
    {
        switch (report.Message)
        {
            case InfoMessage when IsOn:
                _forgotten.TryRemove(report.DeviceId, out _);
                return AnnounceAsync(report.DeviceId, cancellation);
            case StatusReport when IsOn && _seats.TryGetValue(report.DeviceId, out Seat? seat):
                return TellAvailabilityAsync(report.DeviceId, seat, cancellation);
            default:
                return ValueTask.CompletedTask;
        }
    }

    /// <summary>Announces every wearable again, and takes those away that were removed.</summary>
    public async Task AnnounceAllAsync(CancellationToken cancellation = default)
    {
        foreach (DeviceSnapshot device in registry.All())
        {
            await AnnounceAsync(device.Id, cancellation).ConfigureAwait(false);
        }

        foreach (DeviceAccount removed in Accounts().Where(account => account.RemovedAt is not null))
        {
            await ForgetAsync(removed.Id, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Takes a wearable out of Home Assistant: erases its discovery and its availability. It comes back only by saying again what it is.</summary>
    public async Task ForgetAsync(string deviceId, CancellationToken cancellation = default)
    {
        if (!IsOn)
        {
            return;
        }

        _forgotten[deviceId] = true;
        if (_seats.TryRemove(deviceId, out Seat? seat))
        {
            seat.Dispose();
        }

        await publisher.PublishToHouseAsync(TopicOf(deviceId), [], retain: true, cancellation).ConfigureAwait(false);
        await publisher.PublishToHouseAsync(HouseTopics.Availability(deviceId), [], retain: true, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    async ValueTask IForgets.ForgetAsync(string deviceId) => await ForgetAsync(deviceId).ConfigureAwait(false);

    /// <summary>Looks once for wearables that were removed or renamed.</summary>
    public async Task LookAsync(CancellationToken cancellation = default)
    {
        Dictionary<string, DeviceAccount> known = accounts.All().ToDictionary(account => account.Id, StringComparer.Ordinal);
        foreach ((string id, Seat seat) in _seats)
        {
            if (known.TryGetValue(id, out DeviceAccount? account) && account.RemovedAt is not null)
            {
                await ForgetAsync(id, cancellation).ConfigureAwait(false);
            }
            else if (seat.Name != (account?.Name ?? id))
            {
                await AnnounceAsync(id, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (IsOn)
        {
            await AnnounceAllAsync(cancellationToken).ConfigureAwait(false);
            await base.StartAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (Seat seat in _seats.Values)
        {
            seat.Dispose();
        }

        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(LookEvery, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            {
                try
                {
                    await LookAsync(stoppingToken).ConfigureAwait(false);
                }
                catch (GatewayStartException e)
                {
                    // A damaged file is told by the broker, which lets nobody new in; Home Assistant keeps what it has.
                    logger.LogDebug("{Problem}", e.Message);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The gateway stops.
        }
    }

    private async ValueTask AnnounceAsync(string deviceId, CancellationToken cancellation)
    {
        if (!IsOn || _forgotten.ContainsKey(deviceId) || registry.Find(deviceId)?.Info is not InfoMessage info)
        {
            return;
        }

        DeviceAccount? account = Accounts().FirstOrDefault(one => one.Id == deviceId);
        if (account?.RemovedAt is not null)
        {
            return;
        }

        Seat seat = _seats.GetOrAdd(deviceId, _ => new Seat());
        seat.Name = account?.Name ?? deviceId;
        await publisher.PublishToHouseAsync(TopicOf(deviceId), Discovery.Message(deviceId, seat.Name, info), retain: true, cancellation).ConfigureAwait(false);
        // Home Assistant subscribes to the availability anew with each discovery; told again, no entity stays "unavailable".
        seat.Told = null;
        await TellAvailabilityAsync(deviceId, seat, cancellation).ConfigureAwait(false);
    }

    private IReadOnlyList<DeviceAccount> Accounts()
    {
        try
        {
            return accounts.All();
        }
        catch (GatewayStartException e)
        {
            // Only names and removals come from there; the broker says at every sign-in that the file is damaged.
            logger.LogDebug("{Problem}", e.Message);
            return [];
        }
    }

    private async ValueTask TellAvailabilityAsync(string deviceId, Seat seat, CancellationToken cancellation)
    {
        bool online = registry.Find(deviceId) is { Online: true };
        if (!online && seat.Told == true)
        {
            seat.Wait(time, OfflineAfter, () => TellOffline(deviceId, seat));
            return;
        }

        seat.Stop();
        if (seat.Told != online)
        {
            seat.Told = online;
            await publisher.PublishToHouseAsync(HouseTopics.Availability(deviceId), online ? "online"u8.ToArray() : "offline"u8.ToArray(), retain: true, cancellation).ConfigureAwait(false);
        }
    }

    private void TellOffline(string deviceId, Seat seat) => _ = TellOfflineAsync(deviceId, seat);

    private async Task TellOfflineAsync(string deviceId, Seat seat)
    {
        try
        {
            if (registry.Find(deviceId) is { Online: false } && seat.Told == true)
            {
                seat.Told = false;
                await publisher.PublishToHouseAsync(HouseTopics.Availability(deviceId), "offline"u8.ToArray(), retain: true).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            logger.LogError(e, "the availability of {Device} was not told", deviceId);
        }
    }

    // What was told of one wearable. Reports of one wearable come one at a time; only the timer runs beside them.
    private sealed class Seat : IDisposable
    {
        private readonly Lock _gate = new();
        private ITimer? _timer;

        public string Name { get; set; } = "";

        public bool? Told { get; set; }

        public void Wait(TimeProvider time, TimeSpan length, Action then)
        {
            lock (_gate)
            {
                _timer?.Dispose();
                _timer = time.CreateTimer(_ => then(), null, length, Timeout.InfiniteTimeSpan);
            }
        }

        public void Stop()
        {
            lock (_gate)
            {
                _timer?.Dispose();
                _timer = null;
            }
        }

        public void Dispose() => Stop();
    }
}
