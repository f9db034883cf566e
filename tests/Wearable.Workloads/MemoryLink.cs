using Wearable.Firmware.Board;

namespace Wearable.Workloads;

/// <summary>A connection that is up, takes everything and delivers what a script puts in. What M2Mqtt itself costs on the chip is not in these counts.</summary>
internal sealed class MemoryLink : IMessageLink, INetwork
{
    private readonly Queue<(string Topic, byte[] Payload)> _inbox = new();
    private readonly Queue<int> _delivered = new();

    public LinkState State { get; private set; } = LinkState.Down;

    public string LastError => "";

    public int DroppedInbound => 0;

    public bool IsUp => true;

    public int RssiDbm => -55;

    /// <summary>Messages taken from the device.</summary>
    public int Published { get; private set; }

    public void BeginJoin()
    {
    }

    public void BeginConnect(LinkOptions options) => State = LinkState.Up;

    public void Disconnect() => State = LinkState.Down;

    public bool TryPublish(string topic, byte[] payload, int length, int qos, bool retain, int ticket)
    {
        Published++;
        if (qos > 0)
        {
            _delivered.Enqueue(ticket);
        }

        return true;
    }

    public bool TryTakeDelivered(out int ticket) => _delivered.TryDequeue(out ticket);

    public void Deliver(string topic, byte[] payload) => _inbox.Enqueue((topic, payload));

    public bool TryReceive(LinkMessage message)
    {
        if (!_inbox.TryDequeue(out (string Topic, byte[] Payload) next))
        {
            return false;
        }

        message.Topic = next.Topic;
        message.Payload = next.Payload;
        message.Length = next.Payload.Length;
        return true;
    }
}
