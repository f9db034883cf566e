using Wearable.Contract;

namespace Wearable.Gateway.Mqtt;

/// <summary>One phase of a turn as it was published. Words are already gone when the owner does not allow them.</summary>
/// <param name="DeviceId">The wearable.</param>
/// <param name="Phase">One of <see cref="TurnPhases"/>.</param>
/// <param name="Turn">The message. Not to be changed.</param>
/// <param name="At">When (UTC).</param>
/// <param name="Payload">The bytes on the wire.</param>
public sealed record TurnReport(string DeviceId, string Phase, TurnMessage Turn, DateTimeOffset At, ReadOnlyMemory<byte> Payload);

/// <summary>Hears every published phase, in order per turn. Awaited by the sender.</summary>
public interface ITurnListener
{
    /// <summary>Takes one phase.</summary>
    ValueTask OnTurnAsync(TurnReport report, CancellationToken cancellation);
}
