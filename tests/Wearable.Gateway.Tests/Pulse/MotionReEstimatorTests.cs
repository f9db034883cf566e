using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;
using MQTTnet;
using Wearable.Contract;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests.Pulse;

/// <summary>A wrist at 90 bpm under a stride of 150, streamed at 12.5 Hz over MQTT; the live values say what they will.</summary>
public sealed class MotionReEstimatorTests
{
    private const double RateHz = MotionMessage.RateDeciHz / 10.0, PulseBpm = 90, StrideBpm = 150;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));
    private int _number;
    private int _instant;

    [Fact]
    public async Task A_better_rate_stands_ten_seconds_later_beside_the_live_one()
    {
        await using TestGateway gateway = await StartAsync();
        IMqttClient bear = await gateway.WearableAsync("bear");
        await WearAsync(bear, seconds: 60, state: 3, liveBpmX10: 1490);
        string[][] found = [.. (await gateway.RowsAsync("SELECT bpm10, at, lag_ms, st FROM heart_again ORDER BY at")).Select(row => row.Split('|'))];
        Assert.InRange(found.Length, 18, 24);
        Assert.All(found[5..], row => Assert.InRange(int.Parse(row[0]), 870, 930));
        Assert.All(found, row => Assert.InRange(int.Parse(row[2]), 10_000, 11_000));
        Assert.Equal(["1490"], (await gateway.RowsAsync("SELECT DISTINCT bpm10 FROM heart")));
        string csv = await gateway.Http.GetStringAsync("/api/heart/export?device=bear&from=2026-11-23");
        Assert.Equal(found.Length, csv.Split('\n').Count(line => line.Contains(",re-estimated,", StringComparison.Ordinal)));
        JsonElement again = await gateway.Http.GetFromJsonAsync<JsonElement>("/api/heart/again?device=bear");
        Assert.Equal(found.Length, again.GetProperty("bpm").GetArrayLength());
        Assert.Equal(0, gateway.Get<Wearable.Gateway.Mqtt.RefusalLog>().Total);
    }

    [Theory]
    [InlineData(0)] // no_contact
    [InlineData(1)] // settling
    [InlineData(4)] // saturated
    [InlineData(6)] // sensor_error
    public async Task No_number_is_made_where_the_wearable_felt_nobody_moving(int state)
    {
        await using TestGateway gateway = await StartAsync();
        IMqttClient bear = await gateway.WearableAsync("bear");
        await WearAsync(bear, 40, state, null);
        Assert.Equal(["0"], await gateway.RowsAsync("SELECT COUNT(*) FROM heart_again"));
    }

    [Fact]
    public async Task Without_a_motion_sensor_the_stride_is_not_told_as_the_pulse()
    {
        await using TestGateway gateway = await StartAsync();
        IMqttClient bear = await gateway.WearableAsync("bear");
        await WearAsync(bear, 40, state: 3, null, motionMilliG: 0);
        Assert.Equal(["0"], await gateway.RowsAsync("SELECT COUNT(*) FROM heart_again"));
    }

    [Fact]
    public async Task A_gap_makes_it_begin_anew()
    {
        await using TestGateway gateway = await StartAsync();
        IMqttClient bear = await gateway.WearableAsync("bear");
        await WearAsync(bear, 30, state: 3, null);
        long before = long.Parse((await gateway.RowsAsync("SELECT COUNT(*) FROM heart_again"))[0]);
        _instant += 100;
        await WearAsync(bear, 17, state: 3, null); // 8 s for a window and 10 s behind it are not there yet
        Assert.Equal([$"{before}"], await gateway.RowsAsync("SELECT COUNT(*) FROM heart_again"));
        Assert.True(before > 0);
    }

    [Fact]
    public async Task The_stream_itself_is_neither_stored_nor_shown_as_an_event()
    {
        await using TestGateway gateway = await StartAsync();
        IMqttClient bear = await gateway.WearableAsync("bear");
        await WearAsync(bear, 5, state: 3, null);
        await bear.TellAsync(new Topics("bear").RawPulse, Say.Bytes(new RawPulseMessage { RateMilliHz = 50_000, Led = 31, Count = 5 }, ++_number));
        Assert.Equal(["0"], await gateway.RowsAsync("SELECT COUNT(*) FROM events WHERE kind LIKE 'tele/%'"));
    }

    private async Task WearAsync(IMqttClient bear, double seconds, int state, int? liveBpmX10, int motionMilliG = 500)
    {
        Topics topics = new("bear");
        double until = _instant + (seconds * RateHz);
        for (int batch = 0; _instant + MotionMessage.MaxSamples <= until; batch++)
        {
            if (batch % 4 == 0)
            {
                HeartMessage heart = new() { State = state, HasRate = liveBpmX10 is not null, RateBpmX10 = liveBpmX10 ?? 0, Source = liveBpmX10 is null ? 0 : 2 };
                await bear.TellAsync(topics.Heart, Say.Bytes(heart, ++_number));
            }

            MotionMessage message = new() { Index = _instant, Count = MotionMessage.MaxSamples };
            for (int i = 0; i < message.Count; i++, _instant++)
            {
                double pulse = 400 * Math.Sin(2 * Math.PI * PulseBpm / 60 * _instant / RateHz);
                double stride = Math.Sin(2 * Math.PI * StrideBpm / 60 * _instant / RateHz);
                message.Light1[i] = (int)(100_000 + pulse + (800 * stride));
                message.Light2[i] = (int)(90_000 + pulse + (700 * stride));
                message.X[i] = (int)(motionMilliG * stride);
                message.Z[i] = motionMilliG == 0 ? 0 : 1000;
            }

            _time.Advance(TimeSpan.FromMilliseconds(960));
            await bear.TellAsync(topics.Motion, Say.Bytes(message, ++_number));
        }
    }

    private Task<TestGateway> StartAsync() => TestGateway.StartAsync(services: services =>
    {
        services.RemoveAll<TimeProvider>();
        services.AddSingleton<TimeProvider>(_time);
    });
}
