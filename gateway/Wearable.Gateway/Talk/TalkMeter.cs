using System.Text.Json;
using System.Text.Json.Serialization;
using Wearable.Meter;

namespace Wearable.Gateway.Talk;

/// <summary>What the page shows of its wearable, ten times a second: what it does, how close to a word it is, and what that costs a chip.</summary>
public sealed class TalkMeter
{
    /// <summary>Work is shown as that of the last so many ms of the wearable's time.</summary>
    public const double WindowMs = 1000;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.Never };

    private readonly Queue<LiveReading> _window = new();

    /// <summary>One reading as JSON.</summary>
    public byte[] Tell(LiveReading now)
    {
        _window.Enqueue(now);
        while (_window.Count > 2 && now.ElapsedMs - _window.Peek().ElapsedMs > WindowMs)
        {
            _window.Dequeue();
        }

        LiveReading then = _window.Peek();
        double spanMs = now.ElapsedMs - then.ElapsedMs;
        return JsonSerializer.SerializeToUtf8Bytes(
            new View(
                now.Mode, now.Connected, now.Word, now.Score, now.Threshold, now.Listens,
                spanMs > 0 ? (long)((now.Instructions - then.Instructions) * 1000 / spanMs) : 0, spanMs > 0 ? (int)(100 * (now.BusyMs - then.BusyMs) / spanMs) : 0,
                Simulator.Live.LiveWearables.ChipSpeed, now.Overruns, now.Gaps, (int)now.DroppedMs),
            Json);
    }

    // Instructions a second, the share of time a chip was busy (percent), and the chip's speed.
    private sealed record View(
        string Mode, bool Online, string Word, int Score, int Threshold, bool Listens, long Instructions, int BusyPercent, long ChipSpeed, int Overruns, int Gaps, int DroppedMs);
}
