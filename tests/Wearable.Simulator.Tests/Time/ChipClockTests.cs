using Wearable.Firmware.Board;
using Wearable.Simulator.Microphone;
using Wearable.Simulator.Time;

namespace Wearable.Simulator.Tests.Time;

public class ChipClockTests
{
    private long _work;

    [Fact]
    public void Computing_takes_time_and_delays_what_comes_after()
    {
        ChipClock clock = Clock(new VirtualClock());
        _work = 100_000;
        Assert.Equal(50, clock.NowMs);
        clock.WaitUntil(40);
        Assert.Equal(50, clock.NowMs);
        clock.WaitUntil(60);
        Assert.Equal((60.0, 50.0), (clock.NowMs, clock.BusyMs));
    }

    [Fact]
    public void What_is_done_aside_takes_none()
    {
        ChipClock clock = Clock(new VirtualClock());
        _work = 2000;
        int result = clock.Aside(() =>
        {
            _work += 500_000;
            return (int)clock.NowMs;
        });
        Assert.Equal((1, 1.0), (result, clock.NowMs));
    }

    [Fact]
    public void Waiting_that_holds_the_loop_counts_as_busy()
    {
        ChipClock clock = Clock(new VirtualClock());
        clock.Hold(() => clock.WaitUntil(30));
        clock.WaitUntil(50);
        Assert.Equal((50.0, 30.0), (clock.NowMs, clock.BusyMs));
    }

    [Fact]
    public void Another_thread_neither_pays_nor_sees_the_chips_work()
    {
        ChipClock clock = Clock(new VirtualClock());
        _work = 100_000;
        double seen = -1;
        Thread other = new(() => seen = clock.NowMs);
        other.Start();
        other.Join();
        Assert.Equal((0.0, 100_000L), (seen, _work));
    }

    [Fact]
    public void In_real_time_the_wall_waits_for_the_chip()
    {
        ManualTime wall = new();
        ChipClock clock = Clock(wall.Clock);
        _work = 20_000;
        clock.WaitUntil(0);
        Assert.InRange(wall.Clock.NowMs, 10, 11);
    }

    [Fact]
    public void A_pc_that_was_held_up_is_not_booked_on_the_chip()
    {
        ManualTime wall = new();
        ChipClock clock = Clock(wall.Clock);
        SimulatedMicrophone microphone = new(clock, new BackgroundNoise(0, double.NegativeInfinity), MicrophoneDma.Chip);
        microphone.Start();
        byte[] hop = new byte[RawSound.HopBytes];
        microphone.Read(hop);
        wall.Advance(2000);
        for (int i = 0; i < 50; i++)
        {
            microphone.Read(hop);
        }

        Assert.Equal(0, microphone.Overruns);
        Assert.InRange(clock.NowMs, 1000, 1100);
    }

    [Fact]
    public void The_chips_microphone_hands_over_whole_blocks_of_16_ms()
    {
        ChipClock clock = Clock(new VirtualClock());
        SimulatedMicrophone microphone = new(clock, new BackgroundNoise(0, double.NegativeInfinity), MicrophoneDma.Chip);
        microphone.Start();
        byte[] hop = new byte[RawSound.HopBytes];
        List<double> times = [];
        for (int i = 0; i < 5; i++)
        {
            microphone.Read(hop);
            times.Add(clock.NowMs);
        }

        Assert.Equal([32, 48, 64, 80, 112], times);
    }

    [Theory]
    [InlineData(19 * 16, 0, 0)]
    [InlineData(20 * 16, 1, 16)]
    [InlineData(23 * 16, 1, 64)]
    public void A_loop_later_than_19_blocks_loses_the_oldest_of_them(double busyMs, int overruns, double lostMs)
    {
        ChipClock clock = Clock(new VirtualClock());
        SimulatedMicrophone microphone = new(clock, new BackgroundNoise(0, double.NegativeInfinity), MicrophoneDma.Chip);
        microphone.Start();
        _work = (long)(busyMs * 2000);
        microphone.Read(new byte[RawSound.HopBytes]);
        Assert.Equal((overruns, lostMs), (microphone.Overruns, microphone.LostMs));
    }

    private ChipClock Clock(SimulatorClock pace)
    {
        ChipClock clock = new(pace, 2_000_000, () =>
        {
            long work = _work;
            _work = 0;
            return work;
        });
        clock.Own();
        return clock;
    }
}
