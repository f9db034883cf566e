using Wearable.Contract;

namespace Wearable.Simulator.Microphone;

/// <summary>
/// Sound that is captured elsewhere while it happens (by a browser), comes in pieces over a network and is heard at an even pace. It is held back for
/// <see cref="AheadMs"/>, so that a late piece leaves no hole. A listener that was held up catches up with what waits. What a listener that keeps up
/// leaves waiting all the same, for a whole second, came late over the network or from a clock that runs faster: the oldest of it is dropped, so that no
/// answer comes late for it. In memory only. Safe for many threads.
/// </summary>
public sealed class LiveSound
{
    /// <summary>Sound that waits before it is heard: two late pieces of 40 ms.</summary>
    public const int AheadMs = 80;

    /// <summary>What a listener may leave waiting beside that for a second: its own unevenness.</summary>
    public const int SlackMs = 120;

    /// <summary>Most sound that waits; of more the oldest is dropped.</summary>
    public const int MostMs = 3000;

    private const int WindowSamples = AudioFormat.SampleRateHz;
    private const int SamplesPerMs = AudioFormat.SampleRateHz / 1000;

    private readonly Lock _gate = new();
    private readonly Queue<short> _waiting = new(MostMs * SamplesPerMs);
    private bool _flows;
    private bool _finishing;
    private int _sinceWindow;
    private int _leastWaiting = int.MaxValue;
    private long _dropped;
    private int _gaps;

    /// <summary>Sound dropped because too much waited, ms.</summary>
    public double DroppedMs => Interlocked.Read(ref _dropped) / (double)SamplesPerMs;

    /// <summary>Times it ran dry while more was expected.</summary>
    public int Gaps => Volatile.Read(ref _gaps);

    /// <summary>True when nothing waits.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count == 0;
            }
        }
    }

    /// <summary>The next piece of it.</summary>
    /// <param name="samples">int16 mono 16 kHz, any number.</param>
    public void Push(ReadOnlySpan<short> samples)
    {
        lock (_gate)
        {
            foreach (short sample in samples)
            {
                _waiting.Enqueue(sample);
            }

            Drop(_waiting.Count - (MostMs * SamplesPerMs));
            _sinceWindow += samples.Length;
            if (_sinceWindow >= WindowSamples)
            {
                Drop(_leastWaiting > (AheadMs + SlackMs) * SamplesPerMs && _leastWaiting != int.MaxValue ? _leastWaiting - (AheadMs * SamplesPerMs) : 0);
                (_sinceWindow, _leastWaiting) = (0, int.MaxValue);
            }

            _flows |= _waiting.Count >= AheadMs * SamplesPerMs;
        }
    }

    /// <summary>No more comes for now: what waits is heard without waiting for more, and running dry is no gap.</summary>
    public void Finish()
    {
        lock (_gate)
        {
            _flows = _waiting.Count > 0;
            _finishing = _flows;
        }
    }

    /// <summary>Takes the next of it; where there is none yet, silence.</summary>
    /// <param name="into">Receives as many samples as it holds.</param>
    public void Take(Span<short> into)
    {
        into.Clear();
        lock (_gate)
        {
            for (int i = 0; i < into.Length && _flows; i++)
            {
                into[i] = _waiting.Dequeue();
                StopWhenDry();
            }

            _leastWaiting = Math.Min(_leastWaiting, _waiting.Count);
        }
    }

    /// <summary>Lets so much of it pass unheard.</summary>
    public void Skip(int samples)
    {
        lock (_gate)
        {
            if (_flows)
            {
                Discard(samples);
                StopWhenDry();
            }
        }
    }

    /// <summary>Nobody hears: what waits has passed.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _waiting.Clear();
            _flows = false;
            _finishing = false;
        }
    }

    private void Drop(int samples)
    {
        if (samples > 0)
        {
            Interlocked.Add(ref _dropped, samples);
            Discard(samples);
        }
    }

    private void Discard(int samples)
    {
        for (int i = 0; i < samples && _waiting.Count > 0; i++)
        {
            _waiting.Dequeue();
        }
    }

    private void StopWhenDry()
    {
        if (_waiting.Count == 0)
        {
            _flows = false;
            _gaps += _finishing ? 0 : 1;
            _finishing = false;
        }
    }
}
