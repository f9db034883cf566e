using Wearable.Contract;
using Wearable.Gateway.Mqtt;

namespace Wearable.Gateway.Conversation;

/// <summary>
/// The sound of one turn, in order. A gap in the sequence is filled with silence and counted, a late or repeated packet is dropped and
/// counted, and beyond the limit nothing more is kept. Owned by one conversation.
/// </summary>
public sealed class SpeechCollector(int maxSamples)
{
    private const int MaxGapPackets = 50; // 3 s; a longer hole is another stream

    private readonly List<short> _samples = new(AudioFormat.SampleRateHz * 4);
    private readonly List<(int EndSample, DateTimeOffset ReceivedAt)> _arrivals = [];
    private int _nextSequence = -1;

    /// <summary>Samples so far.</summary>
    public int Count => _samples.Count;

    /// <summary>Packets that never came.</summary>
    public int MissingPackets { get; private set; }

    /// <summary>Packets that came late, twice, or beyond the limit.</summary>
    public int DroppedPackets { get; private set; }

    /// <summary>Takes one packet.</summary>
    /// <returns>The samples it added, silence of a gap included; empty when it was dropped.</returns>
    public ReadOnlySpan<short> Add(AudioChunk chunk, DateTimeOffset receivedAt)
    {
        int ahead = _nextSequence < 0 ? 0 : (chunk.Sequence - _nextSequence) & 0xFFFF;
        if (ahead >= 0x8000 || ahead > MaxGapPackets || _samples.Count + chunk.Samples.Length > maxSamples)
        {
            DroppedPackets++;
            return [];
        }

        int start = _samples.Count;
        MissingPackets += ahead;
        for (int i = 0; i < ahead * AudioFormat.PacketSamples && _samples.Count < maxSamples; i++)
        {
            _samples.Add(0);
        }

        _samples.AddRange(chunk.Samples);
        _nextSequence = (chunk.Sequence + 1) & 0xFFFF;
        _arrivals.Add((_samples.Count, receivedAt));
        return System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_samples)[start..];
    }

    /// <summary>When a sample was at the microphone, by the gateway's clock: arrival of the packet that held it, less what came behind it.</summary>
    public DateTimeOffset TimeOf(long sample)
    {
        foreach ((int end, DateTimeOffset receivedAt) in _arrivals)
        {
            if (sample < end)
            {
                return receivedAt - TimeSpan.FromMilliseconds((end - sample) * 1000.0 / AudioFormat.SampleRateHz);
            }
        }

        return _arrivals.Count == 0 ? default : _arrivals[^1].ReceivedAt;
    }

    /// <summary>A copy of part of the sound.</summary>
    public short[] Copy(long from, long to)
    {
        int start = (int)Math.Clamp(from, 0, _samples.Count);
        int end = (int)Math.Clamp(to, start, _samples.Count);
        return [.. System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_samples)[start..end]];
    }
}
