using Wearable.Contract;
using Wearable.Firmware.Board;
using Wearable.Firmware.Heart;
using Wearable.Firmware.Link;
using Wearable.Simulator.Pulse;

namespace Wearable.Firmware.Tests.Heart;

/// <summary>The pulse of a swinging wrist, through both sensors' registers.</summary>
public sealed class MovingPulseTests
{
    [Fact]
    public void At_rest_the_tracker_does_not_work_and_nothing_is_said_to_move()
    {
        PulseRig rig = Moving(swingMilliG: 0, hasMotionSensor: true, out _);
        rig.Run(60);
        Assert.Equal((HeartState.Ok, 0), (rig.Monitor.Reading.State, rig.Monitor.Reading.MotionMilliG));
        Assert.False(rig.Monitor.Motion.Follows);
        Assert.False(rig.Monitor.Motion.Moving);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void In_a_swing_the_rate_goes_on_and_is_that_of_the_heart(int seed)
    {
        PulseRig rig = Moving(swingMilliG: 0, hasMotionSensor: true, out SyntheticPulse pulse, seed);
        rig.Run(40);
        pulse.Motion = true;
        int told = rig.Told, wrong = 0;
        rig.Run(90, () => wrong += rig.Monitor.Reading.HasRate && Math.Abs(rig.Monitor.Reading.RateBpmX10 - 780) > 50 ? 1 : 0);
        Assert.True(rig.Told - told > 20, $"{rig.Told - told} told");
        Assert.InRange(wrong, 0, 90 * 50 / 20);
        Assert.Contains(HeartState.Motion, rig.States);
        Assert.True(rig.Monitor.Reading.MotionMilliG > 100, $"{rig.Monitor.Reading.MotionMilliG} milli-g");
    }

    [Fact]
    public void After_the_swing_the_beats_tell_again()
    {
        PulseRig rig = Moving(swingMilliG: 0, hasMotionSensor: true, out SyntheticPulse pulse);
        rig.Run(40);
        pulse.Motion = true;
        rig.Run(40);
        pulse.Motion = false;
        rig.Run(40);
        Assert.Equal((HeartState.Ok, 1, 0), (rig.Monitor.Reading.State, rig.Monitor.Reading.Source, rig.Monitor.Reading.MotionMilliG));
        Assert.InRange(rig.Monitor.Reading.RateBpmX10, 760, 800);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void A_device_shaken_with_nobody_in_it_tells_nothing(int seed)
    {
        PulseRig rig = Moving(swingMilliG: 800, hasMotionSensor: true, out SyntheticPulse pulse, seed);
        pulse.PerfusionPercent = 0;
        pulse.SwayPercent = 2;
        rig.Run(600);
        Assert.Equal(0, rig.Told);
    }

    [Fact]
    public void Light_and_acceleration_are_sent_only_where_allowed_and_only_in_motion()
    {
        PulseRig rig = Moving(swingMilliG: 0, hasMotionSensor: true, out SyntheticPulse pulse);
        Kept link = new();
        MotionReporter reporter = new(rig.Monitor.Motion, new EventPublisher(link, rig.Clock, 1), "motion");
        bool allowed = false;
        rig.Run(40, () => reporter.Step(allowed));
        pulse.Motion = true;
        rig.Run(30, () => reporter.Step(allowed));
        Assert.Empty(link.Messages);
        allowed = true;
        rig.Run(60, () => reporter.Step(allowed));
        Assert.InRange(link.Messages.Count, 58, 64);
        Assert.Equal(Enumerable.Range(0, link.Messages.Count).Select(i => i * MotionMessage.MaxSamples), link.Messages.Select(m => m.Index));
        Assert.All(link.Messages, m => Assert.Equal(MotionMessage.MaxSamples, m.Count));
        Assert.True(link.Messages.Max(m => m.X.Max()) > 300, "the swing is in it");
        Assert.All(link.Messages.SelectMany(m => m.Light1), light => Assert.InRange(light, 60_000, 262_143));
    }

    private static PulseRig Moving(double swingMilliG, bool hasMotionSensor, out SyntheticPulse pulse, int seed = 5)
    {
        pulse = new SyntheticPulse(seed) { RateBpm = 78, PerfusionPercent = 1 };
        PulseRig rig = new(pulse, hasMotionSensor);
        pulse.Wrist = rig.Wrist;
        pulse.Motion = swingMilliG > 0;
        rig.Wrist.SwingMilliG = swingMilliG;
        return rig;
    }

    private sealed class Kept : IMessageLink
    {
        private readonly WireReader _reader = new();

        public List<MotionMessage> Messages { get; } = [];

        public LinkState State => LinkState.Up;

        public string LastError => "";

        public int DroppedInbound => 0;

        public void BeginConnect(LinkOptions options)
        {
        }

        public void Disconnect()
        {
        }

        public bool TryPublish(string topic, byte[] payload, int length, int qos, bool retain, int ticket)
        {
            _reader.Load(topic, payload, length);
            MotionMessage message = new();
            message.Read(_reader);
            Messages.Add(message);
            return true;
        }

        public bool TryTakeDelivered(out int ticket)
        {
            ticket = 0;
            return false; // nothing here has QoS 1
        }

        public bool TryReceive(LinkMessage message) => false;
    }
}
