using System.Collections.Concurrent;
using Wearable.Contract;
using Wearable.Gateway.Mqtt;

namespace Wearable.Gateway.Tests.Conversation;

/// <summary>Keeps everything the gateway sends, in order.</summary>
internal sealed class PacketRecorder(TimeProvider time) : IDeviceSender
{
    private readonly ConcurrentQueue<(byte[] Packet, DateTimeOffset At)> _packets = new();
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _said = new();
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Audio packets with their time.</summary>
    public IReadOnlyList<(byte[] Packet, DateTimeOffset At)> Packets => [.. _packets];

    /// <summary>Commands and phases: "stop t-1", "phase done".</summary>
    public IReadOnlyList<string> Lines => [.. _lines];

    /// <summary>Completes with the first audio packet.</summary>
    public Task FirstAudioAsync() => _first.Task.WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>Completes once a line was sent.</summary>
    public Task WhenSaidAsync(string line) => Said(line).Task.WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>Called with each sent packet.</summary>
    public Action<byte[]>? OnAudio { get; set; }

    public ValueTask SendCommandAsync(string deviceId, string name, CommandMessage command, CancellationToken cancellation = default)
    {
        Say($"{name} {command.TurnId}");
        return ValueTask.CompletedTask;
    }

    public ValueTask SendAudioAsync(string deviceId, byte[] packet, CancellationToken cancellation = default)
    {
        AudioPacket.Check(packet, packet.Length);
        _packets.Enqueue((packet, time.GetUtcNow()));
        _first.TrySetResult();
        OnAudio?.Invoke(packet);
        return ValueTask.CompletedTask;
    }

    public ValueTask PublishTurnAsync(string deviceId, string phase, TurnMessage turn, CancellationToken cancellation = default)
    {
        Say($"phase {phase}{(turn.Why.Length > 0 ? " " + turn.Why : "")}");
        return ValueTask.CompletedTask;
    }

    public ValueTask SendConfigAsync(string deviceId, ConfigMessage config, CancellationToken cancellation = default) => ValueTask.CompletedTask;

    private void Say(string line)
    {
        _lines.Enqueue(line);
        Said(line).TrySetResult();
    }

    private TaskCompletionSource Said(string line) => _said.GetOrAdd(line, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}
