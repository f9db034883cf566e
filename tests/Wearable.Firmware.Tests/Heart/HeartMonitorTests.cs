using Wearable.Firmware.Heart;
using Wearable.Simulator.Pulse;

namespace Wearable.Firmware.Tests.Heart;

/// <summary>A rate where there is one, none where there is none: sensor to reading, on virtual time.</summary>
public sealed class HeartMonitorTests
{
    private readonly SyntheticPulse _finger = new(seed: 7);

    [Theory]
    [InlineData(40)]
    [InlineData(58)]
    [InlineData(72)]
    [InlineData(96)]
    [InlineData(130)]
    [InlineData(180)]
    public void A_steady_pulse_is_told_within_one_beat(int rateBpm)
    {
        _finger.RateBpm = rateBpm;
        PulseRig rig = new(_finger);
        rig.Run(60);
        Assert.Equal(HeartState.Ok, rig.Monitor.Reading.State);
        Assert.InRange(rig.Monitor.Reading.RateBpmX10, rateBpm * 10 - 15, rateBpm * 10 + 15);
        Assert.InRange(rig.Monitor.Reading.Quality, 85, 100);
        Assert.True(rig.Told >= 20, $"a rate every 2 s expected, got {rig.Told} in 60 s");
    }

    [Fact]
    public void First_value_comes_within_12_s_of_the_finger()
    {
        PulseRig rig = new(_finger);
        rig.Run(12);
        Assert.True(rig.Monitor.Reading.HasRate);
        Assert.Contains(HeartState.Settling, rig.States);
    }

    [Fact]
    public void Rate_follows_the_heart()
    {
        PulseRig rig = new(_finger);
        rig.Run(30);
        _finger.RateBpm = 100;
        rig.Run(25);
        Assert.InRange(rig.Monitor.Reading.RateBpmX10, 980, 1020);
    }

    [Fact]
    public void Finger_off_ends_the_number_and_finger_on_brings_it_back()
    {
        PulseRig rig = new(_finger);
        rig.Run(30);
        Assert.True(rig.Monitor.Reading.HasRate);
        _finger.Finger = false;
        rig.Run(4);
        Assert.False(rig.Monitor.Reading.HasRate);
        rig.Run(10);
        Assert.Equal(HeartState.NoContact, rig.Monitor.Reading.State);
        Assert.Equal(Max30102State.OffBody, rig.Sensor.State);
        int told = rig.Told;
        rig.Run(120);
        Assert.Equal(told, rig.Told);
        _finger.Finger = true;
        rig.Run(18);
        Assert.Equal(HeartState.Ok, rig.Monitor.Reading.State);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(15)]
    [InlineData(17)]
    [InlineData(26)]
    [InlineData(40)]
    public void Movement_without_rhythm_tells_no_number(int seed)
    {
        SyntheticPulse finger = new(seed);
        PulseRig rig = new(finger);
        rig.Run(30);
        finger.Motion = true;
        rig.Run(10);
        int told = rig.Told;
        rig.Run(600);
        Assert.Equal(told, rig.Told);
        finger.Motion = false;
        rig.Run(25);
        Assert.Equal(HeartState.Ok, rig.Monitor.Reading.State);
    }

    [Fact]
    public void A_weak_pulse_is_found()
    {
        _finger.PerfusionPercent = 0.1;
        PulseRig rig = new(_finger);
        rig.Run(40);
        Assert.Equal(HeartState.Ok, rig.Monitor.Reading.State);
        Assert.InRange(rig.Monitor.Reading.Perfusion, 50, 150);
    }

    [Fact]
    public void Saturated_light_is_named_and_tells_no_number()
    {
        PulseRig rig = new(_finger);
        rig.Fake.AmbientCounts = 500_000;
        rig.Run(600);
        Assert.Equal(HeartState.Saturated, rig.Monitor.Reading.State);
        Assert.Equal(0, rig.Told);
        Assert.Equal(0, rig.Beats);
    }

    [Fact]
    public void Bright_finger_is_turned_down_until_it_fits()
    {
        _finger.FingerCounts = 400_000;
        PulseRig rig = new(_finger);
        rig.Run(40);
        Assert.Contains(HeartState.Saturated, rig.States);
        Assert.Equal(HeartState.Ok, rig.Monitor.Reading.State);
        Assert.InRange(rig.Sensor.Led, 8, 18);
    }

    [Fact]
    public void A_step_of_the_led_does_not_break_the_rate()
    {
        PulseRig rig = new(_finger);
        rig.Run(30);
        int led = rig.Sensor.Led;
        int told = rig.Told;
        _finger.FingerCounts = 80_000;
        rig.Run(40);
        Assert.NotEqual(led, rig.Sensor.Led);
        Assert.True(rig.Told - told >= 12, $"got {rig.Told - told} of 20");
        Assert.InRange(rig.Monitor.Reading.RateBpmX10, 710, 730);
    }

