using Wearable.Contract;
using Wearable.Firmware.Heart;
using Wearable.Simulator.Pulse;
using Wearable.Simulator.Time;

namespace Wearable.Workloads;

/// <summary>The pulse alone: driver, filter, beats, spectrum, gate; stepped once a hop as the device's loop does.</summary>
internal static class HeartRun
{
    private const int WarmSeconds = 30, Seconds = 60;
    private const int PassesPerSecond = 1000 / AudioFormat.HopMs;

    public static long[] Run(bool motion)
    {
        VirtualClock clock = new();
        SyntheticPulse pulse = new(7) { Motion = motion };
        HeartMonitor monitor = new(new FakeMax30102(clock, pulse), clock);
        Tally tally = new(PassesPerSecond);
        for (int i = 0; i < WarmSeconds * PassesPerSecond; i++)
        {
            clock.Sleep(AudioFormat.HopMs);
            monitor.Step();
        }

        for (int i = 0; i < Seconds * PassesPerSecond; i++)
        {
            clock.Sleep(AudioFormat.HopMs);
            tally.Count(monitor.Step);
        }

        return tally.Result();
    }
}
