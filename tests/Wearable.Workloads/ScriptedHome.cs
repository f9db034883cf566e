using System.Text;
using System.Text.Json;
using Wearable.Contract;
using Wearable.Firmware.Board;
using Wearable.Simulator.Time;

namespace Wearable.Workloads;

/// <summary>
/// A gateway in virtual time, behind a connection that is always there: ends the speech after a silence, thinks, answers at a gateway's pace, and
/// sends a command every second of a turn as a busy home does. All it does happens at a time of the clock.
/// </summary>
internal sealed class ScriptedHome : IMessageLink
{
    private const double EndOfSpeechMs = 600, ThinkMs = 300, CommandEveryMs = 1000;
    private const int AnswerSeconds = 6;

    private readonly SimulatorClock _clock;
    private readonly MemoryLink _wire = new();
    private readonly Topics _topics;
    private readonly Answer _answer;
    private double _stopAtMs = double.PositiveInfinity;
    private double _answerAtMs = double.PositiveInfinity;
    private double _commandAtMs = double.PositiveInfinity;
    private string _turnId = "";
    private int _nextSequence;

    public ScriptedHome(SimulatorClock clock, string deviceId, int codec)
    {
        _clock = clock;
        _topics = new Topics(deviceId);
        _answer = new Answer(_wire, deviceId, codec);
    }

    public LinkState State => _wire.State;

    public string LastError => "";

    public int DroppedInbound => 0;

    /// <summary>Sound that came up, ms.</summary>
    public double HeardMs { get; private set; }

    /// <summary>Sound sent down, ms.</summary>
    public double AnsweredMs { get; private set; }

    public int MissingPackets { get; private set; }

    public int Commands { get; private set; }

    public int Acknowledged { get; private set; }

    public void BeginConnect(LinkOptions options) => _wire.BeginConnect(options);

    public void Disconnect() => _wire.Disconnect();

    /// <summary>The person fell silent.</summary>
    public void VoiceEnded(double atMs) => _stopAtMs = atMs + EndOfSpeechMs;

    public bool TryPublish(string topic, byte[] payload, int length, int qos, bool retain, int ticket)
    {
        _wire.TryPublish(topic, payload, length, qos, retain, ticket);
        if (topic == _topics.AudioUp)
        {
            Hear(payload, length);
        }
        else if (topic == _topics.Speech)
        {
            using JsonDocument speech = JsonDocument.Parse(payload.AsMemory(0, length));
            _turnId = speech.RootElement.GetProperty("sid").GetString()!;
            bool ends = speech.RootElement.GetProperty("what").GetString() == "end";
            _commandAtMs = ends ? _commandAtMs : _clock.NowMs + CommandEveryMs;
            _answerAtMs = ends ? _clock.NowMs + ThinkMs : double.PositiveInfinity;
        }
        else if (topic == _topics.Ack)
        {
            Acknowledged++;
        }
        else if (topic == _topics.State && Encoding.UTF8.GetString(payload, 0, length).Contains("\"idle\"", StringComparison.Ordinal))
        {
            _commandAtMs = double.PositiveInfinity;
        }

        return true;
    }

    public bool TryTakeDelivered(out int ticket) => _wire.TryTakeDelivered(out ticket);

    public bool TryReceive(LinkMessage message)
    {
        double nowMs = _clock.NowMs;
        if (nowMs >= _stopAtMs)
        {
            _stopAtMs = double.PositiveInfinity;
            Command(CommandNames.Stop, new CommandMessage { TurnId = _turnId });
        }

        if (nowMs >= _answerAtMs)
        {
            _answerAtMs = double.PositiveInfinity;
            _answer.Begin(AnswerSeconds);
            AnsweredMs += AnswerSeconds * 1000;
        }

        if (nowMs >= _commandAtMs)
        {
            _commandAtMs += CommandEveryMs;
            Command(CommandNames.Volume, new CommandMessage { HasValue = true, Value = 50 + (Commands % 2 * 20) });
        }

        _answer.Step((long)nowMs);
        return _wire.TryReceive(message);
    }

    private void Hear(byte[] packet, int length)
    {
        AudioPacket.Check(packet, length);
        int sequence = AudioPacket.Sequence(packet);
        if ((AudioPacket.Flags(packet) & AudioPacket.First) != 0)
        {
            _nextSequence = sequence;
        }

        MissingPackets += (sequence - _nextSequence) & 0xFFFF;
        _nextSequence = (sequence + 1) & 0xFFFF;
        int bytes = length - AudioPacket.HeaderBytes;
        HeardMs += bytes * 1000.0 / AudioCodec.PacketBytes(AudioPacket.Codec(packet)) * AudioFormat.PacketMs / 1000;
    }

    private void Command(string name, CommandMessage command)
    {
        Commands++;
        command.Id = "c-" + Commands;
        command.TimeToLiveMs = 5000;
        WireWriter writer = new();
        command.Write(writer);
        _wire.Deliver(_topics.Command(name), writer.ToArray());
    }
}
