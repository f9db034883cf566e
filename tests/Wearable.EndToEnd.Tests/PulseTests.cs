using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Wearable.Gateway.Telemetry;
using Wearable.Simulator;
using Wearable.Simulator.Pulse;

namespace Wearable.EndToEnd.Tests;

/// <summary>Feel the pulse: sensor registers, firmware, TCP, store, page.</summary>
public sealed class PulseTests
{
    [Fact]
    public async Task A_recorded_pulse_reaches_store_and_page_within_three_beats_of_its_rate()
    {
        const double rateBpm = 84;
        string folder = Directory.CreateTempSubdirectory("wearable-pulse-").FullName;
        try
        {
            string file = Path.Combine(folder, "made.i32");
            WriteRecording(file, rateBpm, seconds: 60);
            await using House house = await House.StartAsync(new SimulatedWearableOptions { Id = "bear-2", Pulse = new PulseOptions { WaveFile = file } });
            HeartSample? sample = await house.Demo.TrustedPulseAsync(house.Wearable, TimeSpan.FromSeconds(40), CancellationToken.None);
            Assert.NotNull(sample);
            Assert.InRange(sample.RateBpm!.Value, rateBpm - 3, rateBpm + 3);

            using HttpClient http = new() { BaseAddress = house.Demo.Ports.Page };
            using JsonDocument page = JsonDocument.Parse(await http.GetStringAsync("/api/devices"));
            Assert.InRange(page.RootElement[0].GetProperty("heart").GetProperty("bpm").GetDouble(), rateBpm - 3, rateBpm + 3);

            IHeartHistory history = house.Demo.Services.GetRequiredService<IHeartHistory>();
            DateTimeOffset now = DateTimeOffset.UtcNow;
            IReadOnlyList<HeartSample> stored = await history.RangeAsync("bear-2", now.AddMinutes(-5), now.AddMinutes(1), 1000);
            Assert.Contains(stored, s => s.RateBpm is double r && Math.Abs(r - rateBpm) <= 3);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_finger_taken_off_gives_no_contact_and_no_number()
    {
        await using House house = await House.StartAsync(new SimulatedWearableOptions { Id = "bear-3", Pulse = new PulseOptions { RateBpm = 70 } });
        Assert.NotNull(await house.Demo.TrustedPulseAsync(house.Wearable, TimeSpan.FromSeconds(40), CancellationToken.None));
        ((SyntheticPulse)house.Wearable.Pulse).Finger = false;
        IHeartHistory history = house.Demo.Services.GetRequiredService<IHeartHistory>();
        Assert.True(await house.Wearable.ReachesAsync(() => history.Latest("bear-3") is { State: "no_contact" }, TimeSpan.FromSeconds(20)), "no_contact is published");
        Assert.Null(history.Latest("bear-3")!.RateBpm);
    }

    private static void WriteRecording(string file, double rateBpm, int seconds)
    {
        SyntheticPulse source = new(seed: 4) { RateBpm = rateBpm };
        int[] counts = Counts(source, seconds * 100);
        byte[] bytes = new byte[counts.Length * 4];
        Buffer.BlockCopy(counts, 0, bytes, 0, bytes.Length);
        File.WriteAllBytes(file, bytes);
        File.WriteAllText(Path.ChangeExtension(file, ".json"), $$"""{"set":"made","kind":"finger","n":{{counts.Length}},"ch":1,"fs":100}""");
    }

    private static int[] Counts(IPulseSource source, int n)
    {
        int[] counts = new int[n];
        for (int i = 0; i < n; i++)
        {
            counts[i] = (int)source.Next();
        }

        return counts;
    }
}
