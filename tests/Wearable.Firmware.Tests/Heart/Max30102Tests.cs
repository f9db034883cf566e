using Wearable.Firmware.Heart;
using Wearable.Simulator.Pulse;
using Wearable.Simulator.Time;

namespace Wearable.Firmware.Tests.Heart;

/// <summary>The driver against the register-level sensor, with every fault it knows. The light is a ramp, so a lost, doubled or shifted sample shows.</summary>
public sealed class Max30102Tests
{
    private readonly VirtualClock _clock = new();
    private readonly Ramp _ramp = new();
    private readonly FakeMax30102 _fake;
    private readonly Max30102Settings _settings = new();
    private readonly Max30102 _sensor;
    private readonly List<int> _got = [];

    public Max30102Tests()
    {
        _fake = new FakeMax30102(_clock, _ramp);
        _sensor = new Max30102(_fake, _clock, _settings);
    }

    [Fact]
    public void Set_up_is_red_and_infrared_100_a_second_averaged_in_pairs_18_bits()
    {
        Run(1000);
        Assert.Equal(Max30102State.Running, _sensor.State);
        Assert.Equal(0x15, _sensor.PartId);
        Assert.Equal(0x20, _fake.Register(Max30102Registers.FifoConfig));
        Assert.Equal(0x27, _fake.Register(Max30102Registers.SpO2Config));
        Assert.Equal(0x03, _fake.Register(Max30102Registers.Mode));
        Assert.Equal(0x1F, _fake.InfraredLed);
        Assert.Equal(0, _fake.Register(Max30102Registers.Led1));
    }

    [Fact]
    public void Every_sample_arrives_once_in_order_and_no_read_is_longer_than_30_bytes()
    {
        Run(10_000);
        Assert.InRange(_got.Count, 485, 500);
        AssertRamp();
        Assert.Equal(30, _fake.LongestReadSeen);
        Assert.Equal(0, _sensor.OverflowCount);
    }

    [Fact]
    public void Nothing_is_sent_between_polls()
    {
        Run(1000);
        int calls = _fake.Calls;
        Run(1000);
        Assert.InRange(_fake.Calls - calls, 18, 24);
    }

    [Fact]
    public void Equal_pointers_after_640_ms_mean_full_not_empty()
    {
        RunToPoll(1000);
        _got.Clear();
        _clock.Sleep(640);
        Assert.Equal(32, Poll());
        AssertRamp();
        Assert.Equal(0, _sensor.OverflowCount);
        Assert.False(_sensor.Restarted);
    }

    [Fact]
    public void A_gap_of_known_length_is_counted_and_told_with_the_samples_after_it()
    {
        RunToPoll(1000);
        _clock.Sleep(900);
        Assert.Equal(32, Poll());
        int lost = _sensor.OverflowCount;
        Assert.InRange(lost, 10, 15);
        Assert.Equal(_fake.Lost, lost);
        int last = _got[^1];
        _clock.Sleep(100);
        Assert.True(Poll() > 0);
        Assert.Equal(lost, _sensor.LostBefore);
        Assert.False(_sensor.Restarted);
        Assert.Equal(last + (lost + 1) * 2, _got[^_sensorCount]);
    }

    [Fact]
    public void A_loss_beyond_the_counter_starts_the_stream_anew()
    {
        Run(1000);
        _clock.Sleep(3000);
        Assert.Equal(32, Poll());
        Assert.Equal(31, _sensor.OverflowCount);
        _clock.Sleep(100);
        Poll();
        Assert.True(_sensor.Restarted);
    }

    [Fact]
    public void A_brown_out_is_noticed_and_the_part_set_up_again()
    {
        Run(1000);
        _fake.BrownOut();
        Run(500);
        Assert.Equal(1, _sensor.BrownOuts);
        Assert.Equal(Max30102State.Running, _sensor.State);
        Assert.Equal(0x27, _fake.Register(Max30102Registers.SpO2Config));
        Assert.True(_fake.Sampling);
    }

    [Fact]
    public void A_brown_out_whose_flag_was_lost_in_a_failed_read_is_still_noticed()
    {
        Run(1000);
        _fake.BrownOut();
        byte[] read = new byte[1];
        _fake.WriteRead(Max30102Registers.Address, [0x00], 1, read, 1);
        Assert.Equal(1, read[0] & 1);
        Run(500);
        Assert.Equal(1, _sensor.BrownOuts);
        Assert.True(_fake.Sampling);
    }

    [Fact]
    public void One_missing_acknowledge_loses_nothing()
    {
        Run(1000);
        _fake.FailNext = 1;
        Run(1000);
        Assert.Equal(1, _sensor.BusErrors);
        AssertRamp();
        Assert.Equal(Max30102State.Running, _sensor.State);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(6)]
    [InlineData(13)]
    [InlineData(29)]
    public void A_burst_that_breaks_is_read_again_without_loss_or_doubling(int afterBytes)
    {
        Run(1000);
        _fake.BreakBurstAfter = afterBytes;
        Run(1000);
        Assert.Equal(1, _sensor.BusErrors);
        AssertRamp();
    }

