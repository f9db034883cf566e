using Wearable.Firmware.Board;
using Wearable.Simulator.Link;
using Wearable.Simulator.Time;

namespace Wearable.Workloads.Faults;

/// <summary>
/// A connection to a broker in virtual time that can be spoilt in every way. As on the board and in the simulator, what was taken from the
/// device and has not arrived when the connection breaks is gone with it, and so are acknowledgements on their way; both are counted.
/// </summary>
internal sealed class FaultyLink(SimulatorClock clock, INetwork network, Random random) : IMessageLink
{
    private const int ConnectMs = 60, NearMs = 5, RepeatMs = 3000;

    // A broker that says nothing is given up after one and a half keep-alives.
    private const double SilenceMs = 22_500;

    private readonly Queue<Travelling> _up = new();
    private readonly List<Travelling> _down = [];
    private readonly Queue<(double AtMs, int Ticket)> _acknowledgements = new();
    private LinkState _state = LinkState.Down;
    private double _connectedAtMs;
    private bool _waitsForSilent;
    private double _silentSinceMs = double.PositiveInfinity;
    private double _takesAgainMs;

    /// <summary>A message reached the broker.</summary>
    public event Action<string, byte[]>? Arrived;

    /// <summary>A message was lost with a connection.</summary>
    public event Action<string, byte[]>? LostInFlight;

    /// <summary>The broker lets nobody in.</summary>
    public bool Away { get; set; }

    /// <summary>How long a try that fails takes.</summary>
    public double FailMs { get; set; } = ConnectMs;

    /// <summary>Most that travelling takes longer, ms.</summary>
    public double DelayMs { get; set; }

    /// <summary>What comes down may overtake.</summary>
    public bool Overtakes { get; set; }

    /// <summary>Share of what comes down that is lost, for topics of sound only: commands have QoS 1.</summary>
    public double SoundLost { get; set; }

    /// <summary>Share of what travels that comes twice.</summary>
    public double Doubled { get; set; }

    /// <summary>Least time between two messages taken, ms.</summary>
    public double TakeEveryMs { get; set; }

    /// <summary>Nothing goes through, and nobody says so.</summary>
    public bool HalfOpen { get; set; }

    /// <summary>Acknowledgements that a breaking connection did not bring any more.</summary>
    public int LostAcknowledgements { get; private set; }

    public string LastError => "";

    public int DroppedInbound { get; private set; }

    public LinkState State
    {
        get
        {
            Advance();
            return _state;
        }
    }

    public void BeginConnect(LinkOptions options)
    {
        _state = LinkState.Connecting;
        _waitsForSilent = HalfOpen;
        _connectedAtMs = clock.NowMs + (Away || HalfOpen ? FailMs : ConnectMs);
    }

    public void Disconnect() => Break();

    /// <summary>The connection ends; what travels is lost.</summary>
    public void Break()
    {
        foreach (Travelling lost in _up)
        {
            LostInFlight?.Invoke(lost.Topic, lost.Payload);
        }

        LostAcknowledgements += _acknowledgements.Count;
        _up.Clear();
        _down.Clear();
        _acknowledgements.Clear();
        _state = LinkState.Down;
        _silentSinceMs = double.PositiveInfinity;
    }

    public bool TryPublish(string topic, byte[] payload, int length, int qos, bool retain, int ticket)
    {
        Advance();
        double nowMs = clock.NowMs;
        if (_state != LinkState.Up || _up.Count >= MqttMessageLink.OutboxMessages || nowMs < _takesAgainMs)
        {
            return false;
        }

        _takesAgainMs = nowMs + TakeEveryMs;
        double last = _up.Count > 0 ? _up.Last().AtMs : 0;
        _up.Enqueue(new Travelling(Math.Max(last, nowMs + NearMs + (random.NextDouble() * DelayMs)), topic, payload.AsSpan(0, length).ToArray(), qos, ticket));
        return true;
    }

    public bool TryTakeDelivered(out int ticket)
    {
        Advance();
        ticket = 0;
        if (HalfOpen || !_acknowledgements.TryPeek(out (double AtMs, int Ticket) first) || first.AtMs > clock.NowMs)
        {
            return false;
        }

        ticket = _acknowledgements.Dequeue().Ticket;
        return true;
    }

    /// <summary>Sends a message down.</summary>
    public void Send(string topic, byte[] payload, bool sound)
    {
        if (_state != LinkState.Up || HalfOpen || (sound && random.NextDouble() < SoundLost))
        {
            return;
        }

        int times = random.NextDouble() < Doubled ? 2 : 1;
        for (int i = 0; i < times; i++)
        {
            double atMs = clock.NowMs + NearMs + (random.NextDouble() * DelayMs);
            _down.Add(new Travelling(Overtakes || _down.Count == 0 ? atMs : Math.Max(atMs, _down[^1].AtMs), topic, payload));
        }
    }

    public bool TryReceive(LinkMessage message)
    {
        Advance();
        double nowMs = clock.NowMs;
        int first = -1;
        int due = 0;
        for (int i = 0; i < _down.Count; i++)
        {
            if (_down[i].AtMs <= nowMs)
            {
                due++;
                first = first < 0 || _down[i].AtMs < _down[first].AtMs ? i : first;
            }
        }

        if (first < 0)
        {
            return false;
        }

        message.Topic = _down[first].Topic;
        message.Payload = _down[first].Payload;
        message.Length = message.Payload.Length;
        _down.RemoveAt(first);
        // Full: the newest is dropped and counted, as in the real links.
        for (int i = _down.Count - 1; i >= 0 && due - 1 > MqttMessageLink.InboxMessages; i--)
        {
            if (_down[i].AtMs <= nowMs)
            {
                _down.RemoveAt(i);
                DroppedInbound++;
                due--;
            }
        }

        return true;
    }

    private void Advance()
    {
        double nowMs = clock.NowMs;
        if (_state == LinkState.Connecting && _waitsForSilent && !HalfOpen)
        {
            // What TCP repeats is answered once somebody is there again; its repeats are at most seconds apart by then.
            _waitsForSilent = false;
            _connectedAtMs = Math.Min(_connectedAtMs, nowMs + RepeatMs);
        }

        if (_state == LinkState.Connecting && nowMs >= _connectedAtMs)
        {
            _state = Away || HalfOpen || !network.IsUp ? LinkState.Down : LinkState.Up;
        }

        if (_state != LinkState.Up)
        {
            return;
        }

        _silentSinceMs = HalfOpen ? Math.Min(_silentSinceMs, nowMs) : double.PositiveInfinity;
        if (Away || !network.IsUp || nowMs - _silentSinceMs > SilenceMs)
        {
            Break();
            return;
        }

        while (!HalfOpen && _up.TryPeek(out Travelling? next) && next.AtMs <= nowMs)
        {
            _up.Dequeue();
            if (next.Qos > 0)
            {
                double last = _acknowledgements.Count > 0 ? _acknowledgements.Last().AtMs : 0;
                _acknowledgements.Enqueue((Math.Max(last, nowMs + NearMs + (random.NextDouble() * DelayMs)), next.Ticket));
            }

            Arrived?.Invoke(next.Topic, next.Payload);
        }
    }

    private sealed record Travelling(double AtMs, string Topic, byte[] Payload, int Qos = 0, int Ticket = 0);
}
