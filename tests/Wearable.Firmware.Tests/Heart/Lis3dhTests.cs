using Wearable.Firmware.Heart;
using Wearable.Simulator.Motion;
using Wearable.Simulator.Time;

namespace Wearable.Firmware.Tests.Heart;

public sealed class Lis3dhTests
{
    private readonly VirtualClock _clock = new();
    private readonly Still _still = new();
    private readonly FakeLis3dh _fake;
    private readonly Lis3dh _sensor;

    public Lis3dhTests()
    {
        _fake = new FakeLis3dh(_clock, _still);
        _sensor = new Lis3dh(_fake);
    }

    [Fact]
    public void Gravity_is_a_thousand_milli_g_25_times_a_second()
    {
        Run(10_000);
        Assert.Equal(Lis3dhState.Running, _sensor.State);
        Assert.InRange(_sensor.Count, 245, 251);
        Assert.Equal((0, -500, 1000), (_sensor.SumX / _sensor.Count, _sensor.SumY / _sensor.Count, _sensor.SumZ / _sensor.Count));
        Assert.InRange(_fake.LongestReadSeen, 12, 30);
        _sensor.Clear();
        Assert.Equal(0, _sensor.Count);
    }

    [Fact]
    public void What_is_beyond_four_g_ends_at_the_scale()
    {
        _still.Z = 9000;
        Run(2000);
        Assert.InRange(_sensor.SumZ / _sensor.Count, 4080, 4096);
    }

    [Fact]
    public void An_absent_part_is_asked_three_times_and_then_once_a_minute()
    {
        _fake.Connected = false;
        Run(59_000);
        Assert.Equal((Lis3dhState.Absent, 3), (_sensor.State, _fake.Calls));
        Run(60_000);
        Assert.Equal(4, _fake.Calls);
        _fake.Connected = true;
        Run(60_000);
        Assert.Equal(Lis3dhState.Running, _sensor.State);
    }

    [Fact]
    public void Another_part_at_its_address_is_left_alone()
    {
        _fake.Part = 0x44;
        Run(30_000);
        Assert.Equal((Lis3dhState.Absent, 1), (_sensor.State, _fake.Calls));
    }

    [Fact]
    public void A_call_that_fails_is_counted_and_the_part_set_up_again()
    {
        Run(2000);
        _fake.FailNext = 1;
        Run(2000);
        Assert.Equal((Lis3dhState.Running, 1), (_sensor.State, _sensor.BusErrors));
    }

    [Fact]
    public void A_stuck_bus_costs_three_calls_and_then_one_a_minute()
    {
        _fake.BusStuck = true;
        Run(50_000);
        Assert.Equal((Lis3dhState.Absent, 3), (_sensor.State, _fake.Calls));
    }

    [Fact]
    public void A_brown_out_is_noticed_by_its_empty_registers()
    {
        Run(2000);
        _fake.BrownOut();
        Run(1000);
        Assert.Equal((Lis3dhState.Running, 1), (_sensor.State, _sensor.Restarts));
        _sensor.Clear();
        Run(2000);
        Assert.InRange(_sensor.Count, 45, 52);
    }

    [Fact]
    public void A_part_that_stands_still_is_started_again_after_a_second()
    {
        Run(2000);
        _fake.Freeze();
        Run(3000);
        Assert.Equal((Lis3dhState.Running, 1), (_sensor.State, _sensor.Restarts));
    }

    [Fact]
    public void An_overrun_keeps_the_newest_32_and_is_counted()
    {
        Run(2000);
        _sensor.Clear();
        _clock.Sleep(5000);
        _sensor.Poll(_clock.UptimeMs);
        Assert.Equal((32, 1), (_sensor.Count, _sensor.Overruns));
        Assert.InRange(_fake.Lost, 90, 96);
        _sensor.Clear();
        Run(1000);
        Assert.Equal(1, _sensor.Overruns);
        Assert.InRange(_sensor.Count, 23, 26);
    }

    private void Run(int ms)
    {
        for (long until = _clock.UptimeMs + ms; _clock.UptimeMs < until;)
        {
            _clock.Sleep(20);
            _sensor.Poll(_clock.UptimeMs);
        }
    }

    private sealed class Still : IMotionSource
    {
        public double Z { get; set; } = 1000;

        public (double X, double Y, double Z) Next() => (0, -500, Z);
    }
}
