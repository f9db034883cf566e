using System.Diagnostics.Metrics;
using Wearable.Contract;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Observability;

/// <summary>
/// What monitoring sees of the house: each wearable's health and what came from it. A value that is not known has no sample: no finger, no heart rate.
/// </summary>
public sealed class HouseInstruments
{
    /// <summary>Name of the meter.</summary>
    public const string Name = "Wearable.Gateway.House";

    private readonly DeviceRegistry _registry;
    private readonly Ingest _ingest;
    private readonly IHeartHistory _hearts;

    /// <summary>Makes the instruments.</summary>
    public HouseInstruments(IMeterFactory meters, DeviceRegistry registry, Ingest ingest, IHeartHistory hearts, RefusalLog refusals)
    {
        (_registry, _ingest, _hearts) = (registry, ingest, hearts);
        System.Diagnostics.Metrics.Meter meter = meters.Create(Name);
        meter.CreateObservableUpDownCounter("wearable.online", () => Each<long>(d => d.Online ? 1 : 0), "{wearable}", "1 while the wearable is connected.");
        meter.CreateObservableGauge("wearable.battery.charge", () => Health(h => h.HasBattery ? h.BatteryPercent : null), "%", "Battery.");
        meter.CreateObservableGauge("wearable.heap.free", () => Health(h => h.FreeHeapBytes), "By", "Free memory of the chip.");
        meter.CreateObservableGauge("wearable.heap.lowest", () => Health(h => h.LowestHeapBytes), "By", "Least free memory of the chip since it started.");
        meter.CreateObservableGauge("wearable.signal.strength", () => Health(h => h.HasRssi ? h.RssiDbm : null), "dBm", "Wi-Fi signal.");
        meter.CreateObservableGauge("wearable.loop.longest", () => Health(h => h.WorstLoopMs / 1000.0), "s", "Longest pass of the chip's loop since its last report.");
        meter.CreateObservableGauge("wearable.uptime", () => Health(h => h.UptimeMs / 1000.0), "s", "Since the chip started.");
        meter.CreateObservableGauge("wearable.audio.overruns", () => Health(h => h.AudioOverruns), "{overrun}", "Times sound of the microphone was lost since the chip started.");
        meter.CreateObservableGauge("wearable.messages.dropped", () => Health(h => h.DroppedMessages), "{message}", "Messages the chip gave up since it started.");
        meter.CreateObservableGauge("wearable.reconnects", () => Health(h => h.Reconnects), "{connection}", "Connections since the chip started.");
        meter.CreateObservableGauge("wearable.heart.rate", () => Each(d => _hearts.Latest(d.Id)?.RateBpm), "{beat}/min", "Measured in the last 30 s and trusted. Not a medical device.");
        meter.CreateObservableCounter("wearable.messages.received", () => Counts(c => c.Received), "{message}", "Messages received.");
        // The same by the name and attributes that OpenTelemetry's messaging conventions give every broker's consumer.
        meter.CreateObservableCounter("messaging.client.consumed.messages", () => Consumed(), "{message}", "Messages taken off the broker.");
        meter.CreateObservableCounter("wearable.messages.duplicate", () => Counts(c => c.Duplicates), "{message}", "Messages that came again and were not stored again.");
        meter.CreateObservableCounter("wearable.messages.lost", () => Counts(c => c.Lost), "{message}", "Numbers missing between messages.");
        meter.CreateObservableCounter("wearable.messages.refused", () => refusals.Total, "{message}", "Messages that broke the contract.");
    }

    private IEnumerable<Measurement<T>> Each<T>(Func<DeviceSnapshot, T?> of)
        where T : struct
    {
        foreach (DeviceSnapshot device in _registry.All())
        {
            if (of(device) is { } value)
            {
                yield return new Measurement<T>(value, new KeyValuePair<string, object?>("wearable.id", device.Id));
            }
        }
    }

    private Measurement<long> Consumed() => new(
        _registry.All().Sum(device => _ingest.CountsOf(device.Id).Received),
        new("messaging.system", "mqtt"), new("messaging.operation.name", "receive"), new("messaging.destination.template", Topics.Root + "{id}/#"));

    private IEnumerable<Measurement<double>> Health(Func<DeviceHealthMessage, double?> of) => Each(d => d.Health is { } health ? of(health) : null);

    private IEnumerable<Measurement<long>> Counts(Func<LaneCounts, long> of) => Each(d => (long?)of(_ingest.CountsOf(d.Id)));
}
