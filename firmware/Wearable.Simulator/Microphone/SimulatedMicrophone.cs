using System.Buffers.Binary;
using Wearable.Contract;
using Wearable.Firmware.Board;
using Wearable.Simulator.Time;

namespace Wearable.Simulator.Microphone;

/// <summary>
/// A microphone in a simulated room: queued sound over background noise, delivered as I2S delivers it. The room goes on
/// while nobody reads: sound that passes while the microphone is off, or more than its DMA holds before a late read, is
/// lost as on the chip.
/// </summary>
/// <param name="clock">Paces the reads.</param>
/// <param name="noise">What is heard when nobody speaks.</param>
/// <param name="dma">How sound waits for the loop.</param>
/// <param name="room">A real room that is heard as well, or null.</param>
public sealed class SimulatedMicrophone(SimulatorClock clock, BackgroundNoise noise, MicrophoneDma dma, LiveSound? room = null) : IMicrophone
{
    private const double SamplesPerMs = AudioFormat.SampleRateHz / 1000.0;

    private readonly Lock _gate = new();
    private readonly Queue<Utterance> _queue = new();
    private readonly short[] _roomHop = new short[AudioFormat.HopSamples];
    private double _startMs;
    private long _framesTaken;
    private long _framesLost;
    private long _roomSample;
    private bool _on;
    private int _overruns;

    /// <summary>A microphone that delivers hop by hop: hop k is complete exactly (k + 1) * 20 ms after <see cref="Start"/>.</summary>
    public SimulatedMicrophone(SimulatorClock clock, BackgroundNoise noise)
        : this(clock, noise, MicrophoneDma.Plain)
    {
    }

    /// <summary>Raised on the device's thread with the time (ms of the clock) at which the last voiced sample of an utterance was captured.</summary>
    public event Action<double>? VoiceEnded;

    /// <inheritdoc/>
    public int Overruns => Volatile.Read(ref _overruns);

    /// <summary>Sound lost by them, ms.</summary>
    public double LostMs => Volatile.Read(ref _framesLost) / SamplesPerMs;

    /// <summary>True between <see cref="Start"/> and <see cref="Stop"/>.</summary>
    public bool IsOn => Volatile.Read(ref _on);

    /// <summary>Says something into the room after what is already queued. Completes when its last sample has been captured, or has passed unheard.</summary>
    /// <param name="samples16k">int16 mono 16 kHz; not copied.</param>
    public Task SayAsync(short[] samples16k)
    {
        if (samples16k.Length == 0)
        {
            return Task.CompletedTask;
        }

        Utterance utterance = new(samples16k);
        lock (_gate)
        {
            // What is said into a microphone that is off begins now, not whenever the room was last looked at.
            PassUntilNow();
            _queue.Enqueue(utterance);
        }

        return utterance.Captured.Task;
    }

    /// <inheritdoc/>
    public void Start()
    {
        lock (_gate)
        {
            PassUntilNow();
            _startMs = clock.NowMs;
            _framesTaken = 0;
            _framesLost = 0;
            _overruns = 0;
            _on = true;
        }
    }

    /// <inheritdoc/>
    public void Stop()
    {
        lock (_gate)
        {
            _on = false;
            _roomSample = (long)(clock.NowMs * SamplesPerMs);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The microphone is off.</exception>
    /// <exception cref="ArgumentException">The hop has another length.</exception>
    public void Read(byte[] hop)
    {
        if (hop.Length != RawSound.HopBytes)
        {
            throw new ArgumentException($"microphone hop: {RawSound.HopBytes} bytes expected, got {hop.Length}", nameof(hop));
        }

        if (!_on)
        {
            throw new InvalidOperationException("microphone: read while it is off");
        }

        // Only whole blocks are handed over: the last sample of the hop waits for the end of its block.
        long blocksDue = (_framesTaken + AudioFormat.HopSamples + dma.BlockFrames - 1) / dma.BlockFrames;
        clock.WaitUntil(_startMs + (blocksDue * dma.BlockFrames / SamplesPerMs));
        long blocksDone = (long)((clock.NowMs - _startMs) * SamplesPerMs / dma.BlockFrames);
        List<double>? ends = null;
        lock (_gate)
        {
            long tooMany = (Math.Max(blocksDone, blocksDue) * dma.BlockFrames) - _framesTaken - ((long)dma.Blocks * dma.BlockFrames);
            if (tooMany > 0)
            {
                _overruns++;
                Lose((int)((tooMany + dma.BlockFrames - 1) / dma.BlockFrames * dma.BlockFrames));
            }

            Fill(hop, ref ends);
            _framesTaken += AudioFormat.HopSamples;
        }

        if (ends != null)
        {
            foreach (double endMs in ends)
            {
                VoiceEnded?.Invoke(endMs);
            }
        }
    }

    /// <summary>Lets the room go on while the microphone is off: what was said meanwhile has passed unheard. Call now and then from the loop.</summary>
    public void LetRoomPass()
    {
        lock (_gate)
        {
            PassUntilNow();
        }
    }

    private void Fill(byte[] hop, ref List<double>? ends)
    {
        Array.Clear(hop);
        room?.Take(_roomHop);
        double hopStartMs = _startMs + (_framesTaken / SamplesPerMs);
        for (int i = 0; i < AudioFormat.HopSamples; i++)
        {
            int sample = noise.Next() + _roomHop[i];
            if (_queue.TryPeek(out Utterance? utterance))
            {
                sample += utterance.Samples[utterance.At];
                if (utterance.At == utterance.LastVoicedSample)
                {
                    (ends ??= []).Add(hopStartMs + ((i + 1) / SamplesPerMs));
                }

                Advance(utterance);
            }

            BinaryPrimitives.WriteInt16LittleEndian(hop.AsSpan((i * RawSound.FrameBytes) + RawSound.VoiceOffset), (short)Math.Clamp(sample, short.MinValue, short.MaxValue));
        }
    }

    private void Lose(int frames)
    {
        _framesTaken += frames;
        Volatile.Write(ref _framesLost, _framesLost + frames);
        room?.Skip(frames);
        for (int i = 0; i < frames; i++)
        {
            noise.Next();
            if (_queue.TryPeek(out Utterance? utterance))
            {
                Advance(utterance);
            }
        }
    }

    private void PassUntilNow()
    {
        if (_on)
        {
            return;
        }

        room?.Clear();
        long now = (long)(clock.NowMs * SamplesPerMs);
        for (; _roomSample < now && _queue.TryPeek(out Utterance? utterance); _roomSample++)
        {
            Advance(utterance);
        }

        _roomSample = now;
    }

    private void Advance(Utterance utterance)
    {
        utterance.At++;
        if (utterance.At == utterance.Samples.Length)
        {
            _queue.Dequeue();
            utterance.Captured.SetResult();
        }
    }
}
