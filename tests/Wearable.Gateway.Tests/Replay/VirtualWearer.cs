using Wearable.Contract;
using Wearable.Firmware.Board;
using Wearable.Firmware.Heart;
using Wearable.Firmware.Link;
using Wearable.Gateway.Replay;
using Wearable.Simulator.Pulse;
using Wearable.Simulator.Time;

namespace Wearable.Gateway.Tests.Replay;

/// <summary>The pulse part of a device in virtual time, stepped as its loop does; what it publishes is the recording.</summary>
internal sealed class VirtualWearer : IMessageLink
{
    private readonly VirtualClock _clock = new();
    private readonly HeartReporter _heart;
    private readonly RawReporter _raw;
    private readonly List<RecordedMessage> _messages = [];

    public VirtualWearer()
    {
        FakeMax30102 sensor = new(_clock, Pulse);
        HeartMonitor monitor = new(sensor, _clock);
        EventPublisher publisher = new(this, _clock, 7);
        Topics topics = new("bear");
        _heart = new HeartReporter(monitor, publisher, topics);
        _raw = new RawReporter(monitor, publisher, _clock, topics.RawPulse);
        _raw.StreamFor(RawPulseMessage.MaxMs);
    }

    public SyntheticPulse Pulse { get; } = new(7) { Finger = false };

    public DayFile Day => new("bear", false, _messages);

    public LinkState State => LinkState.Up;

    public string LastError => "";

    public int DroppedInbound => 0;

    public void Wear(int seconds)
    {
        for (int i = 0; i < seconds * 1000 / AudioFormat.HopMs; i++)
        {
            _clock.Sleep(AudioFormat.HopMs);
            _heart.Step();
            _raw.Step();
        }
    }

    public bool TryPublish(string topic, byte[] payload, int length, int qos, bool retain, int ticket)
    {
        _messages.Add(new RecordedMessage(_clock.EpochMs, topic, payload[..length]));
        return true;
    }

    public void BeginConnect(LinkOptions options)
    {
    }

    public void Disconnect()
    {
    }

    public bool TryTakeDelivered(out int ticket)
    {
        ticket = 0;
        return false;
    }

    public bool TryReceive(LinkMessage message) => false;
}
