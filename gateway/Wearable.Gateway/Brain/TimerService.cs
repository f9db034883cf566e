using Wearable.Gateway.Brain.Languages;
using Wearable.Gateway.Privacy;

namespace Wearable.Gateway.Brain;

/// <summary>Running timers. When one rings the wearable is told, unasked.</summary>
public sealed class TimerService(TimeProvider time, IAnnouncer announcer, LanguagePack language, ILogger<TimerService> log) : IDisposable, IForgets
{
    /// <summary>Most timers of one wearable.</summary>
    public const int MaxPerDevice = 5;

    /// <summary>Longest timer.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    private readonly Lock _gate = new();
    private readonly List<(string DeviceId, DateTimeOffset At, TimeSpan Length, ITimer Timer)> _timers = [];

    /// <summary>Starts a timer; false when the wearable has its five already.</summary>
    public bool TryStart(string deviceId, TimeSpan length)
    {
        lock (_gate)
        {
            if (_timers.Count(t => t.DeviceId == deviceId) >= MaxPerDevice)
            {
                return false;
            }

            DateTimeOffset at = time.GetUtcNow() + length;
            ITimer timer = time.CreateTimer(_ => Ring(deviceId, at, length), null, length, Timeout.InfiniteTimeSpan);
            _timers.Add((deviceId, at, length, timer));
            return true;
        }
    }

    /// <summary>What is left of each timer, the next to ring first.</summary>
    public IReadOnlyList<TimeSpan> Left(string deviceId)
    {
        lock (_gate)
        {
            DateTimeOffset now = time.GetUtcNow();
            return [.. _timers.Where(t => t.DeviceId == deviceId).Select(t => t.At - now).Order()];
        }
    }

    /// <summary>Stops all timers of a wearable.</summary>
    /// <returns>How many there were.</returns>
    public int Cancel(string deviceId)
    {
        lock (_gate)
        {
            int count = 0;
            for (int i = _timers.Count - 1; i >= 0; i--)
            {
                if (_timers[i].DeviceId == deviceId)
                {
                    _timers[i].Timer.Dispose();
                    _timers.RemoveAt(i);
                    count++;
                }
            }

            return count;
        }
    }

    /// <inheritdoc/>
    public ValueTask ForgetAsync(string deviceId)
    {
        Cancel(deviceId);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _timers.ForEach(t => t.Timer.Dispose());
            _timers.Clear();
        }
    }

    private void Ring(string deviceId, DateTimeOffset at, TimeSpan length)
    {
        lock (_gate)
        {
            int i = _timers.FindIndex(t => t.DeviceId == deviceId && t.At == at);
            if (i < 0)
            {
                return; // cancelled meanwhile
            }

            _timers[i].Timer.Dispose();
            _timers.RemoveAt(i);
        }

        _ = AnnounceAsync(deviceId, length);
    }

    private async Task AnnounceAsync(string deviceId, TimeSpan length)
    {
        try
        {
            string text = language.Skills is { } texts
                ? texts.Timer.Done.Replace("{length}", new SpokenForms(texts).Length(length))
                : $"Your timer of {SpokenNumber.Duration(length)} is done.";
            if (!await announcer.AnnounceAsync(deviceId, text, CancellationToken.None).ConfigureAwait(false))
            {
                log.LogWarning("timer of {Device} rang, but nothing was said: the wearable was away or busy, or the safety gate refused", deviceId);
            }
        }
        catch (Exception e)
        {
            log.LogError(e, "timer of {Device} could not be announced", deviceId);
        }
    }
}
