using Wearable.Contract;

namespace Wearable.Simulator.Link;

/// <summary>What the device says on the wire, read back through the contract's own reader. Events come on the device's thread.</summary>
public sealed class PublishedMessages
{
    private readonly WireReader _reader = new();

    /// <summary>A wake word was heard.</summary>
    public event Action<WakeMessage>? Wake;

    /// <summary>Sound starts or stops leaving the device.</summary>
    public event Action<SpeechMessage>? Speech;

    /// <summary>A heart rate, or the honest lack of one.</summary>
    public event Action<HeartMessage>? Heart;

    /// <summary>Something is wrong on the device.</summary>
    public event Action<OccurrenceMessage>? Fault;

    internal void Take(string topic, byte[] payload, int length)
    {
        switch (TopicName.Parse(topic).Kind)
        {
            case TopicKind.Wake:
                Wake?.Invoke(Read<WakeMessage>("evt/wake", payload, length));
                break;
            case TopicKind.Speech:
                Speech?.Invoke(Read<SpeechMessage>("evt/speech", payload, length));
                break;
            case TopicKind.Heart:
                Heart?.Invoke(Read<HeartMessage>("tele/heart", payload, length));
                break;
            case TopicKind.Fault:
                Fault?.Invoke(Read<OccurrenceMessage>("evt/fault", payload, length));
                break;
        }
    }

    private T Read<T>(string name, byte[] payload, int length)
        where T : DeviceMessage, new()
    {
        _reader.Load(name, payload, length);
        T message = new();
        message.Read(_reader);
        return message;
    }
}
