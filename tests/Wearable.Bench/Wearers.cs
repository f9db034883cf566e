using Microsoft.Data.Sqlite;
using Wearable.Firmware.Board;
using Wearable.Gateway.Telemetry.Sqlite;
using Wearable.Simulator;

namespace Wearable.Bench;

/// <summary>Whole wearables in compressed time that somebody uses: the pulse is felt, and now and then the button is pressed.</summary>
internal sealed class Wearers(FastTime time, int port, int count, double meanPressMs, double meanOutageMs = 0) : IAsyncDisposable
{
    private const double PressMs = 200;

    private readonly CancellationTokenSource _over = new();
    private Task[] _use = [];

    public SimulatedWearable[] All { get; } = [.. Enumerable.Range(1, count).Select(i => new SimulatedWearable(new SimulatedWearableOptions
    {
        Id = $"bench-{i}", Seed = i, BrokerPort = port, Clock = time.Clock(), Outages = meanOutageMs > 0 ? new(meanOutageMs, 20_000) : new(0, 0),
    }))];

    public int Outages => All.Sum(w => w.Network.Outages);

    public void Start()
    {
        foreach (SimulatedWearable wearable in All)
        {
            wearable.Start();
        }

        _use = [.. All.Select((wearable, i) => UseAsync(wearable, new Random(i + 1)))];
    }

    /// <summary>Waits for every connection.</summary>
    /// <returns>The longest wait by the wearables' clock, ms; endless when one did not connect.</returns>
    public async Task<double> ConnectedAsync()
    {
        double[] waits = await Task.WhenAll(All.Select(async wearable =>
        {
            double since = wearable.Clock.NowMs;
            return await wearable.ReachesAsync(() => wearable.LinkState == LinkState.Up, TimeSpan.FromSeconds(60)) ? wearable.Clock.NowMs - since : double.PositiveInfinity;
        }));
        return waits.Max();
    }

    /// <summary>Nobody presses any more; what waits goes out.</summary>
    public async Task EndUseAsync()
    {
        await _over.CancelAsync();
        await Task.WhenAll(_use);
        await ConnectedAsync();
        double since = All[0].Clock.NowMs;
        await All[0].ReachesAsync(() => All[0].Clock.NowMs > since + 40_000, TimeSpan.FromSeconds(60)); // a whole turn without answer ends and is told
    }

    /// <summary>The presses the wearables counted, how many of them are not in the database, how many are there twice, and how many messages the wearables say that their full queues dropped.</summary>
    public static (long Pressed, long Lost, long Doubled, long ToldDropped) Judge(string data)
    {
        using SqliteConnection connection = new($"Data Source={Path.Combine(data, SqliteStore.FileName)};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = """
            SELECT COALESCE(SUM(most), 0), COALESCE(SUM(most - kept), 0), COALESCE(SUM(rows - kept), 0),
                (SELECT COALESCE(SUM(told), 0) FROM (SELECT MAX(dropped) AS told FROM health GROUP BY device)) FROM (
                SELECT MAX(json_extract(payload, '$.count')) AS most, COUNT(DISTINCT json_extract(payload, '$.count')) AS kept, COUNT(*) AS rows
                FROM events WHERE kind = 'evt/button' GROUP BY device)
            """;
        using SqliteDataReader reader = command.ExecuteReader();
        reader.Read();
        return (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3));
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        foreach (SimulatedWearable wearable in All)
        {
            await wearable.StopAsync();
        }

        _over.Dispose();
    }

    private async Task UseAsync(SimulatedWearable wearable, Random random)
    {
        try
        {
            while (true)
            {
                await Task.Delay(time.Real(TimeSpan.FromMilliseconds(meanPressMs * (0.5 + random.NextDouble()))), _over.Token);
                wearable.Button.Press();
                double pressed = wearable.Clock.NowMs;
                await wearable.ReachesAsync(() => wearable.Clock.NowMs > pressed + PressMs, TimeSpan.FromSeconds(10), _over.Token);
                wearable.Button.Release();
            }
        }
        catch (OperationCanceledException)
        {
            wearable.Button.Release();
        }
    }
}
