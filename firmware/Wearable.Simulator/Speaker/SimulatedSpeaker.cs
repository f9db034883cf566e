using System.Buffers.Binary;
using Wearable.Contract;
using Wearable.Firmware.Board;
using Wearable.Simulator.Time;

namespace Wearable.Simulator.Speaker;

/// <summary>
/// A speaker that drains by the clock, exactly 16 samples per ms, out of a buffer like the chip's DMA, and keeps what it played. Sound begins the moment it is written to an empty buffer.
/// With a membrane elsewhere it drains by what that says it has played: the times of its events are then those of the telling.
/// </summary>
public sealed class SimulatedSpeaker : ISpeaker
{
    /// <summary>What the speaker takes ahead of the membrane, ms: a PC may be held up longer than a chip.</summary>
    public const int PlainBufferMs = 300;

    /// <summary>The same on the chip, ms: 9 DMA blocks of 256 frames.</summary>
    public const int ChipBufferMs = 144;

    /// <summary>The same with a membrane elsewhere, ms: what is on its way there and back, and waits there for a late piece, is in it.</summary>
    public const int RemoteBufferMs = 500;

    /// <summary>Played sound kept for <see cref="TakePlayed"/>: 10 minutes. Full: the oldest is dropped.</summary>
    public const int KeptSamples = 10 * 60 * AudioFormat.SampleRateHz;

    private const double SamplesPerMs = AudioFormat.SampleRateHz / 1000.0;

    private readonly SimulatorClock _clock;
    private readonly int _bufferMs;
    private readonly IMembrane? _membrane;
    private readonly Lock _gate = new();
    private readonly Queue<short> _played = new();
    private readonly Queue<short> _buffer = new();
    private double _runStartMs;
    private long _runPlayed;
    private long _membraneAtRunStart;

    /// <summary>A silent speaker.</summary>
    /// <param name="clock">Drains it.</param>
    /// <param name="bufferMs">Sound it takes ahead, ms.</param>
    /// <param name="membrane">Plays the sound elsewhere and says how far it is; null: the clock does.</param>
    public SimulatedSpeaker(SimulatorClock clock, int bufferMs = PlainBufferMs, IMembrane? membrane = null)
    {
        _clock = clock;
        _bufferMs = bufferMs;
        _membrane = membrane;
    }

    /// <summary>Raised on the writing thread when sound begins after silence, with the time (ms of the clock).</summary>
    public event Action<double>? Began;

    /// <summary>
    /// Raised by the next look at the speaker after the buffer ran dry or was flushed, with the exact time (ms of the
    /// clock) at which the last sample was played.
    /// </summary>
    public event Action<double>? Ended;

    /// <summary>Samples played since boot.</summary>
    public long PlayedSamples { get; private set; }

    /// <inheritdoc/>
    public int WritableBytes
    {
        get
        {
            Drain();
            lock (_gate)
            {
                return (_bufferMs * AudioFormat.SampleRateHz / 1000 * AudioFormat.SampleBytes) - (_buffer.Count * AudioFormat.SampleBytes);
            }
        }
    }

    /// <inheritdoc/>
    public bool IsPlaying
    {
        get
        {
            Drain();
            lock (_gate)
            {
                return _buffer.Count > 0;
            }
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The count is odd or leaves the array.</exception>
    public void Write(byte[] pcm, int offset, int count)
    {
        if ((count & 1) != 0 || offset < 0 || count < 0 || offset + count > pcm.Length)
        {
            throw new ArgumentException($"speaker: an even count inside {pcm.Length} bytes expected, got {count} from {offset}", nameof(count));
        }

        int end = offset + count;
        while (offset < end)
        {
            int writable = WritableBytes;
            if (writable == 0)
            {
                // Full: like I2S, hold the caller until a tenth of the buffer has drained.
                _clock.WaitUntil(_clock.NowMs + (_bufferMs / 10));
                continue;
            }

            int now = Math.Min(writable, end - offset);
            Take(pcm, offset, now);
            offset += now;
        }
    }

    /// <inheritdoc/>
    public void Flush()
    {
        Drain();
        bool wasPlaying;
        lock (_gate)
        {
            wasPlaying = _buffer.Count > 0;
            _buffer.Clear();
            if (wasPlaying)
            {
                _membrane?.Drop();
            }
        }

        if (wasPlaying)
        {
            Ended?.Invoke(_clock.NowMs);
        }
    }

    /// <summary>Takes the sound played since the last call; pauses are left out.</summary>
    public short[] TakePlayed()
    {
        Drain();
        lock (_gate)
        {
            short[] taken = [.. _played];
            _played.Clear();
            return taken;
        }
    }

    private void Take(byte[] pcm, int offset, int count)
    {
        bool began;
        double nowMs;
        lock (_gate)
        {
            nowMs = _clock.NowMs;
            began = _buffer.Count == 0 && count > 0;
            if (began)
            {
                _runStartMs = nowMs;
                _runPlayed = 0;
                _membraneAtRunStart = _membrane?.PlayedSamples ?? 0;
            }

            short[] samples = new short[count / AudioFormat.SampleBytes];
            for (int i = 0; i < samples.Length; i++)
            {
                samples[i] = BinaryPrimitives.ReadInt16LittleEndian(pcm.AsSpan(offset + (i * AudioFormat.SampleBytes)));
                _buffer.Enqueue(samples[i]);
            }

            if (count > 0)
            {
                _membrane?.Play(samples);
            }
        }

        if (began)
        {
            Began?.Invoke(nowMs);
        }
    }

    private void Drain()
    {
        double? endedMs = null;
        lock (_gate)
        {
            if (_buffer.Count == 0)
            {
                return;
            }

            long due = _membrane is null ? (long)((_clock.NowMs - _runStartMs) * SamplesPerMs) : _membrane.PlayedSamples - _membraneAtRunStart;
            while (_runPlayed < due && _buffer.TryDequeue(out short sample))
            {
                _runPlayed++;
                PlayedSamples++;
                _played.Enqueue(sample);
                if (_played.Count > KeptSamples)
                {
                    _played.Dequeue();
                }
            }

            if (_buffer.Count == 0)
            {
                endedMs = _membrane is null ? _runStartMs + (_runPlayed / SamplesPerMs) : _clock.NowMs;
            }
        }

        if (endedMs is double ms)
        {
            Ended?.Invoke(ms);
        }
    }
}
