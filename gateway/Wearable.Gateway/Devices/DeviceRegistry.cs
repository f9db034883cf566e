using System.Collections.Concurrent;
using Wearable.Contract;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Privacy;
using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Devices;

/// <summary>
/// The last known state of every wearable, in memory. The ingest admits at most <see cref="GatewayOptions.MaxDevices"/> of them, so
/// this stays bounded. Safe for many threads.
/// </summary>
public sealed class DeviceRegistry : IDeviceListener, ITurnListener, IForgets
{
    private readonly ConcurrentDictionary<string, DeviceSnapshot> _devices = new();

    /// <summary>All wearables, by id.</summary>
    public IReadOnlyList<DeviceSnapshot> All() => [.. _devices.Values.OrderBy(device => device.Id, StringComparer.Ordinal)];

    /// <summary>One wearable; null when it never sent anything.</summary>
    public DeviceSnapshot? Find(string deviceId) => _devices.GetValueOrDefault(deviceId);

    /// <inheritdoc/>
    public ValueTask OnReportAsync(DeviceReport report, CancellationToken cancellation)
    {
        if (report.Message is not AudioChunk)
        {
            Change(report.DeviceId, device => Apply(device, report) with { LastSeen = report.ReceivedAt > device.LastSeen ? report.ReceivedAt : device.LastSeen });
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask OnTurnAsync(TurnReport report, CancellationToken cancellation)
    {
        // A turn for a wearable that never spoke would make an entry the ingest did not admit.
        if (_devices.ContainsKey(report.DeviceId))
        {
            Change(report.DeviceId, device => device with { Turn = report });
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask ForgetAsync(string deviceId)
    {
        _devices.TryRemove(deviceId, out _);
        return ValueTask.CompletedTask;
    }

    private static DeviceSnapshot Apply(DeviceSnapshot device, DeviceReport report) => report.Message switch
    {
        StatusReport status => device with { Online = status.Online },
        StateMessage state => device with { State = state },
        InfoMessage info => device with { Info = info },
        ConfigMessage config => device with { Config = config },
        HeartMessage heart => device with { Heart = SampleOf(heart, report.ReceivedAt) },
        DeviceHealthMessage health => device with { Health = health },
        _ => device,
    };

    internal static HeartSample SampleOf(HeartMessage heart, DateTimeOffset at) =>
        new(at, heart.HasRate ? heart.RateBpmX10 / 10.0 : null, heart.Quality, HeartMessage.States[heart.State]);

    private void Change(string id, Func<DeviceSnapshot, DeviceSnapshot> change) =>
        _devices.AddOrUpdate(id, key => change(new DeviceSnapshot(key)), (_, device) => change(device));
}
