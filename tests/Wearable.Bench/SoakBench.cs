using System.Globalization;

namespace Wearable.Bench;

/// <summary>
/// <c>soak [HOURS [WEARABLES [SPEED]]]</c>: hours of wear in compressed time. Whole wearables feel the pulse, are pressed about every
/// ten minutes and lose their Wi-Fi about every half hour; broker, store and page run in a process of their own. Its memory, its open
/// handles and the wearables' memory must stay, and nothing may be logged as an error. The turns that are begun have no answer: speech
/// cannot be hurried; <c>turns</c> measures those.
/// </summary>
internal static class SoakBench
{
    private const double MeanPressMs = 600_000, MeanOutageMs = 1_800_000, EveryMs = 300_000;

    public static async Task<int> RunAsync(string[] args)
    {
        int hours = KillsBench.Number(args, 0, 8), wearables = KillsBench.Number(args, 1, 5), speed = KillsBench.Number(args, 2, 40);
        string data = Directory.CreateTempSubdirectory("wearable-soak-").FullName;
        try
        {
            using GatewayProcess gateway = await GatewayProcess.StartAsync(data, 256, speed);
            FastTime time = new(speed);
            await using Wearers house = new(time, gateway.Port, wearables, MeanPressMs, MeanOutageMs);
            house.Start();
            await house.ConnectedAsync();
            Memory rss = new(), heap = new(), handles = new(), device = new();
            Console.WriteLine($"load of the machine {BenchHouse.Load}; {wearables} wearables, {speed} times as fast as the clock");
            Console.WriteLine("   hours   RSS MB   heap MB  handles  wearables' heap MB");
            double endMs = hours * 3_600_000.0, dueMs = EveryMs;
            while (house.All[0].Clock.NowMs is double nowMs && nowMs < endMs)
            {
                await Task.Delay(time.Real(TimeSpan.FromMilliseconds(Math.Max(1, dueMs - nowMs))));
                dueMs += EveryMs;
                (double rssMb, double heapMb) = await gateway.MemoryAsync();
                rss.Note(rssMb);
                heap.Note(heapMb);
                handles.Note(gateway.Handles);
                device.Note(GC.GetTotalMemory(forceFullCollection: true) / 1048576.0);
                if (Math.Floor(dueMs / 1_800_000) > Math.Floor((dueMs - EveryMs) / 1_800_000))
                {
                    Console.WriteLine(Line($"{nowMs / 3_600_000,8:0.0} {rss.Last,8:0.0} {heap.Last,9:0.0} {handles.Last,8:0} {device.Last,12:0.0}"));
                }
            }

            int outages = house.Outages;
            await house.EndUseAsync();
            await gateway.MemoryAsync();
            foreach (string complaint in gateway.Complaints.Take(20))
            {
                Console.WriteLine(complaint);
            }

            gateway.Kill();
            (long pressed, long lost, long doubled, long told) = Wearers.Judge(data);
            Console.WriteLine(Line($"{{\"hours\":{hours},\"wearables\":{wearables},\"rss_growth_percent\":{rss.GrowthPercent:0.0},\"heap_growth_percent\":{heap.GrowthPercent:0.0},\"handle_growth_percent\":{handles.GrowthPercent:0.0},\"device_growth_percent\":{device.GrowthPercent:0.0},\"errors\":{gateway.Complaints.Count},\"outages\":{outages},\"pressed\":{pressed},\"lost\":{lost},\"told_dropped\":{told},\"doubled\":{doubled},\"speed\":{speed}}}"));
            bool flat = rss.GrowthPercent <= 5 && heap.GrowthPercent <= 5 && handles.GrowthPercent <= 5 && device.GrowthPercent <= 5;
            return flat && gateway.Complaints.Count == 0 && lost <= told && doubled == 0 ? 0 : 1;
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static string Line(FormattableString s) => s.ToString(CultureInfo.InvariantCulture);
}
