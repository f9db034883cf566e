using System.Collections.Concurrent;
using System.Data.Common;
using System.Text;
using Wearable.Contract;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Privacy;

namespace Wearable.Gateway.Telemetry;

/// <summary>Keeps what wearables report and what became of each turn. Sound is never stored; words only when the owner allows them.</summary>
public sealed class TelemetryStore(StoreWriter writer, IStore store, GatewayOptions options, TimeProvider time) : IDeviceKeeper, ITurnListener, IHeartHistory, IForgets
{
    /// <summary>How long a heart rate counts as now.</summary>
    public static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(30);

    private const string HeartRange = "SELECT at, bpm10, q, st FROM heart WHERE device = $1 AND at >= $2 AND at < $3 ORDER BY at, id";
    private const string TurnColumns = "SELECT device, sid, at, phase, safety, why, heard, answer, end_ms, text_ms, answer_ms, speech_ms, audio_ms, done_ms FROM turns";

    private readonly ConcurrentDictionary<string, HeartSample> _latest = new();

    /// <inheritdoc/>
    public ValueTask OnReportAsync(DeviceReport report, CancellationToken cancellation)
    {
        if (report.Message is HeartMessage heart)
        {
            _latest[report.DeviceId] = DeviceRegistry.SampleOf(heart, report.ReceivedAt);
        }

        if (RowOf(report) is not StoreRow row)
        {
            return ValueTask.CompletedTask;
        }

        MessageNumber? of = report.Message is DeviceMessage numbered ? new MessageNumber(report.DeviceId, numbered.BootId, numbered.Number) : null;
        return writer.AddAsync(row with { Of = of }, cancellation);
    }

    /// <inheritdoc/>
    public ValueTask OnTurnAsync(TurnReport report, CancellationToken cancellation)
    {
        TurnMessage turn = report.Turn;
        object?[] values = new object?[StoreTable.Turns.Columns.Count];
        values[0] = report.DeviceId;
        values[1] = turn.TurnId;
        values[2] = report.At.ToUnixTimeMilliseconds();
        values[3] = values[2];
        values[4] = report.Phase;
        for (int i = 0; i < TurnMessage.Stages.Length; i++)
        {
            values[5 + i] = turn.Reached[i] ? turn.StageMs[i] : null;
        }

        values[11] = turn.Safety;
        values[12] = turn.Why;
        values[13] = options.AllowWords && turn.Heard.Length > 0 ? turn.Heard : null;
        values[14] = options.AllowWords && turn.Answer.Length > 0 ? turn.Answer : null;
        return writer.AddAsync(StoreRow.Add(StoreTable.Turns, values), cancellation);
    }

    /// <inheritdoc/>
    public HeartSample? Latest(string deviceId) =>
        _latest.TryGetValue(deviceId, out HeartSample? sample) && time.GetUtcNow() - sample.At <= FreshFor ? sample : null;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<HeartSample>> RangeAsync(string deviceId, DateTimeOffset from, DateTimeOffset to, int maxSamples, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxSamples, 1);
        await writer.FlushAsync(cancellation).ConfigureAwait(false);
        List<HeartSample> samples =
            await store.QueryAsync(HeartRange, SampleOf, cancellation, deviceId, from.ToUnixTimeMilliseconds(), to.ToUnixTimeMilliseconds()).ConfigureAwait(false);
        return await Task.Run(() => HeartThinning.Thin(samples, maxSamples), cancellation).ConfigureAwait(false);
    }

    /// <summary>The newest turns, newest first.</summary>
    /// <param name="deviceId">One wearable; null for all.</param>
    /// <param name="limit">Most turns.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public async Task<IReadOnlyList<StoredTurn>> TurnsAsync(string? deviceId, int limit, CancellationToken cancellation = default)
    {
        await writer.FlushAsync(cancellation).ConfigureAwait(false);
        return deviceId is null
            ? await store.QueryAsync($"{TurnColumns} ORDER BY at DESC LIMIT $1", TurnOf, cancellation, limit).ConfigureAwait(false)
            : await store.QueryAsync($"{TurnColumns} WHERE device = $1 ORDER BY at DESC LIMIT $2", TurnOf, cancellation, deviceId, limit).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask ForgetAsync(string deviceId)
    {
        _latest.TryRemove(deviceId, out _);
        return ValueTask.CompletedTask;
    }

    private static StoreRow? RowOf(DeviceReport report)
    {
        string device = report.DeviceId;
        long at = report.ReceivedAt.ToUnixTimeMilliseconds();
        switch (report.Message)
        {
            case AudioChunk or RawPulseMessage or MotionMessage:
                return null;
            case HeartMessage m:
                return StoreRow.Add(StoreTable.Heart, device, at, m.HasRate ? m.RateBpmX10 : null, m.Quality, HeartMessage.States[m.State], HeartMessage.Sources[m.Source], m.Perfusion, m.MotionMilliG);
            case BeatsMessage m:
                return StoreRow.Add(StoreTable.Beats, device, at, m.FirstBeatMs, string.Join(',', m.IntervalsMs.Take(m.Count)), string.Join(',', m.Accepted.Take(m.Count)));
            case DeviceHealthMessage m:
                return StoreRow.Add(
                    StoreTable.Health, device, at, m.HasBattery ? m.BatteryPercent : null, m.FreeHeapBytes, m.LowestHeapBytes, m.Collections, m.HasRssi ? m.RssiDbm : null,
                    m.UptimeMs, m.ResetReason, m.Reconnects, m.DroppedMessages, m.WorstLoopMs, m.AudioOverruns);
            default:
                return StoreRow.Add(StoreTable.Events, device, at, PayloadReader.NameOf(report.Kind), Encoding.UTF8.GetString(report.Payload.Span));
        }
    }

    private static HeartSample SampleOf(DbDataReader row) =>
        new(DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(0)), row.IsDBNull(1) ? null : row.GetInt32(1) / 10.0, row.GetInt32(2), row.GetString(3));

    private static StoredTurn TurnOf(DbDataReader row)
    {
        Dictionary<string, int> stages = [];
        for (int i = 0; i < TurnMessage.Stages.Length; i++)
        {
            if (!row.IsDBNull(8 + i))
            {
                stages[TurnMessage.Stages[i]] = row.GetInt32(8 + i);
            }
        }

        return new StoredTurn(
            row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetString(3), stages, row.GetString(4), row.GetString(5),
            row.IsDBNull(6) ? null : row.GetString(6), row.IsDBNull(7) ? null : row.GetString(7));
    }
}
