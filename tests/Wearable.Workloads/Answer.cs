using System.Buffers.Binary;
using Wearable.Contract;

namespace Wearable.Workloads;

/// <summary>Sends an answer as the gateway does: 60 ms packets, at first 600 ms ahead, then one as another has been played.</summary>
internal sealed class Answer(MemoryLink link, string deviceId, int codec)
{
    private const int AheadMs = 600;

    private readonly string _topic = new Topics(deviceId).AudioDown;
    private readonly ImaAdpcm _adpcm = new();
    private short[] _samples = [];
    private long _begunMs = -1;
    private int _sent;

    /// <summary>Starts one; packets go out with <see cref="Step"/>.</summary>
    public void Begin(int seconds)
    {
        _samples = TestSound.Voice(seconds, 9);
        _begunMs = -1;
        _sent = 0;
    }

    /// <summary>Sends what is due.</summary>
    public void Step(long nowMs)
    {
        int packets = _samples.Length / AudioFormat.PacketSamples;
        if (_sent == packets)
        {
            return;
        }

        if (_begunMs < 0)
        {
            _begunMs = nowMs;
        }

        for (; _sent < packets && _sent * AudioFormat.PacketMs < nowMs - _begunMs + AheadMs; _sent++)
        {
            int flags = (_sent == 0 ? AudioPacket.First : 0) | (_sent == packets - 1 ? AudioPacket.Last : 0);
            link.Deliver(_topic, Packet(_samples.AsSpan(_sent * AudioFormat.PacketSamples, AudioFormat.PacketSamples), flags));
        }
    }

    private byte[] Packet(ReadOnlySpan<short> samples, int flags)
    {
        byte[] pcm = new byte[samples.Length * 2];
        for (int i = 0; i < samples.Length; i++)
        {
            BinaryPrimitives.WriteInt16LittleEndian(pcm.AsSpan(2 * i), samples[i]);
        }

        byte[] packet = new byte[AudioPacket.MaxBytes];
        int length = AudioPacket.HeaderBytes;
        if (codec == AudioCodec.ImaAdpcmAt16k)
        {
            length += _adpcm.Encode(pcm, 0, AudioFormat.SampleBytes, samples.Length, packet, length);
        }
        else
        {
            pcm.CopyTo(packet, length);
            length += pcm.Length;
        }

        AudioPacket.WriteHeader(packet, codec, flags, _sent & 0xFFFF, _sent * AudioFormat.PacketMs);
        return packet[..length];
    }
}
