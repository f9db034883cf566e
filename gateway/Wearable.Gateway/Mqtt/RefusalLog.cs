using Wearable.Gateway.Privacy;

namespace Wearable.Gateway.Mqtt;

/// <summary>One message the gateway did not take.</summary>
/// <param name="At">When (UTC).</param>
/// <param name="ClientId">The MQTT client that published it.</param>
/// <param name="Topic">Where.</param>
/// <param name="Why">Names the field, what was wanted and what came.</param>
/// <param name="Bytes">Length of the payload.</param>
public sealed record Refusal(DateTimeOffset At, string ClientId, string Topic, string Why, int Bytes);

/// <summary>
/// Counts refused messages, keeps the newest <see cref="Capacity"/> and logs one line each, at most <see cref="LinesPerSecond"/> a
/// second: a flood of nonsense must not fill the disk with its log.
/// </summary>
public sealed class RefusalLog(TimeProvider time, ILogger<RefusalLog> logger) : IForgets
{
    /// <summary>Refusals kept; the oldest goes first.</summary>
    public const int Capacity = 100;

    /// <summary>Most log lines a second; the rest is counted into the next line.</summary>
    public const int LinesPerSecond = 10;

    private readonly Lock _lock = new();
    private readonly Queue<Refusal> _recent = new(Capacity);
    private long _total;
    private long _second;
    private int _lines;
    private int _unlogged;

    /// <summary>Refused since start.</summary>
    public long Total
    {
        get
        {
            lock (_lock)
            {
                return _total;
            }
        }
    }

    /// <summary>The newest refusals, newest first.</summary>
    public IReadOnlyList<Refusal> Recent()
    {
        lock (_lock)
        {
            return [.. _recent.Reverse()];
        }
    }

    /// <summary>Notes one refusal.</summary>
    public void Add(string clientId, string topic, string why, int bytes)
    {
        DateTimeOffset now = time.GetUtcNow();
        Refusal refusal = new(now, LogText.Clean(clientId), LogText.Clean(topic), LogText.Clean(why), bytes);
        int unlogged;
        lock (_lock)
        {
            _total++;
            if (_recent.Count == Capacity)
            {
                _recent.Dequeue();
            }

            _recent.Enqueue(refusal);
            if (!MayLog(now))
            {
                return;
            }

            unlogged = _unlogged;
            _unlogged = 0;
        }

        string more = unlogged == 0 ? "" : $" ({unlogged} further refusals not shown)";
        logger.LogWarning("refused {Topic} from {Client}, {Bytes} bytes: {Why}{More}", refusal.Topic, refusal.ClientId, bytes, refusal.Why, more);
    }

    /// <inheritdoc/>
    public ValueTask ForgetAsync(string deviceId)
    {
        lock (_lock)
        {
            Refusal[] others = [.. _recent.Where(refusal => refusal.ClientId != deviceId && !refusal.Topic.Split('/').Contains(deviceId, StringComparer.Ordinal))];
            _recent.Clear();
            Array.ForEach(others, _recent.Enqueue);
        }

        return ValueTask.CompletedTask;
    }

    private bool MayLog(DateTimeOffset now)
    {
        long second = now.ToUnixTimeSeconds();
        if (second != _second)
        {
            _second = second;
            _lines = 0;
        }

        if (_lines == LinesPerSecond)
        {
            _unlogged++;
            return false;
        }

        _lines++;
        return true;
    }
}
