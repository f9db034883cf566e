using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text.Json;
using Wearable.Contract;
using Wearable.Simulator.Tests.Link;

namespace Wearable.Simulator.Tests;

/// <summary>The least a gateway does: takes the speech of one wearable, ends it after a fixed length, sends one answer back at the pace it is played.</summary>
internal sealed class ScriptedGateway
{
    private readonly TestBroker _broker;
    private readonly Topics _topics;
    private readonly short[] _answer;
    private readonly int _stopAfterPackets;
    private readonly List<short> _heard = [];
    private int _packets;
    private int _stops;

    public ScriptedGateway(TestBroker broker, string deviceId, short[] answer, int stopAfterPackets)
    {
        _broker = broker;
        _topics = new Topics(deviceId);
        _answer = answer;
        _stopAfterPackets = stopAfterPackets;
        broker.Arrived += Take;
    }

    /// <summary>Everything that arrived, as <c>topic</c> and payload text.</summary>
    public ConcurrentQueue<(string Topic, JsonElement Fields)> Events { get; } = new();

    /// <summary>Set when a script step threw.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>PCM16 sound received so far.</summary>
    public short[] Heard
    {
        get
        {
            lock (_heard)
            {
                return [.. _heard];
            }
        }
    }

    private void Take(string topic, byte[] payload)
    {
        try
        {
            if (topic == _topics.AudioUp)
            {
                TakeSound(payload);
            }
            else if (topic.StartsWith(_topics.EventPrefix) || topic == _topics.State || topic == _topics.Info)
            {
                JsonElement fields = JsonDocument.Parse(payload).RootElement;
                Events.Enqueue((topic, fields));
                if (topic == _topics.Speech && fields.GetProperty("what").GetString() == "end")
                {
                    _ = Task.Run(AnswerAsync);
                }
            }
        }
        catch (Exception error)
        {
            Failure = error;
        }
    }

    private void TakeSound(byte[] packet)
    {
        AudioPacket.Check(packet, packet.Length);
        Assert.Equal(AudioCodec.Pcm16At16k, AudioPacket.Codec(packet));
        lock (_heard)
        {
            for (int at = AudioPacket.HeaderBytes; at < packet.Length; at += 2)
            {
                _heard.Add(BinaryPrimitives.ReadInt16LittleEndian(packet.AsSpan(at)));
            }
        }

        if (++_packets >= _stopAfterPackets && Interlocked.Exchange(ref _stops, 1) == 0)
        {
            string sid = Events.Last(heard => heard.Topic == _topics.Wake).Fields.GetProperty("sid").GetString()!;
            _ = _broker.SendAsync(_topics.Command(CommandNames.Stop), $$"""{"id":"c-1","ts":0,"ttl":5000,"sid":"{{sid}}"}""");
        }
    }

    private async Task AnswerAsync()
    {
        int count = (_answer.Length + AudioFormat.PacketSamples - 1) / AudioFormat.PacketSamples;
        for (int i = 0; i < count; i++)
        {
            short[] part = _answer[(i * AudioFormat.PacketSamples)..Math.Min(_answer.Length, (i + 1) * AudioFormat.PacketSamples)];
            byte[] packet = new byte[AudioPacket.HeaderBytes + (part.Length * 2)];
            AudioPacket.WriteHeader(packet, AudioCodec.Pcm16At16k, (i == 0 ? AudioPacket.First : 0) | (i == count - 1 ? AudioPacket.Last : 0), i, i * AudioFormat.PacketMs);
            for (int s = 0; s < part.Length; s++)
            {
                BinaryPrimitives.WriteInt16LittleEndian(packet.AsSpan(AudioPacket.HeaderBytes + (s * 2)), part[s]);
            }

            await _broker.SendAsync(_topics.AudioDown, packet, 0);
            if (i >= 5)
            {
                await Task.Delay(AudioFormat.PacketMs - 5);
            }
        }
    }
}
