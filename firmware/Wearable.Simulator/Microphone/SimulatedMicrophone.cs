using System.Buffers.Binary;
using Wearable.Contract;
using Wearable.Firmware.Board;
using Wearable.Simulator.Time;

namespace Wearable.Simulator.Microphone;

/// <summary>
/// A microphone in a simulated room: queued sound over background noise, delivered as I2S delivers it. The room goes on
/// while nobody reads: sound that passes while the microphone is off, or more than <see cref="DmaMs"/> before a late
/// read, is lost as on the chip.
/// </summary>
/// <param name="clock">Paces the reads: hop k is complete exactly (k + 1) * 20 ms after <see cref="Start"/>.</param>
/// <param name="noise">What is heard when nobody speaks.</param>
public sealed class SimulatedMicrophone(SimulatorClock clock, BackgroundNoise noise) : IMicrophone
{
    /// <summary>Sound the chip keeps while the loop is elsewhere: 15 hops.</summary>
    public const int DmaMs = 300;

    private const double SamplesPerMs = AudioFormat.SampleRateHz / 1000.0;

    private readonly Lock _gate = new();
    private readonly Queue<Utterance> _queue = new();
    private double _startMs;
    private long _hopsTaken;
    private long _roomSample;
    private bool _on;
    private int _overruns;

    /// <summary>Raised on the device's thread with the time (ms of the clock) at which the last voiced sample of an utterance was captured.</summary>
    public event Action<double>? VoiceEnded;

    /// <inheritdoc/>
    public int Overruns => Volatile.Read(ref _overruns);

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
            _hopsTaken = 0;
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

        double dueMs = _startMs + ((_hopsTaken + 1) * AudioFormat.HopMs);
        clock.WaitUntil(dueMs);
        double lateMs = clock.NowMs - dueMs;
        List<double>? ends = null;
        lock (_gate)
        {
            if (lateMs > DmaMs)
            {
                _overruns++;
                int lostHops = (int)Math.Ceiling((lateMs - DmaMs) / AudioFormat.HopMs);
                for (int lost = 0; lost < lostHops; lost++)
                {
                    LoseHop();
                }

                _hopsTaken += lostHops;
            }

            Fill(hop, ref ends);
            _hopsTaken++;
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
        double hopStartMs = _startMs + (_hopsTaken * AudioFormat.HopMs);
        for (int i = 0; i < AudioFormat.HopSamples; i++)
        {
            int sample = noise.Next();
            if (_queue.TryPeek(out Utterance? utterance))
            {
                sample = Math.Clamp(sample + utterance.Samples[utterance.At], short.MinValue, short.MaxValue);
                if (utterance.At == utterance.LastVoicedSample)
                {
                    (ends ??= []).Add(hopStartMs + ((i + 1) / SamplesPerMs));
                }

                Advance(utterance);
            }

            BinaryPrimitives.WriteInt16LittleEndian(hop.AsSpan((i * RawSound.FrameBytes) + RawSound.VoiceOffset), (short)sample);
        }
    }

    private void LoseHop()
    {
        for (int i = 0; i < AudioFormat.HopSamples; i++)
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
