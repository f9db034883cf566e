using Wearable.Firmware.Heart;
using Wearable.Simulator.Pulse;

namespace Wearable.Firmware.Tests.Heart;

/// <summary>
/// A day on a wrist, 24 hours of virtual time through both sensors' registers: sleep, off, on, a run, a walk, a desk, a brown-out, a bus stuck for three
/// seconds. Every change of state is written down; each must be one that the day brought, in time, and no number may come from anywhere else.
/// </summary>
public sealed class DayOfWearTests(ITestOutputHelper output)
{
    private const double Hour = 3600;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_change_of_state_has_its_reason_and_no_number_comes_from_nowhere(int seed)
    {
        SyntheticPulse pulse = new(seed) { PerfusionPercent = 1 };
        PulseRig rig = new(pulse, hasMotionSensor: true);
        pulse.Wrist = rig.Wrist;
        WornDay day = new(rig, pulse);

        day.Pass("asleep", 6.9 * Hour, () => pulse.RateBpm = 52).Ends(HeartState.Ok);
        day.Pass("taken off to wash", 0.4 * Hour, () => pulse.Finger = false).Ends(HeartState.NoContact);
        day.Pass("put on", 1 * Hour, () => (pulse.Finger, pulse.RateBpm) = (true, 68)).Ends(HeartState.Ok, HeartState.Settling);
        day.Pass("gets up to run", 60, () => day.Move(1.4, 110)).Ends(HeartState.Motion, HeartState.Lost);
        day.Pass("runs", 0.6 * Hour, () => day.Move(2.6, 148)).Ends(HeartState.Motion, HeartState.Lost);
        day.Pass("rests after the run", 1 * Hour, () => (pulse.Motion, pulse.RateBpm) = (false, 88)).Ends(HeartState.Ok, HeartState.Settling);
        day.Pass("supply dips", 0.5 * Hour, rig.Fake.BrownOut).Ends(HeartState.Ok, HeartState.Lost);
        day.Pass("bus stuck", 3, () => rig.Fake.BusStuck = true).Ends(HeartState.Ok);
        day.Pass("bus free", 1.5 * Hour, () => (rig.Fake.BusStuck, pulse.RateBpm) = (false, 74)).Ends(HeartState.Ok, HeartState.SensorError, HeartState.Settling);
        day.Pass("face down on a desk", 0.5 * Hour, () => (pulse.Finger, pulse.EmptyCounts) = (false, 60_000)).Ends(HeartState.NoContact, HeartState.Lost);
        day.Pass("put on again", 2 * Hour, () => pulse.Finger = true).Ends(HeartState.Ok, HeartState.Saturated, HeartState.Settling); // the LED was turned up for the desk
        day.Pass("walks", 0.4 * Hour, () => day.Move(1.8, 94)).Ends(HeartState.Motion);
        day.Pass("sits", 5 * Hour, () => (pulse.Motion, pulse.RateBpm) = (false, 71)).Ends(HeartState.Ok, HeartState.Settling);
        day.Pass("in a drawer", 1 * Hour, () => (pulse.Finger, pulse.EmptyCounts) = (false, 400)).Ends(HeartState.NoContact);
        day.Pass("put on for the night", (24 * Hour) - day.Seconds, () => (pulse.Finger, pulse.RateBpm) = (true, 56)).Ends(HeartState.Ok, HeartState.Settling);

        foreach (string line in day.Lines)
        {
            output.WriteLine(line);
        }

        Assert.All(day.Stretches, s => s.Check());
        Assert.Equal(24 * Hour, day.Seconds, 0.1);
    }
}
