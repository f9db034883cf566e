using Wearable.Contract;
using Wearable.Gateway.Mqtt;

namespace Wearable.Gateway.Conversation;

/// <summary>
/// Sends one answer as 60 ms packets: at once up to the lead, then paced so that the device's small buffer neither runs dry nor over. Used by one
/// turn, from one task.
/// </summary>
public sealed class AnswerSender(IDeviceSender sender, string deviceId, int codec, ConversationSettings settings, TimeProvider time)
{
    private readonly List<short> _pending = [];
    private readonly ImaAdpcm _adpcm = new();
    private DateTimeOffset _begun;
    private int _sequence;
    private int _sentMs;

    /// <summary>Sound sent so far, ms.</summary>
    public int SentMs => _sentMs;

    /// <summary>When the device, playing without a stop, will have played everything sent.</summary>
    public DateTimeOffset PlayedBy => _begun + TimeSpan.FromMilliseconds(_sentMs);

    /// <summary>Sends sound; returns when all but an incomplete packet is on its way.</summary>
    /// <param name="samples">int16 mono 16 kHz.</param>
    /// <param name="cancellation">The turn was cancelled.</param>
    public async Task SendAsync(IReadOnlyList<short> samples, CancellationToken cancellation)
    {
        _pending.AddRange(samples);
        while (_pending.Count >= AudioFormat.PacketSamples)
        {
            short[] packet = [.. _pending.Take(AudioFormat.PacketSamples)];
            _pending.RemoveRange(0, AudioFormat.PacketSamples);
            await SendPacketAsync(packet, 0, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Sends what is left with the last flag.</summary>
    public async Task EndAsync(CancellationToken cancellation)
    {
        if ((_pending.Count & 1) != 0)
        {
            _pending.Add(0); // ADPCM packs two samples into a byte
        }

        await SendPacketAsync([.. _pending], AudioPacket.Last, cancellation).ConfigureAwait(false);
        _pending.Clear();
    }

    private async Task SendPacketAsync(short[] samples, int flags, CancellationToken cancellation)
    {
        await PaceAsync(cancellation).ConfigureAwait(false);
        byte[] packet = Encode(samples, flags | (_sequence == 0 ? AudioPacket.First : 0));
        await sender.SendAudioAsync(deviceId, packet, cancellation).ConfigureAwait(false);
        _sequence = (_sequence + 1) & 0xFFFF;
        _sentMs += samples.Length * 1000 / AudioFormat.SampleRateHz;
    }

    private async Task PaceAsync(CancellationToken cancellation)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (_sequence == 0 || PlayedBy < now)
        {
            // Begun, or the brain was slower than the speaker: from here on the device starts over.
            _begun = now - TimeSpan.FromMilliseconds(_sentMs);
        }

        TimeSpan wait = PlayedBy - now - settings.MaxAhead;
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, time, cancellation).ConfigureAwait(false);
        }
    }

    private byte[] Encode(short[] samples, int flags)
    {
        byte[] pcm = new byte[samples.Length * 2];
        Buffer.BlockCopy(samples, 0, pcm, 0, pcm.Length);
        byte[] packet = new byte[AudioPacket.MaxBytes];
        int length = AudioPacket.HeaderBytes;
        if (samples.Length > 0 && codec == AudioCodec.ImaAdpcmAt16k)
        {
            length += _adpcm.Encode(pcm, 0, AudioFormat.SampleBytes, samples.Length, packet, length);
        }
        else
        {
            pcm.CopyTo(packet, length);
            length += pcm.Length;
        }

        AudioPacket.WriteHeader(packet, codec, flags, _sequence, _sentMs);
        return packet[..length];
    }
}