    [Fact]
    public void An_absent_sensor_is_an_error_not_an_empty_finger()
    {
        PulseRig rig = new(_finger);
        rig.Fake.Connected = false;
        rig.Run(30);
        Assert.Equal(HeartState.SensorError, rig.Monitor.Reading.State);
        Assert.True(rig.Monitor.BusErrors > 3);
        rig.Fake.Connected = true;
        rig.Run(25);
        Assert.Equal(HeartState.Ok, rig.Monitor.Reading.State);
    }

    [Fact]
    public void A_bus_stuck_for_3_s_costs_the_number_and_nothing_else()
    {
        PulseRig rig = new(_finger);
        rig.Run(30);
        rig.Fake.BusStuck = true;
        rig.Run(3);
        rig.Fake.BusStuck = false;
        rig.Run(3);
        Assert.False(rig.Monitor.Reading.HasRate);
        rig.Run(15);
        Assert.Equal(HeartState.Ok, rig.Monitor.Reading.State);
        Assert.InRange(rig.Monitor.Reading.RateBpmX10, 700, 740);
    }

    [Fact]
    public void A_brown_out_costs_seconds_and_invents_nothing()
    {
        PulseRig rig = new(_finger);
        rig.Run(30);
        rig.Fake.BrownOut();
        rig.Run(20, () => Assert.False(rig.Monitor.Reading.HasRate && Math.Abs(rig.Monitor.Reading.RateBpmX10 - 720) >= 25, $"{rig.Monitor.Reading.RateBpmX10} told, 720 expected"));
        Assert.Equal(HeartState.Ok, rig.Monitor.Reading.State);
    }

    [Fact]
    public void A_loop_that_stalls_for_900_ms_keeps_its_place_in_time()
    {
        PulseRig rig = new(_finger);
        rig.Run(30);
        rig.Clock.Sleep(900);
        rig.Run(20);
        Assert.True(rig.Sensor.OverflowCount > 0);
        Assert.Equal(HeartState.Ok, rig.Monitor.Reading.State);
        Assert.InRange(rig.Monitor.Reading.RateBpmX10, 710, 730);
    }

    [Fact]
    public void A_fast_sensor_clock_is_taken_out_of_the_rate()
    {
        _finger.RateBpm = 140;
        PulseRig rig = new(_finger);
        rig.Fake.ClockErrorPpm = 15_000;
        rig.Run(120);
        Assert.InRange(rig.Monitor.Reading.RateBpmX10, 1390, 1410);
    }

    [Fact]
    public void Beats_are_consecutive_in_time_and_add_up()
    {
        PulseRig rig = new(_finger);
        int[] intervals = new int[32];
        int[] accepted = new int[32];
        long end = 0;
        int taken = 0;
        int good = 0;
        int version = 0;
        for (int pass = 0; pass < 3000; pass++)
        {
            rig.Clock.Sleep(20);
            rig.Monitor.Step();
            if (rig.Monitor.Version == version)
            {
                continue;
            }

            version = rig.Monitor.Version;
            int count = rig.Monitor.TakeBeats(intervals, accepted, out long first);
            if (count == 0)
            {
                continue;
            }

            if (end != 0)
            {
                Assert.InRange(first - end, -25, 25);
            }

            end = first + intervals[..count].Sum();
            taken += count;
            good += accepted[..count].Sum();
            Assert.All(intervals[..count], i => Assert.InRange(i, 780, 890));
            Assert.InRange(end, rig.Clock.UptimeMs - 4000, rig.Clock.UptimeMs);
        }

        Assert.InRange(taken, 50, 62);
        Assert.True(good >= taken - 2);
    }

    [Fact]
    public void Beats_nobody_takes_are_dropped_oldest_first()
    {
        BeatQueue queue = new();
        for (int i = 0; i < 70; i++)
        {
            queue.Add(i * 1000L, 1000, 1);
        }

        int[] intervals = new int[32];
        int count = queue.Take(intervals, new int[32], out long first);
        Assert.Equal(32, count);
        Assert.Equal(6000, first);
        Assert.Equal(6, queue.Dropped);
    }

    [Fact]
    public void Beats_on_both_sides_of_a_gap_come_separately()
    {
        BeatQueue queue = new();
        queue.Add(0, 800, 1);
        queue.Add(800, 810, 1);
        queue.Break();
        queue.Add(9000, 790, 1);
        int[] intervals = new int[32];
        Assert.Equal(2, queue.Take(intervals, new int[32], out _));
        Assert.Equal(1, queue.Take(intervals, new int[32], out long first));
        Assert.Equal(9000, first);
        Assert.Equal(0, queue.Take(intervals, new int[32], out _));
    }

    [Fact]
    public void Step_allocates_nothing()
    {
        PulseRig rig = new(new Flat());
        rig.Run(20);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 3000; i++)
        {
            rig.Clock.Sleep(20);
            rig.Monitor.Step();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private sealed class Flat : IPulseSource
    {
        private int _n;

        public double Next() => 110_000 + _n++ % 83 * 10;
    }
}
