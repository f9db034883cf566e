using System.Collections.Concurrent;

namespace Wearable.Simulator.Speaker;

/// <summary>
/// Sound on its way to whoever plays it, and what that one says it has played. It holds no more than the speaker has in its buffer. Safe for many threads.
/// </summary>
public sealed class RemoteMembrane : IMembrane
{
    private readonly Lock _gate = new();
    private readonly ConcurrentQueue<short[]> _outgoing = new();
    private long _handed;
    private long _played;

    /// <inheritdoc/>
    public long PlayedSamples => Interlocked.Read(ref _played);

    /// <summary>Samples handed over that nobody has said were played.</summary>
    public long PendingSamples
    {
        get
        {
            lock (_gate)
            {
                return _handed - _played;
            }
        }
    }

    /// <summary>Takes the next piece to be sent. An empty one means: fall silent, drop what you have.</summary>
    public bool TryTake(out short[] samples) => _outgoing.TryDequeue(out samples!);

    /// <summary>The one that plays tells how much, counted from the first sample; less than before or more than was handed over is not believed.</summary>
    public void Tell(long playedSamples)
    {
        lock (_gate)
        {
            _played = Math.Clamp(playedSamples, _played, _handed);
        }
    }

    /// <inheritdoc/>
    public void Play(short[] samples)
    {
        lock (_gate)
        {
            _handed += samples.Length;
            _outgoing.Enqueue(samples);
        }
    }

    /// <inheritdoc/>
    public void Drop()
    {
        lock (_gate)
        {
            _played = _handed;
            _outgoing.Clear();
            _outgoing.Enqueue([]);
        }
    }
}
