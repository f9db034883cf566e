using Wearable.Contract;
using Wearable.Gateway.Brain;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Tests.Brain;

internal sealed class FixedHearts : IHeartHistory
{
    public HeartSample? Now { get; set; }

    public HeartSample? Latest(string deviceId) => Now;

    public Task<IReadOnlyList<HeartSample>> RangeAsync(string deviceId, DateTimeOffset from, DateTimeOffset to, int maxSamples, CancellationToken cancellation = default) =>
        Task.FromResult<IReadOnlyList<HeartSample>>(Now is null ? [] : [Now]);
}

internal sealed class Announcements : IAnnouncer
{
    public List<string> Texts { get; } = [];

    public Task<bool> AnnounceAsync(string deviceId, string text, CancellationToken cancellation)
    {
        Texts.Add($"{deviceId}: {text}");
        return Task.FromResult(true);
    }
}

internal sealed class SentCommands : IDeviceSender
{
    public List<string> Lines { get; } = [];

    public ValueTask SendCommandAsync(string deviceId, string name, CommandMessage command, CancellationToken cancellation = default)
    {
        Lines.Add($"{deviceId} {name} {command.Value}");
        return ValueTask.CompletedTask;
    }

    public ValueTask SendAudioAsync(string deviceId, byte[] packet, CancellationToken cancellation = default) => ValueTask.CompletedTask;

    public ValueTask PublishTurnAsync(string deviceId, string phase, TurnMessage turn, CancellationToken cancellation = default) => ValueTask.CompletedTask;

    public ValueTask SendConfigAsync(string deviceId, ConfigMessage config, CancellationToken cancellation = default) => ValueTask.CompletedTask;
}
