using Wearable.Contract;

namespace Wearable.Gateway.Mqtt;

/// <summary>One message of a wearable, checked once by the ingest and trusted from then on.</summary>
/// <param name="DeviceId">Who sent it.</param>
/// <param name="Kind">Which topic.</param>
/// <param name="Message">
/// The contract's message for that topic (<see cref="WakeMessage"/>, <see cref="StateMessage"/>, ...); a <see cref="StatusReport"/> for
/// status; an <see cref="AudioChunk"/> for sound. Not to be changed by listeners.
/// </param>
/// <param name="ReceivedAt">The gateway's own time of receipt (UTC).</param>
/// <param name="Payload">The bytes as received, for the store and the topic explorer.</param>
public sealed record DeviceReport(string DeviceId, TopicKind Kind, object Message, DateTimeOffset ReceivedAt, ReadOnlyMemory<byte> Payload);

/// <summary>The wearable came or went.</summary>
/// <param name="Online">False also when the broker sent its last will.</param>
public sealed record StatusReport(bool Online);

/// <summary>Up to 60 ms of sound from a wearable.</summary>
/// <param name="Codec">Codec id of <see cref="AudioCodec"/>.</param>
/// <param name="Flags">First, last, pre-roll of <see cref="AudioPacket"/>.</param>
/// <param name="Sequence">0-65535, wrapping.</param>
/// <param name="TimestampMs">Device uptime of its first sample, modulo 2^32.</param>
/// <param name="Samples">Decoded int16 mono at 16 kHz; may be empty in the last packet.</param>
public sealed record AudioChunk(int Codec, int Flags, int Sequence, long TimestampMs, short[] Samples);

/// <summary>
/// Hears every checked message, in order per wearable. The ingest awaits it, so a slow listener slows the publisher (back-pressure)
/// and nothing is lost; a listener with long work keeps a bounded queue of its own and says what it drops.
/// </summary>
public interface IDeviceListener
{
    /// <summary>Takes one message.</summary>
    ValueTask OnReportAsync(DeviceReport report, CancellationToken cancellation);
}

/// <summary>
/// A listener that keeps what it hears. With an external broker it gets what was published with QoS 1 from the letterbox, each message once among
/// all gateways, and only the rest as it happens.
/// </summary>
public interface IDeviceKeeper : IDeviceListener;
