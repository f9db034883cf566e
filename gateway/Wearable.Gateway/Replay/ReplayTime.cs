namespace Wearable.Gateway.Replay;

/// <summary>A clock that stands still until it is told to go on; timers ring in their order, one at a time.</summary>
/// <param name="start">When it begins (UTC).</param>
internal sealed class ReplayTime(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<Timer> _timers = [];
    private DateTimeOffset _now = start;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => GetUtcNow().Ticks;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Timer timer = new(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Goes on to the next timer up to a time and lets it ring; where none is due, to that time.</summary>
    /// <returns>True when one rang: others may be due before the time is reached.</returns>
    public bool Step(DateTimeOffset until)
    {
        Timer? due;
        lock (_gate)
        {
            due = _timers.Where(timer => timer.Due <= until).MinBy(timer => timer.Due);
            if (due is null)
            {
                _now = until > _now ? until : _now;
                return false;
            }

            _now = due.Due > _now ? due.Due : _now;
            due.Rang();
        }

        due.Ring();
        return true;
    }

    private sealed class Timer(ReplayTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        public DateTimeOffset Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                time._timers.Remove(this);
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    (Due, _period) = (time._now + dueTime, period);
                    time._timers.Add(this);
                }
            }

            return true;
        }

        public void Rang()
        {
            if (_period == Timeout.InfiniteTimeSpan || _period == TimeSpan.Zero)
            {
                time._timers.Remove(this);
            }
            else
            {
                Due += _period;
            }
        }

        public void Ring() => callback(state);

        public void Dispose()
        {
            lock (time._gate)
            {
                time._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
