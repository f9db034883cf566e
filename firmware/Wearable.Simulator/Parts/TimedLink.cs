using Wearable.Firmware.Board;
using Wearable.Simulator.Time;

namespace Wearable.Simulator.Parts;

/// <summary>
/// A message link that costs what M2Mqtt costs: its threads share the interpreter with the loop, so what they do for a message is booked when the loop
/// hands the message over or takes it.
/// </summary>
internal sealed class TimedLink(IMessageLink inner, ChipClock clock) : IMessageLink
{
    public LinkState State
    {
        get
        {
            clock.SpendInstructions(BoardCost.LockedLook);
            return clock.Aside(() => inner.State);
        }
    }

    public string LastError => inner.LastError;

    public int DroppedInbound => inner.DroppedInbound;

    public void BeginConnect(LinkOptions options) => inner.BeginConnect(options);

    public void Disconnect() => inner.Disconnect();

    public bool TryPublish(string topic, byte[] payload, int length, int qos, bool retain, int ticket)
    {
        clock.SpendInstructions(BoardCost.LockedLook);
        bool taken = clock.Aside(() => inner.TryPublish(topic, payload, length, qos, retain, ticket));
        if (taken)
        {
            clock.SpendInstructions(qos == 0 ? BoardCost.Publish : BoardCost.PublishAcknowledged);
        }

        return taken;
    }

    public bool TryTakeDelivered(out int ticket)
    {
        clock.SpendInstructions(BoardCost.LockedLook);
        int taken = 0;
        bool any = clock.Aside(() => inner.TryTakeDelivered(out taken));
        ticket = taken;
        return any;
    }

    public bool TryReceive(LinkMessage message)
    {
        clock.SpendInstructions(BoardCost.LockedLook);
        bool taken = clock.Aside(() => inner.TryReceive(message));
        if (taken)
        {
            clock.SpendInstructions(BoardCost.Receive);
        }

        return taken;
    }
}
