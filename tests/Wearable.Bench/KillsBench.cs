using System.Globalization;
using Wearable.Simulator;

namespace Wearable.Bench;

/// <summary>
/// <c>kills [KILLS [WEARABLES [SPEED]]]</c>: the gateway's process, broker and all, is killed without warning while whole wearables are
/// used, and started again on the same data and port; how long until every one of them is back, by their own clock, and whether a press
/// of a button was lost. Then as many connections are cut at a gateway that lives on: its memory must stay, and so must the wearables'.
/// </summary>
internal static class KillsBench
{
    private const double LimitMs = 10_000, MeanPressMs = 20_000;

    public static async Task<int> RunAsync(string[] args)
    {
        int kills = Number(args, 0, 500), wearables = Number(args, 1, 3), speed = Number(args, 2, 10);
        string data = Directory.CreateTempSubdirectory("wearable-kills-").FullName;
        GatewayProcess gateway = await GatewayProcess.StartAsync(data, 256, speed);
        try
        {
            FastTime time = new(speed);
            Random random = new(1);
            await using Wearers house = new(time, gateway.Port, wearables, MeanPressMs);
            house.Start();
            await house.ConnectedAsync();
            Memory device = new(), keeper = new();
            List<double> backMs = [];
            for (int kill = 1; kill <= kills; kill++)
            {
                await Task.Delay(time.Real(TimeSpan.FromMilliseconds(random.Next(2000, 15_000))));
                gateway.Kill();
                int port = gateway.Port;
                gateway.Dispose();
                gateway = await GatewayProcess.StartAsync(data, 256, speed, port);
                backMs.Add(await house.ConnectedAsync());
                device.Note(GC.GetTotalMemory(forceFullCollection: true) / 1048576.0);
                if (kill % Math.Max(1, kills / 10) == 0)
                {
                    Console.WriteLine(Line($"{kill} kills, every wearable back within {backMs.Max():0} ms, wearables' heap {device.Last:0.0} MB"));
                }
            }

            for (int cut = 1; cut <= kills; cut++)
            {
                foreach (SimulatedWearable wearable in house.All)
                {
                    wearable.Network.Cut();
                }

                await Task.Delay(time.Real(TimeSpan.FromMilliseconds(random.Next(500, 3000))));
                foreach (SimulatedWearable wearable in house.All)
                {
                    wearable.Network.Restore();
                }

                backMs.Add(await house.ConnectedAsync());
                await Task.Delay(time.Real(TimeSpan.FromMilliseconds(random.Next(500, 3000))));
                device.Note(GC.GetTotalMemory(forceFullCollection: true) / 1048576.0);
                keeper.Note((await gateway.MemoryAsync()).HeapMb);
            }

            double rssMb = (await gateway.MemoryAsync()).RssMb;
            await house.EndUseAsync();
            int complaints = gateway.Complaints.Count;
            gateway.Kill();
            (long pressed, long lost, long doubled, long told) = Wearers.Judge(data);
            Console.WriteLine(Line($"{kills} kills and {kills} cuts, {wearables} wearables, {speed} times as fast as the clock; gateway {rssMb:0} MB at the end"));
            Console.WriteLine(Line($"{{\"kills\":{kills},\"cuts\":{kills},\"back_max_ms\":{backMs.Max():0},\"pressed\":{pressed},\"lost\":{lost},\"told_dropped\":{told},\"doubled\":{doubled},\"device_growth_percent\":{device.GrowthPercent:0.0},\"gateway_growth_percent\":{keeper.GrowthPercent:0.0},\"gateway_errors\":{complaints},\"speed\":{speed}}}"));
            return backMs.Max() <= LimitMs && lost <= told && doubled == 0 && device.GrowthPercent <= 5 && keeper.GrowthPercent <= 5 ? 0 : 1;
        }
        finally
        {
            gateway.Dispose();
            Directory.Delete(data, recursive: true);
        }
    }

    internal static int Number(string[] args, int at, int standard) => args.Length > at ? int.Parse(args[at], CultureInfo.InvariantCulture) : standard;

    private static string Line(FormattableString s) => s.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Readings of memory over a run. Its first fifth is warming up; after it the mean of the first quarter is compared with that of the last.</summary>
internal sealed class Memory
{
    private readonly List<double> _readings = [];

    public double Last => _readings[^1];

    public double GrowthPercent
    {
        get
        {
            double[] steady = [.. _readings.Skip(_readings.Count / 5)];
            int quarter = Math.Max(1, steady.Length / 4);
            return 100 * ((steady[^quarter..].Average() / steady[..quarter].Average()) - 1);
        }
    }

    public void Note(double value) => _readings.Add(value);
}
