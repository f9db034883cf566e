using Wearable.Simulator.Time;

namespace Wearable.Bench;

/// <summary>
/// Time that passes several times as fast, for gateway and wearables alike: every wait of theirs, sound included, is that much shorter, while
/// the work stays the same. For what does not depend on how long work takes.
/// </summary>
/// <param name="speed">How many times as fast; 1 is the system's clock.</param>
internal sealed class FastTime(int speed) : TimeProvider
{
    private readonly DateTimeOffset _begunAt = System.GetUtcNow();
    private readonly long _begun = System.GetTimestamp();

    /// <inheritdoc/>
    public override long TimestampFrequency => System.TimestampFrequency;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _begunAt + (System.GetElapsedTime(_begun) * speed);

    /// <inheritdoc/>
    public override long GetTimestamp() => _begun + ((System.GetTimestamp() - _begun) * speed);

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, Real(dueTime), Real(period));

    /// <summary>A wearable's clock on this time.</summary>
    public SimulatorClock Clock() => new RealClock(this, span => Thread.Sleep(Real(span)));

    /// <summary>How long a span of this time takes; endless stays endless.</summary>
    public TimeSpan Real(TimeSpan span) => span <= TimeSpan.Zero ? span : TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(span.TotalMilliseconds / speed)));
}
