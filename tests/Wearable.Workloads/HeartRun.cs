using Wearable.Contract;
using Wearable.Firmware.Heart;
using Wearable.Firmware.Link;
using Wearable.Simulator.Motion;
using Wearable.Simulator.Pulse;
using Wearable.Simulator.Time;

namespace Wearable.Workloads;

/// <summary>The pulse alone: driver, filter, beats, spectrum, gate; stepped once a hop as the device's loop does.</summary>
internal static class HeartRun
{
    private const int WarmSeconds = 30, Seconds = 60;
    private const int PassesPerSecond = 1000 / AudioFormat.HopMs;

    public static long[] Run(bool motion, bool raw = false)
    {
        VirtualClock clock = new();
        SyntheticMotion wrist = new(7);
        SyntheticPulse pulse = new(7) { Wrist = wrist, Motion = motion };
        FakeMax30102 light = new(clock, pulse);
        HeartMonitor monitor = new(motion ? new SensorBus(light, new FakeLis3dh(clock, wrist)) : light, clock);
        RawReporter reporter = new(monitor, new EventPublisher(new MemoryLink(), clock, 1), clock, "tele/raw");
        reporter.StreamFor(raw ? RawPulseMessage.MaxMs : 0);
        Action pass = raw ? () => { monitor.Step(); reporter.Step(); } : monitor.Step;
        Tally tally = new(PassesPerSecond);
        for (int i = 0; i < WarmSeconds * PassesPerSecond; i++)
        {
            clock.Sleep(AudioFormat.HopMs);
            pass();
        }

        for (int i = 0; i < Seconds * PassesPerSecond; i++)
        {
            clock.Sleep(AudioFormat.HopMs);
            tally.Count(pass);
        }

        return tally.Result();
    }
}
