using Wearable.Contract;
using Wearable.Firmware;
using Wearable.Firmware.Heart;
using Wearable.Firmware.Voice;
using Wearable.Simulator.Link;
using Wearable.Simulator.Microphone;
using Wearable.Simulator.Parts;
using Wearable.Simulator.Motion;
using Wearable.Simulator.Pulse;
using Wearable.Simulator.Speaker;
using Wearable.Simulator.Time;

namespace Wearable.Workloads;

/// <summary>The whole device, pass by pass, doing one thing.</summary>
internal sealed class DeviceRun
{
    private const int PassesPerSecond = 1000 / AudioFormat.HopMs;
    private const string Id = "budget";

    private readonly VirtualClock _clock = new();
    private readonly MemoryLink _link = new();
    private readonly SimulatedButton _button = new();
    private readonly SimulatedMicrophone _microphone;
    private readonly Tally _tally = new(PassesPerSecond);
    private readonly Answer _answer;

    private DeviceRun(IHeartMonitor? heart = null, int upCodec = AudioCodec.Pcm16At16k, int downCodec = AudioCodec.Pcm16At16k)
    {
        SyntheticMotion wrist = new(7);
        SyntheticPulse pulse = new(7) { Wrist = wrist, Motion = true };
        SensorBus sensor = new(new FakeMax30102(_clock, pulse), new FakeLis3dh(_clock, wrist));
        _microphone = new SimulatedMicrophone(_clock, new BackgroundNoise(3, BackgroundNoise.QuietRoomDb));
        _answer = new Answer(_link, Id, downCodec);
        DeviceBoard board = new()
        {
            Name = "budget",
            Microphone = _microphone,
            Speaker = new SimulatedSpeaker(_clock),
            I2c = sensor,
            Network = _link,
            Link = _link,
            Clock = _clock,
            Storage = new MemoryStorage(),
            Light = new SimulatedLight(),
            Button = _button,
            Power = new SimulatedPower(_clock),
        };
        DeviceIdentity identity = new() { DeviceId = Id, FirmwareVersion = "0.0.0", ClrVersion = "budget", BootId = 0x1234567 };
        Settings settings = new();
        if (!settings.TrySet(Settings.Names[Settings.UpCodec], upCodec) || !settings.TrySet(Settings.Names[Settings.ThresholdFirst], 100))
        {
            throw new InvalidOperationException("settings of the workload refused");
        }

        Device = new Device(board, identity, settings, new WakeWordDetector(WakeModelShipped.Create()), heart ?? new HeartMonitor(sensor, _clock));
        Device.Start();
    }

    /// <summary>The device that runs.</summary>
    public Device Device { get; }

    /// <summary>A quiet room: the gate stays closed.</summary>
    public static long[] Quiet()
    {
        DeviceRun run = new(new NoPulse());
        run.Warm(5);
        run.Count(30, DeviceMode.Idle);
        return run._tally.Result();
    }

    /// <summary>A busy room: the gate opens and closes.</summary>
    public static long[] Noisy()
    {
        DeviceRun run = new(new NoPulse());
        run._microphone.SayAsync(TestSound.Room(36, 11));
        run.Warm(5);
        run.Count(30, DeviceMode.Idle);
        return run._tally.Result();
    }

    /// <summary>Talk without the word: the gate stays open, every row and every score is computed.</summary>
    public static long[] Spoken()
    {
        DeviceRun run = new(new NoPulse());
        run._microphone.SayAsync(TestSound.Voice(26, 5));
        run.Warm(5);
        run.Count(20, DeviceMode.Idle);
        return run._tally.Result();
    }

    /// <summary>Speech on its way to the gateway, opened by the button.</summary>
    public static long[] Streaming(int codec)
    {
        DeviceRun run = new(new NoPulse(), upCodec: codec);
        run._microphone.SayAsync(TestSound.Voice(20, 5));
        run.Warm(3);
        run.Press(counted: false);
        run.Count(8, DeviceMode.Streaming);
        return run._tally.Result();
    }

    /// <summary>An answer being played at 70 % volume while its packets come in.</summary>
    public static long[] Answering(int codec)
    {
        DeviceRun run = new(new NoPulse(), downCodec: codec);
        run.Warm(3);
        run._answer.Begin(10);
        run.Warm(1);
        run.Count(8, DeviceMode.Speaking);
        return run._tally.Result();
    }

    /// <summary>
    /// A whole conversation with a moving pulse, all counted: quiet, talk in front of the open gate, a question streamed as ADPCM, the answer
    /// as ADPCM, quiet.
    /// </summary>
    public static long[] Everything()
    {
        DeviceRun run = new(upCodec: AudioCodec.ImaAdpcmAt16k, downCodec: AudioCodec.ImaAdpcmAt16k);
        run.Warm(20);
        run.Count(5);
        run._microphone.SayAsync(TestSound.Voice(15, 5));
        run.Count(8);
        run.Press(counted: true);
        run.Count(5);
        run.Press(counted: true);
        run._answer.Begin(6);
        run.Count(9);
        return run._tally.Result();
    }

    /// <summary>A device as it is after boot, for weighing its memory.</summary>
    public static Device Fresh() => new DeviceRun().Device;

    /// <summary>The same on a board without voice.</summary>
    public static Device FreshWithoutVoice()
    {
        VirtualClock clock = new();
        MemoryLink link = new();
        FakeMax30102 sensor = new(clock, new SyntheticPulse(7));
        DeviceBoard board = new()
        {
            Name = "small",
            HasVoice = false,
            Microphone = new SimulatedMicrophone(clock, new BackgroundNoise(3, BackgroundNoise.QuietRoomDb)),
            Speaker = new SimulatedSpeaker(clock),
            I2c = sensor,
            Network = link,
            Link = link,
            Clock = clock,
            Storage = new MemoryStorage(),
            Light = new SimulatedLight(),
            Button = new SimulatedButton(),
            Power = new SimulatedPower(clock),
        };
        return new Device(board, new DeviceIdentity { DeviceId = Id, FirmwareVersion = "0.0.0", ClrVersion = "budget", BootId = 1 }, new Settings(), new NoWakeWord(), new HeartMonitor(sensor, clock));
    }

    // Not counted: joining, the first messages, the noise floor, buffers on their first lap.
    private void Warm(int seconds)
    {
        for (int i = 0; i < seconds * PassesPerSecond; i++)
        {
            _answer.Step(_clock.UptimeMs);
            Device.RunOnce();
        }
    }

    private void Count(int seconds, DeviceMode? expected = null)
    {
        for (int i = 0; i < seconds * PassesPerSecond; i++)
        {
            _answer.Step(_clock.UptimeMs);
            _tally.Count(Device.RunOnce);
            if (expected is DeviceMode mode && Device.Mode != mode)
            {
                throw new InvalidOperationException($"workload: the device should stay {mode}, it went {Device.Mode} after {i} passes");
            }
        }
    }

    // One second, counted or not.
    private void Press(bool counted)
    {
        _button.Press();
        for (int i = 0; i < PassesPerSecond; i++)
        {
            if (i == 5)
            {
                _button.Release();
            }

            if (counted)
            {
                _tally.Count(Device.RunOnce);
            }
            else
            {
                Device.RunOnce();
            }
        }
    }
}
