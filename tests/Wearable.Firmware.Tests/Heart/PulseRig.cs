using Wearable.Firmware.Heart;
using Wearable.Simulator.Motion;
using Wearable.Simulator.Pulse;
using Wearable.Simulator.Time;

namespace Wearable.Firmware.Tests.Heart;

/// <summary>Sensor, driver and pulse code on virtual time, stepped as the device's loop does: every 20 ms.</summary>
internal sealed class PulseRig
{
    public const int LoopMs = 20;

    public PulseRig(IPulseSource source, bool hasMotionSensor = false)
    {
        Fake = new FakeMax30102(Clock, source);
        Wrist = new SyntheticMotion(11);
        Accelerometer = new FakeLis3dh(Clock, Wrist) { Connected = hasMotionSensor };
        Sensor = new Max30102(Fake, Clock, Settings);
        Monitor = new HeartMonitor(Sensor, new Lis3dh(Accelerometer), Clock);
    }

    public VirtualClock Clock { get; } = new();

    public Max30102Settings Settings { get; } = new();

    public FakeMax30102 Fake { get; }

    public SyntheticMotion Wrist { get; }

    public FakeLis3dh Accelerometer { get; }

    public Max30102 Sensor { get; }

    public HeartMonitor Monitor { get; }

    /// <summary>Versions in which a rate was told.</summary>
    public int Told { get; private set; }

    /// <summary>Intervals taken, believed or not.</summary>
    public int Beats { get; private set; }

    public HashSet<HeartState> States { get; } = [];

    public void Run(double seconds, Action? each = null)
    {
        int[] intervals = new int[32];
        int[] accepted = new int[32];
        long until = Clock.UptimeMs + (long)(seconds * 1000);
        int version = Monitor.Version;
        while (Clock.UptimeMs < until)
        {
            Clock.Sleep(LoopMs);
            Monitor.Step();
            if (Monitor.Version != version)
            {
                version = Monitor.Version;
                Told += Monitor.Reading.HasRate ? 1 : 0;
                States.Add(Monitor.Reading.State);
                Beats += Monitor.TakeBeats(intervals, accepted, out _);
            }

            each?.Invoke();
        }
    }
}
