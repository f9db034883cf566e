using MQTTnet;
using MQTTnet.Protocol;
using Wearable.Contract;

namespace Wearable.Gateway.Tests.Support;

/// <summary>Messages as a wearable sends them.</summary>
public static class Say
{
    public static byte[] Bytes(DeviceMessage message, int number, int boot = 7)
    {
        message.BootId = boot;
        message.Number = number;
        WireWriter writer = new();
        message.Write(writer);
        return writer.ToArray();
    }

    public static OccurrenceMessage Button() => new() { What = "short", Count = 1 };

    public static HeartMessage Heart(int? bpmX10, int quality = 90) => new()
    {
        HasRate = bpmX10 is not null,
        RateBpmX10 = bpmX10 ?? 0,
        Quality = bpmX10 is null ? 0 : quality,
        State = bpmX10 is null ? 0 : 2,
        Source = bpmX10 is null ? 0 : 1,
    };

    public static byte[] Audio(int sequence, int flags = 0, int codec = AudioCodec.Pcm16At16k)
    {
        byte[] packet = new byte[AudioPacket.HeaderBytes + AudioCodec.PacketBytes(codec)];
        AudioPacket.WriteHeader(packet, codec, flags, sequence, sequence * AudioFormat.PacketMs);
        return packet;
    }

    /// <summary>Publishes with QoS 1 and waits for the acknowledgement: the gateway is done with the message then.</summary>
    public static Task<MqttClientPublishResult> TellAsync(this IMqttClient client, string topic, byte[] payload, bool retain = false) =>
        client.PublishAsync(new MqttApplicationMessage { Topic = topic, PayloadSegment = payload, QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce, Retain = retain });

    public static Task<MqttClientPublishResult> TellAsync(this IMqttClient client, string topic, string payload, bool retain = false) =>
        client.TellAsync(topic, System.Text.Encoding.UTF8.GetBytes(payload), retain);
}
