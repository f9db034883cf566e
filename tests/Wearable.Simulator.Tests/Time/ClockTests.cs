using Wearable.Simulator.Time;

namespace Wearable.Simulator.Tests.Time;

public class ClockTests
{
    [Fact]
    public void Real_clock_waits_until_the_time_has_come()
    {
        ManualTime time = new();
        time.Clock.WaitUntil(12.5);
        Assert.InRange(time.Clock.NowMs, 12.5, 13.5);
        time.Clock.WaitUntil(5);
        Assert.InRange(time.Clock.NowMs, 12.5, 13.5);
    }

    [Fact]
    public void Epoch_is_carried_on_from_boot_by_the_stopwatch()
    {
        ManualTime time = new();
        long boot = time.Clock.EpochMs;
        time.Advance(1500);
        Assert.Equal(boot + 1500, time.Clock.EpochMs);
        Assert.Equal(new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero).ToUnixTimeMilliseconds(), boot);
    }

    [Fact]
    public void Virtual_clock_stands_still_until_somebody_waits()
    {
        VirtualClock clock = new();
        Assert.Equal(0, clock.UptimeMs);
        clock.Sleep(10);
        clock.WaitUntil(3);
        Assert.Equal(10, clock.UptimeMs);
        Assert.Equal((long)VirtualClock.DefaultBootEpochMs + 10, clock.EpochMs);
    }
}
