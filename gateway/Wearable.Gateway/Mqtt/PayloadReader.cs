using Wearable.Contract;

namespace Wearable.Gateway.Mqtt;

/// <summary>Turns checked bytes of one topic into the contract's message. Safe for many threads.</summary>
public static class PayloadReader
{
    [ThreadStatic]
    private static WireReader? _reader;

    /// <summary>True for the topics the gateway reads.</summary>
    public static bool Reads(TopicKind kind) => kind is TopicKind.Status or TopicKind.ConfigReported or TopicKind.AudioUp || Create(kind) is not null;

    /// <summary>Reads one payload.</summary>
    /// <param name="kind">One for which <see cref="Reads"/> is true.</param>
    /// <param name="payload">The bytes as received.</param>
    /// <returns>What <see cref="DeviceReport.Message"/> promises.</returns>
    /// <exception cref="WireException">The payload is not what the contract says.</exception>
    public static object Read(TopicKind kind, byte[] payload)
    {
        switch (kind)
        {
            case TopicKind.Status: return ReadStatus(payload);
            case TopicKind.AudioUp: return ReadAudio(payload);
        }

        WireReader reader = _reader ??= new WireReader();
        reader.Load(NameOf(kind), payload, payload.Length);
        if (kind == TopicKind.ConfigReported)
        {
            ConfigMessage config = new();
            config.Read(reader);
            return config;
        }

        DeviceMessage message = Create(kind) ?? throw new ArgumentException($"a topic the gateway reads expected, got {kind}", nameof(kind));
        message.Read(reader);
        return message;
    }

    /// <summary>The topic behind the device id, as error messages show it.</summary>
    public static string NameOf(TopicKind kind) => kind switch
    {
        TopicKind.Status => "status",
        TopicKind.Info => "info",
        TopicKind.State => "state",
        TopicKind.Wake => "evt/wake",
        TopicKind.Keyword => "evt/keyword",
        TopicKind.NearMiss => "evt/near",
        TopicKind.Speech => "evt/speech",
        TopicKind.Button => "evt/button",
        TopicKind.Fault => "evt/fault",
        TopicKind.Heart => "tele/heart",
        TopicKind.Beats => "tele/beats",
        TopicKind.RawPulse => "tele/raw",
        TopicKind.Motion => "tele/motion",
        TopicKind.DeviceHealth => "tele/device",
        TopicKind.Ack => "ack",
        TopicKind.ConfigReported => "cfg/reported",
        TopicKind.AudioUp => "audio",
        _ => kind.ToString(),
    };

    private static DeviceMessage? Create(TopicKind kind) => kind switch
    {
        TopicKind.Info => new InfoMessage(),
        TopicKind.State => new StateMessage(),
        TopicKind.Wake or TopicKind.Keyword => new WakeMessage(),
        TopicKind.NearMiss => new NearMissMessage(),
        TopicKind.Speech => new SpeechMessage(),
        TopicKind.Button or TopicKind.Fault => new OccurrenceMessage(),
        TopicKind.Heart => new HeartMessage(),
        TopicKind.Beats => new BeatsMessage(),
        TopicKind.RawPulse => new RawPulseMessage(),
        TopicKind.Motion => new MotionMessage(),
        TopicKind.DeviceHealth => new DeviceHealthMessage(),
        TopicKind.Ack => new AckMessage(),
        _ => null,
    };

    private static StatusReport ReadStatus(byte[] payload)
    {
        if (payload.AsSpan().SequenceEqual("online"u8))
        {
            return new StatusReport(true);
        }

        return payload.AsSpan().SequenceEqual("offline"u8)
            ? new StatusReport(false)
            : throw new WireException("status", "", $"online or offline expected, got {payload.Length} other bytes");
    }

    private static AudioChunk ReadAudio(byte[] packet)
    {
        AudioPacket.Check(packet, packet.Length);
        int payload = packet.Length - AudioPacket.HeaderBytes;
        byte[] pcm = new byte[AudioPacket.SampleCount(packet, packet.Length) * AudioFormat.SampleBytes];
        if (AudioPacket.Codec(packet) == AudioCodec.Pcm16At16k)
        {
            packet.AsSpan(AudioPacket.HeaderBytes).CopyTo(pcm);
        }
        else if (payload > 0)
        {
            ImaAdpcm.Decode(packet, AudioPacket.HeaderBytes, payload, pcm, 0);
        }

        short[] samples = new short[pcm.Length / AudioFormat.SampleBytes];
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] = System.Buffers.Binary.BinaryPrimitives.ReadInt16LittleEndian(pcm.AsSpan(i * AudioFormat.SampleBytes));
        }

        return new AudioChunk(AudioPacket.Codec(packet), AudioPacket.Flags(packet), AudioPacket.Sequence(packet), AudioPacket.TimestampMs(packet), samples);
    }
}
