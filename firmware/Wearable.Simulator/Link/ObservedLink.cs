using Wearable.Firmware.Board;

namespace Wearable.Simulator.Link;

/// <summary>A link that shows an onlooker what the device publishes; it changes nothing.</summary>
/// <param name="inner">The real link.</param>
/// <param name="published">Called on the device's thread after a message was taken: topic, payload and its length. The payload is only valid during the call.</param>
internal sealed class ObservedLink(IMessageLink inner, Action<string, byte[], int> published) : IMessageLink
{
    public LinkState State => inner.State;

    public string LastError => inner.LastError;

    public int DroppedInbound => inner.DroppedInbound;

    public void BeginConnect(LinkOptions options) => inner.BeginConnect(options);

    public void Disconnect() => inner.Disconnect();

    public bool TryReceive(LinkMessage message) => inner.TryReceive(message);

    public bool TryTakeDelivered(out int ticket) => inner.TryTakeDelivered(out ticket);

    public bool TryPublish(string topic, byte[] payload, int length, int qos, bool retain, int ticket)
    {
        bool taken = inner.TryPublish(topic, payload, length, qos, retain, ticket);
        if (taken)
        {
            published(topic, payload, length);
        }

        return taken;
    }
}
