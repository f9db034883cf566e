using Wearable.Contract;

namespace Wearable.Simulator.Microphone;

/// <summary>
/// Sound that is captured elsewhere while it happens (by a browser), comes in pieces over a network and is heard at an even pace. It is held back for
/// <see cref="AheadMs"/>, so that a late piece leaves no hole. More than <see cref="MostMs"/> waiting means that a connection was held up, or that the
/// other clock runs faster: the oldest is dropped down to <see cref="AheadMs"/>, so that an answer never comes late for it. In memory only. Safe for
/// many threads.
/// </summary>
public sealed class LiveSound
{
    /// <summary>Sound that waits before it is heard: two late pieces of 40 ms.</summary>
    public const int AheadMs = 80;

    /// <summary>Most sound that waits.</summary>
    public const int MostMs = 400;

    private const int SamplesPerMs = AudioFormat.SampleRateHz / 1000;

    private readonly Lock _gate = new();
    private readonly Queue<short> _waiting = new(MostMs * SamplesPerMs);
    private bool _flows;
    private bool _finishing;
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

            if (_waiting.Count > MostMs * SamplesPerMs)
            {
                int tooMany = _waiting.Count - (AheadMs * SamplesPerMs);
                Interlocked.Add(ref _dropped, tooMany);
                Discard(tooMany);
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
