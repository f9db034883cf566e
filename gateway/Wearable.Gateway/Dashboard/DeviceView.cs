using System.Text.Json;
using Wearable.Contract;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Dashboard;

/// <summary>A wearable as /api/devices shows it; unknown parts are null. Times are epoch ms of receipt.</summary>
public sealed record DeviceView(
    string Id, bool Online, string? Mode, string? Mic, string? Link, string? Board, string? Fw, int? Contract, string? Clr, string? Words, int[]? Thr, string? Model, int[]? Codecs,
    long LastSeen, DeviceView.HeartView? Heart, JsonElement? Health, DeviceView.TurnView? Turn, LaneCounts Counts, string? Name = null)
{
    /// <summary>Its last heart report.</summary>
    public sealed record HeartView(double? Bpm, int Q, string St, long At);

    /// <summary>The newest phase of its newest turn.</summary>
    public sealed record TurnView(string Sid, string Phase, IReadOnlyDictionary<string, int> Stages, string Safety, string Why, string Heard, string Answer, long At);

    /// <summary>Makes the view.</summary>
    /// <param name="device">What is known.</param>
    /// <param name="counts">Its messages.</param>
    /// <param name="name">What people call it; null when it was never added.</param>
    public static DeviceView Of(DeviceSnapshot device, LaneCounts counts, string? name = null) => new(
        device.Id,
        device.Online,
        device.State is { } state ? StateMessage.Modes[state.Mode] : null,
        device.State is { } mic ? StateMessage.Microphones[mic.Microphone] : null,
        device.State is { } link ? StateMessage.Links[link.Link] : null,
        device.Info?.Board,
        device.Info?.FirmwareVersion,
        device.Info?.ContractNumber,
        device.Info?.ClrVersion,
        device.Info?.Words,
        device.Info?.Thresholds,
        device.Info?.ModelVersion,
        device.Info?.Codecs,
        device.LastSeen.ToUnixTimeMilliseconds(),
        device.Heart is { } heart ? new HeartView(heart.RateBpm, heart.Quality, heart.State, heart.At.ToUnixTimeMilliseconds()) : null,
        device.Health is { } health ? WireJson.Value(health) : null,
        device.Turn is { } turn ? ViewOf(turn) : null,
        counts,
        name);

    private static TurnView ViewOf(TurnReport report)
    {
        TurnMessage turn = report.Turn;
        Dictionary<string, int> stages = [];
        for (int i = 0; i < TurnMessage.Stages.Length; i++)
        {
            if (turn.Reached[i])
            {
                stages[TurnMessage.Stages[i]] = turn.StageMs[i];
            }
        }

        return new TurnView(turn.TurnId, report.Phase, stages, turn.Safety, turn.Why, turn.Heard, turn.Answer, report.At.ToUnixTimeMilliseconds());
    }
}
