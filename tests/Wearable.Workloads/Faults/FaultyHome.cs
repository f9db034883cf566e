using System.Text.Json;
using Wearable.Contract;
using Wearable.Firmware.Board;
using Wearable.Simulator.Time;

namespace Wearable.Workloads.Faults;

/// <summary>A gateway in virtual time behind a <see cref="FaultyLink"/>: ends the speech, answers, and keeps a list of every event that came.</summary>
internal sealed class FaultyHome
{
    private readonly SimulatorClock _clock;
    private readonly Topics _topics;
    private readonly MemoryLink _desk = new();
    private readonly LinkMessage _next = new();
    private readonly Answer _answer;
    private readonly Random _random;
    private double _stopAtMs = double.PositiveInfinity;
    private double _answerAtMs = double.PositiveInfinity;
    private double _stallAtMs = double.PositiveInfinity;
    private readonly HashSet<(int Boot, int Number)> _numbers = [];
    private string _turnId = "";
    private int _commands;

    public FaultyHome(SimulatorClock clock, FaultyLink link, string deviceId, Random random)
    {
        _clock = clock;
        Link = link;
        _topics = new Topics(deviceId);
        _answer = new Answer(_desk, deviceId, AudioCodec.ImaAdpcmAt16k);
        _random = random;
        link.Arrived += Take;
        link.LostInFlight += (topic, payload) => InFlightLost += EventKeys(topic, payload).Count();
    }

    public FaultyLink Link { get; }

    /// <summary>Answers stop in the middle.</summary>
    public bool Stalls { get; set; }

    /// <summary>Questions are not answered.</summary>
    public bool Ignores { get; set; }

    /// <summary>The gateway dies shortly after a question begins.</summary>
    public bool DiesMidTurn { get; set; }

    /// <summary>Events that came, each once: button-1, wake-1, speech-start-1, speech-end-1, by the device's own counting.</summary>
    public HashSet<string> Events { get; } = [];

    /// <summary>Events that came again with the number they had.</summary>
    public int Again { get; private set; }

    /// <summary>Events that came again with another number.</summary>
    public int Doubled { get; private set; }

    /// <summary>Events taken by a connection that broke before they arrived.</summary>
    public int InFlightLost { get; private set; }

    /// <summary>Messages that the device says it dropped.</summary>
    public int ToldDropped { get; private set; }

    /// <summary>When the last heart rate came that the device was sure of, ms.</summary>
    public double LastRateMs { get; private set; } = -1;

    /// <summary>The last heart reading, for a failure's message.</summary>
    public string LastHeart { get; private set; } = "none";

    /// <summary>When the last health report came, ms.</summary>
    public double LastHealthMs { get; private set; } = -1;

    /// <summary>Settings that make the device tell its health every five seconds.</summary>
    public void AskForHealth() => Link.Send(_topics.ConfigDesired, """{"v":1,"health_every_ms":5000}"""u8.ToArray(), sound: false);

    /// <summary>A command that must change nothing.</summary>
    public void Nudge() => Command(CommandNames.Volume, new CommandMessage { HasValue = true, Value = 70 });

    /// <summary>Something no gateway sends.</summary>
    public void SendGarbage()
    {
        byte[] bytes = new byte[_random.Next(0, 600)];
        _random.NextBytes(bytes);
        string topic = _random.Next(3) switch { 0 => _topics.AudioDown, 1 => _topics.Command("stop"), _ => _topics.ConfigDesired };
        Link.Send(topic, bytes, sound: false);
    }

    /// <summary>Does what is due.</summary>
    public void Step()
    {
        double nowMs = _clock.NowMs;
        if (nowMs >= _stopAtMs)
        {
            _stopAtMs = double.PositiveInfinity;
            if (DiesMidTurn)
            {
                Forget();
                Link.Break();
                return;
            }

            Command(CommandNames.Stop, new CommandMessage { TurnId = _turnId });
        }

        if (nowMs >= _answerAtMs)
        {
            _answerAtMs = double.PositiveInfinity;
            _answer.Begin(_random.Next(2, 4));
            _stallAtMs = Stalls ? nowMs + 1000 : double.PositiveInfinity;
        }

        if (nowMs >= _stallAtMs)
        {
            return;
        }

        _answer.Step((long)nowMs);
        while (_desk.TryReceive(_next))
        {
            Link.Send(_next.Topic, _next.Payload.AsSpan(0, _next.Length).ToArray(), sound: _next.Topic == _topics.AudioDown);
        }
    }

    private void Forget()
    {
        _answerAtMs = double.PositiveInfinity;
        _stopAtMs = double.PositiveInfinity;
        _turnId = "";
    }

    private void Take(string topic, byte[] payload)
    {
        string[] keys = [.. EventKeys(topic, payload)];
        if (keys.Length > 0 && !_numbers.Add(NumberOf(payload)))
        {
            Again += keys.Length;
            return; // as the gateway does
        }

        Doubled += keys.Count(key => !Events.Add(key));

        if (topic == _topics.Speech)
        {
            using JsonDocument speech = JsonDocument.Parse(payload);
            bool begins = speech.RootElement.GetProperty("what").GetString() == "start";
            _turnId = speech.RootElement.GetProperty("sid").GetString()!;
            _stallAtMs = double.PositiveInfinity;
            _stopAtMs = begins ? _clock.NowMs + 1000 + _random.Next(1500) : double.PositiveInfinity;
            _answerAtMs = begins || Ignores ? double.PositiveInfinity : _clock.NowMs + 300 + _random.Next(500);
        }
        else if (topic == _topics.DeviceHealth)
        {
            using JsonDocument health = JsonDocument.Parse(payload);
            ToldDropped = health.RootElement.GetProperty("drop").GetInt32();
            LastHealthMs = _clock.NowMs;
        }
        else if (topic == _topics.Heart)
        {
            using JsonDocument heart = JsonDocument.Parse(payload);
            LastHeart = System.Text.Encoding.UTF8.GetString(payload);
            LastRateMs = heart.RootElement.GetProperty("st").GetString() == "ok" ? _clock.NowMs : LastRateMs;
        }
    }

    private static (int Boot, int Number) NumberOf(byte[] payload)
    {
        using JsonDocument message = JsonDocument.Parse(payload);
        return (message.RootElement.GetProperty("b").GetInt32(), message.RootElement.GetProperty("n").GetInt32());
    }

    private IEnumerable<string> EventKeys(string topic, byte[] payload)
    {
        string kind = topic == _topics.Button ? "button" : topic == _topics.Wake ? "wake" : topic == _topics.Speech ? "speech" : "";
        if (kind.Length == 0)
        {
            return [];
        }

        using JsonDocument message = JsonDocument.Parse(payload);
        JsonElement root = message.RootElement;
        return kind == "button"
            ? ["button-" + root.GetProperty("count").GetInt32()]
            : [kind + (kind == "speech" ? "-" + root.GetProperty("what").GetString() : "") + "-" + root.GetProperty("sid").GetString()!.Split('-')[^1]];
    }

    private void Command(string name, CommandMessage command)
    {
        command.Id = "c-" + ++_commands;
        command.TimeToLiveMs = 5000;
        WireWriter writer = new();
        command.Write(writer);
        Link.Send(_topics.Command(name), writer.ToArray(), sound: false);
    }
}