    [Fact]
    public void An_absent_sensor_is_asked_less_and_less_down_to_every_5_s()
    {
        _fake.Connected = false;
        Run(20_000);
        int calls = _fake.Calls;
        Run(20_000);
        Assert.InRange(_fake.Calls - calls, 3, 4);
        Assert.Equal(Max30102State.Silent, _sensor.State);
        _fake.Connected = true;
        Run(6000);
        Assert.Equal(Max30102State.Running, _sensor.State);
    }

    [Fact]
    public void A_stuck_bus_freezes_at_most_one_second_in_six()
    {
        Run(1000);
        _fake.BusStuck = true;
        int calls = _fake.Calls;
        Run(60_000);
        Assert.InRange(_fake.Calls - calls, 8, 20);
        _fake.BusStuck = false;
        Run(7000);
        Assert.Equal(Max30102State.Running, _sensor.State);
    }

    [Fact]
    public void Another_part_at_the_address_is_left_alone()
    {
        _fake.Part = 0x11;
        Run(3000);
        Assert.Equal(Max30102State.WrongPart, _sensor.State);
        Assert.Equal(0x11, _sensor.PartId);
        Assert.Equal(1, _fake.Calls);
    }

    [Fact]
    public void A_part_that_stops_measuring_is_started_again()
    {
        Run(1000);
        _fake.Freeze();
        Run(2000);
        Assert.Equal(1, _sensor.Stalls);
        Assert.True(_fake.Sampling);
    }

    [Theory]
    [InlineData(15_000)]
    [InlineData(-15_000)]
    [InlineData(0)]
    public void The_true_sample_rate_is_found_within_a_minute(int ppm)
    {
        _fake.ClockErrorPpm = ppm;
        Run(65_000);
        Assert.InRange(_sensor.SampleRateMilliHz, 50_000 * (1 + ppm / 1e6) - 40, 50_000 * (1 + ppm / 1e6) + 40);
    }

    [Fact]
    public void Swapped_clone_is_read_right_with_the_setting()
    {
        _fake.Swapped = true;
        _settings.InfraredSlot = 0;
        Run(2000);
        AssertRamp();
    }

    [Theory]
    [InlineData(100_000, 0x1F, true)]
    [InlineData(240_000, 0x1F, true)]
    [InlineData(110_000, 0x1F, false)]
    [InlineData(180_000, 0x1F, false)]
    public void Light_outside_40_to_70_percent_steps_the_led_once_and_marks_it(int mean, int before, bool steps)
    {
        Run(1000);
        Assert.Equal(before, _sensor.Led);
        Assert.Equal(steps, _sensor.AdjustLed(mean));
        Assert.Equal(_sensor.Led, _fake.InfraredLed);
        _clock.Sleep(100);
        Poll();
        Assert.Equal(steps, _sensor.Stepped);
        Assert.Equal(steps, _sensor.Led != before);
        _clock.Sleep(100);
        Poll();
        Assert.False(_sensor.Stepped);
    }

    [Fact]
    public void Light_at_the_end_of_the_scale_is_counted_sample_by_sample()
    {
        _ramp.At = 300_000;
        Run(1000);
        Assert.Equal(_sensorCount, _sensor.SaturatedSamples);
    }

    [Fact]
    public void Ambient_light_beyond_cancelling_is_counted()
    {
        Run(1000);
        Assert.Equal(0, _sensor.AmbientOverflows);
        _fake.AmbientCounts = 220_000;
        Run(1000);
        Assert.True(_sensor.AmbientOverflows > 5);
    }

    [Fact]
    public void Off_body_it_sleeps_and_looks_at_low_current_until_something_comes_near()
    {
        _ramp.At = 100;
        Run(1000);
        _sensor.WatchForContact();
        int lit = 0;
        HashSet<int> currents = [];
        for (int i = 0; i < 900; i++)
        {
            Run(20);
            lit += _fake.Sampling ? 1 : 0;
            currents.Add(_fake.InfraredLed);
        }

        Assert.Equal(Max30102State.OffBody, _sensor.State);
        Assert.InRange(lit, 60, 180);
        Assert.Equal([0, _settings.ProbeLed], currents.Order());
        _ramp.At = 110_000;
        Run(2500);
        Assert.Equal(Max30102State.Running, _sensor.State);
        Assert.Equal(_settings.FirstLed, _fake.InfraredLed);
    }

    private int _sensorCount;

    private int Poll()
    {
        int count = _sensor.Poll();
        if (count > 0)
        {
            _sensorCount = count;
            _got.AddRange(_sensor.Samples[..count]);
        }

        return count;
    }

    private void Run(int ms)
    {
        for (long until = _clock.UptimeMs + ms; _clock.UptimeMs < until;)
        {
            _clock.Sleep(20);
            Poll();
        }
    }

    // Leaves an empty FIFO.
    private void RunToPoll(int ms)
    {
        Run(ms);
        do
        {
            _clock.Sleep(20);
        }
        while (Poll() == 0);
    }

    private void AssertRamp()
    {
        for (int i = 1; i < _got.Count; i++)
        {
            Assert.Equal(_got[i - 1] + 2, _got[i]);
        }
    }

    /// <summary>One count more every 10 ms: two more every sample.</summary>
    private sealed class Ramp : IPulseSource
    {
        public double At { get; set; } = 100_000;

        public double Next() => At++;
    }
}
