using System.Text.Json;
using Wearable.Contract;

namespace Wearable.Bench.Cluster;

/// <summary>How a turn ended for the person who asked.</summary>
internal enum Ending
{
    /// <summary>The gateway said it was done and sound was heard to its end.</summary>
    Answered,

    /// <summary>One sentence that says it went wrong was heard to its end.</summary>
    Apologised,

    /// <summary>Nothing was heard to its end.</summary>
    Silent,
}

/// <summary>
/// Somebody who asks through a wearable at protocol level: opens a turn as its button does, sends a spoken question in real time and then
/// silence, plays what comes back and says so.
/// </summary>
internal sealed class Talker
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly RawWearable _wearable;
    private readonly short[] _question;
    private readonly string _prefix = Random.Shared.Next(0x10000).ToString("x4", System.Globalization.CultureInfo.InvariantCulture);
    private TaskCompletionSource _stop = New();
    private TaskCompletionSource _heardAll = New();
    private string _turnId = "";
    private string _phase = "";
    private string _why = "";
    private int _turns;
    private int _playedMs;
    private bool _speaking;

    private Talker(RawWearable wearable, short[] question)
    {
        (_wearable, _question) = (wearable, question);
        wearable.Heard += OnHeard;
    }

    /// <summary>A turn is under way.</summary>
    public bool IsAsking => _turnId.Length > 0;

    public static async Task<Talker> OfAsync(RawWearable wearable, short[] question)
    {
        await wearable.SubscribeAsync(wearable.Topics.AllCommands);
        await wearable.SubscribeAsync(wearable.Topics.AudioDown);
        await wearable.SubscribeAsync(wearable.Topics.Turn("+"));
        return new Talker(wearable, question);
    }

    /// <summary>Asks once.</summary>
    /// <returns>How it ended and the gateway's last words about it.</returns>
    public async Task<(Ending Ending, string Why, double Seconds)> AskAsync(CancellationToken cancellation)
    {
        (_stop, _heardAll, _phase, _why, _playedMs, _speaking) = (New(), New(), "", "", 0, false);
        string turnId = _turnId = $"{_prefix}-{++_turns}";
        long began = System.Diagnostics.Stopwatch.GetTimestamp();
        await _wearable.SayAsync(_wearable.Topics.Wake, new WakeMessage { TurnId = turnId, Word = "button", Score = 100, Threshold = 50, LevelDb = -20 }, 1);
        await _wearable.SayStateAsync("streaming", turnId);
        await StreamAsync(cancellation);
        if (!_speaking)
        {
            await _wearable.SayStateAsync("thinking", turnId);
        }

        bool all = await Task.WhenAny(_heardAll.Task, Task.Delay(Patience, cancellation)) == _heardAll.Task;
        if (all)
        {
            await Task.Delay(_playedMs, cancellation); // the speaker's time, less what was played while the rest came
        }

        await _wearable.SayStateAsync("idle", "");
        for (int i = 0; i < 50 && all && _phase is not ("done" or "failed"); i++)
        {
            await Task.Delay(100, cancellation);
        }

        _turnId = "";
        Ending ending = !all ? Ending.Silent : _phase == "done" ? Ending.Answered : Ending.Apologised;
        return (ending, ending == Ending.Silent ? $"last heard of it: {(_phase.Length == 0 ? "nothing" : _phase)}, {(_stop.Task.IsCompleted ? "its end was heard" : "nobody stopped it")}" : _why, System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalSeconds);
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task StreamAsync(CancellationToken cancellation)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(AudioFormat.PacketMs));
        int most = (int)(Patience.TotalMilliseconds / AudioFormat.PacketMs);
        for (int sequence = 0; sequence < most && !_stop.Task.IsCompleted && !_speaking; sequence++)
        {
            byte[] packet = new byte[AudioPacket.HeaderBytes + (AudioFormat.PacketSamples * AudioFormat.SampleBytes)];
            AudioPacket.WriteHeader(packet, AudioCodec.Pcm16At16k, sequence == 0 ? AudioPacket.First : 0, sequence, sequence * AudioFormat.PacketMs);
            for (int i = 0; i < AudioFormat.PacketSamples && (sequence * AudioFormat.PacketSamples) + i < _question.Length; i++)
            {
                System.Buffers.Binary.BinaryPrimitives.WriteInt16LittleEndian(packet.AsSpan(AudioPacket.HeaderBytes + (2 * i)), _question[(sequence * AudioFormat.PacketSamples) + i]);
            }

            await _wearable.SendAudioAsync(packet);
            await timer.WaitForNextTickAsync(cancellation);
        }
    }

    private void OnHeard(string topic, byte[] payload)
    {
        if (topic == _wearable.Topics.AudioDown)
        {
            OnSound(payload);
        }
        else if (topic == _wearable.Topics.Command(CommandNames.Stop) || topic == _wearable.Topics.Command(CommandNames.Yield))
        {
            _stop.TrySetResult();
        }
        else if (topic.StartsWith(_wearable.Topics.TurnPrefix, StringComparison.Ordinal))
        {
            using JsonDocument turn = JsonDocument.Parse(payload);
            if (turn.RootElement.GetProperty("sid").GetString() == _turnId)
            {
                _phase = topic[_wearable.Topics.TurnPrefix.Length..];
                _why = turn.RootElement.TryGetProperty("why", out JsonElement why) ? why.GetString() ?? "" : "";
            }
        }
    }

    private void OnSound(byte[] packet)
    {
        int flags = AudioPacket.Flags(packet);
        if ((flags & AudioPacket.First) != 0)
        {
            _playedMs = 0;
            if (!_speaking)
            {
                _speaking = true;
                _ = _wearable.SayStateAsync("speaking", _turnId);
            }
        }

        if ((flags & AudioPacket.Last) != 0)
        {
            _playedMs = 600; // the gateway keeps at most so much ahead
            _heardAll.TrySetResult();
        }
    }
}
