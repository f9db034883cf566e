using System.Collections.Concurrent;
using System.Text;
using Microsoft.Data.Sqlite;
using Wearable.Contract;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Privacy;

namespace Wearable.Gateway.Telemetry;

/// <summary>Keeps what wearables report and what became of each turn. Sound is never stored; words only when the owner allows them.</summary>
public sealed class TelemetryStore(StoreWriter writer, StoreDatabase database, GatewayOptions options, TimeProvider time) : IDeviceListener, ITurnListener, IHeartHistory, IForgets
{
    /// <summary>How long a heart rate counts as now.</summary>
    public static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(30);

    private const string InsertEvent = "INSERT INTO events(device, at, kind, payload) VALUES($1, $2, $3, $4)";
    private const string InsertHeart = "INSERT INTO heart(device, at, bpm10, q, st, src, pi, mot) VALUES($1, $2, $3, $4, $5, $6, $7, $8)";
    private const string InsertBeats = "INSERT INTO beats(device, at, t0, ibi, q) VALUES($1, $2, $3, $4, $5)";
    private const string InsertHealth = """
        INSERT INTO health(device, at, bat, heap, heap_low, gc, rssi, up, reset, reconn, dropped, loop_ms, over)
        VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        """;

    // A phase adds what it knows: a stage time once reached stays.
    private const string UpsertTurn = """
        INSERT INTO turns(device, sid, at, updated, phase, end_ms, text_ms, answer_ms, speech_ms, audio_ms, done_ms, safety, why, heard, answer)
        VALUES($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        ON CONFLICT(device, sid) DO UPDATE SET updated = excluded.updated, phase = excluded.phase,
            end_ms = COALESCE(excluded.end_ms, end_ms), text_ms = COALESCE(excluded.text_ms, text_ms),
            answer_ms = COALESCE(excluded.answer_ms, answer_ms), speech_ms = COALESCE(excluded.speech_ms, speech_ms),
            audio_ms = COALESCE(excluded.audio_ms, audio_ms), done_ms = COALESCE(excluded.done_ms, done_ms),
            safety = IIF(excluded.safety = '', safety, excluded.safety), why = IIF(excluded.why = '', why, excluded.why),
            heard = COALESCE(excluded.heard, heard), answer = COALESCE(excluded.answer, answer)
        """;

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
        object?[] values = new object?[14];
        values[0] = report.DeviceId;
        values[1] = turn.TurnId;
        values[2] = report.At.ToUnixTimeMilliseconds();
        values[3] = report.Phase;
        for (int i = 0; i < TurnMessage.Stages.Length; i++)
        {
            values[4 + i] = turn.Reached[i] ? turn.StageMs[i] : null;
        }

        values[10] = turn.Safety;
        values[11] = turn.Why;
        values[12] = options.AllowWords && turn.Heard.Length > 0 ? turn.Heard : null;
        values[13] = options.AllowWords && turn.Answer.Length > 0 ? turn.Answer : null;
        return writer.AddAsync(new StoreRow(UpsertTurn, values), cancellation);
    }

    /// <inheritdoc/>
    public HeartSample? Latest(string deviceId) =>
        _latest.TryGetValue(deviceId, out HeartSample? sample) && time.GetUtcNow() - sample.At <= FreshFor ? sample : null;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<HeartSample>> RangeAsync(string deviceId, DateTimeOffset from, DateTimeOffset to, int maxSamples, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxSamples, 1);
        await writer.FlushAsync(cancellation).ConfigureAwait(false);
        return await Task.Run(() => HeartThinning.Thin(ReadHeart(deviceId, from, to), maxSamples), cancellation).ConfigureAwait(false);
    }

    /// <summary>The newest turns, newest first.</summary>
    /// <param name="deviceId">One wearable; null for all.</param>
    /// <param name="limit">Most turns.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public async Task<IReadOnlyList<StoredTurn>> TurnsAsync(string? deviceId, int limit, CancellationToken cancellation = default)
    {
        await writer.FlushAsync(cancellation).ConfigureAwait(false);
        return await Task.Run(() => ReadTurns(deviceId, limit), cancellation).ConfigureAwait(false);
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
                return new StoreRow(InsertHeart, device, at, m.HasRate ? m.RateBpmX10 : null, m.Quality, HeartMessage.States[m.State], HeartMessage.Sources[m.Source], m.Perfusion, m.MotionMilliG);
            case BeatsMessage m:
                return new StoreRow(InsertBeats, device, at, m.FirstBeatMs, string.Join(',', m.IntervalsMs.Take(m.Count)), string.Join(',', m.Accepted.Take(m.Count)));
            case DeviceHealthMessage m:
                return new StoreRow(
                    InsertHealth, device, at, m.HasBattery ? m.BatteryPercent : null, m.FreeHeapBytes, m.LowestHeapBytes, m.Collections, m.HasRssi ? m.RssiDbm : null,
                    m.UptimeMs, m.ResetReason, m.Reconnects, m.DroppedMessages, m.WorstLoopMs, m.AudioOverruns);
            default:
                return new StoreRow(InsertEvent, device, at, PayloadReader.NameOf(report.Kind), Encoding.UTF8.GetString(report.Payload.Span));
        }
    }

    private List<HeartSample> ReadHeart(string deviceId, DateTimeOffset from, DateTimeOffset to)
    {
        using SqliteConnection connection = database.Connect();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT at, bpm10, q, st FROM heart WHERE device = $1 AND at >= $2 AND at < $3 ORDER BY at, id";
        command.Parameters.AddWithValue("$1", deviceId);
        command.Parameters.AddWithValue("$2", from.ToUnixTimeMilliseconds());
        command.Parameters.AddWithValue("$3", to.ToUnixTimeMilliseconds());
        List<HeartSample> samples = [];
        using SqliteDataReader rows = command.ExecuteReader();
        while (rows.Read())
        {
            double? rateBpm = rows.IsDBNull(1) ? null : rows.GetInt32(1) / 10.0;
            samples.Add(new HeartSample(DateTimeOffset.FromUnixTimeMilliseconds(rows.GetInt64(0)), rateBpm, rows.GetInt32(2), rows.GetString(3)));
        }

        return samples;
    }

    private List<StoredTurn> ReadTurns(string? deviceId, int limit)
    {
        using SqliteConnection connection = database.Connect();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = """
            SELECT device, sid, at, phase, safety, why, heard, answer, end_ms, text_ms, answer_ms, speech_ms, audio_ms, done_ms
            FROM turns WHERE $1 IS NULL OR device = $1 ORDER BY at DESC LIMIT $2
            """;
        command.Parameters.AddWithValue("$1", (object?)deviceId ?? DBNull.Value);
        command.Parameters.AddWithValue("$2", limit);
        List<StoredTurn> turns = [];
        using SqliteDataReader rows = command.ExecuteReader();
        while (rows.Read())
        {
            Dictionary<string, int> stages = [];
            for (int i = 0; i < TurnMessage.Stages.Length; i++)
            {
                if (!rows.IsDBNull(8 + i))
                {
                    stages[TurnMessage.Stages[i]] = rows.GetInt32(8 + i);
                }
            }

            turns.Add(new StoredTurn(
                rows.GetString(0), rows.GetString(1), rows.GetInt64(2), rows.GetString(3), stages, rows.GetString(4), rows.GetString(5),
                rows.IsDBNull(6) ? null : rows.GetString(6), rows.IsDBNull(7) ? null : rows.GetString(7)));
        }

        return turns;
    }
}
