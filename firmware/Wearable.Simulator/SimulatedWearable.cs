using System.Runtime.CompilerServices;
using Wearable.Contract;
using Wearable.Firmware;
using Wearable.Firmware.Board;
using Wearable.Firmware.Heart;
using Wearable.Firmware.Voice;
using Wearable.Simulator.Link;
using Wearable.Simulator.Microphone;
using Wearable.Simulator.Parts;
using Wearable.Simulator.Motion;
using Wearable.Simulator.Pulse;
using Wearable.Simulator.Speaker;
using Wearable.Simulator.Time;

namespace Wearable.Simulator;

/// <summary>
/// A wearable without hardware: the very <see cref="Device"/> of the firmware on a simulated board, on its own thread.
/// Used once: <see cref="Start"/>, speak to it, <see cref="StopAsync"/>.
/// </summary>
public sealed class SimulatedWearable : IAsyncDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(5);

    private const double LongestWakeDelayMs = 2000;

    private readonly SimulatedWearableOptions _options;
    private readonly IStorage _storage;
    private readonly SimulatedPower _power;
    private readonly Random _random;
    private readonly ChipClock? _chip;
    private readonly PassWatch? _watch;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<double> _wakeDelaysMs = [];
    private volatile IMessageLink? _link;
    private Device? _device;
    private WakeWordDetector? _detector;
    private WakeScore _score = WakeScore.None;
    private Timeline _timeline = Timeline.Empty;
    private ChipLoad _load = ChipLoad.None;
    private int _mode;
    private double? _voiceEndedMs;
    private double? _speakerEndedMs;
    private int _answerGaps;
    private double _gapMs;
    private bool _started;
    private volatile bool _stopping;

    /// <summary>A wearable that is switched off.</summary>
    /// <exception cref="ArgumentException">The id is not valid.</exception>
    public SimulatedWearable(SimulatedWearableOptions options)
    {
        if (!Ids.IsValid(options.Id))
        {
            throw new ArgumentException($"device id: 1 to {Ids.MaxLength} of a-z, 0-9 and - expected, got \"{options.Id}\"", nameof(options));
        }

        _options = options;
        Clock = options.Clock ?? new RealClock();
        if (options.ChipSpeed is long speed)
        {
            if (!ChipWork.IsCounted)
            {
                throw new InvalidOperationException("chip speed: the firmware in this load context is not instrumented, so its work cannot be counted; start in a metered context");
            }

            _chip = new ChipClock(Clock, speed, ChipWork.Take);
            _watch = new PassWatch(_chip);
            Clock = _chip;
        }

        Microphone = new SimulatedMicrophone(Clock, new BackgroundNoise(options.Seed, options.NoiseDb), _chip is null ? MicrophoneDma.Plain : MicrophoneDma.Chip, options.Room);
        int bufferMs = options.Membrane is not null ? SimulatedSpeaker.RemoteBufferMs : _chip is null ? SimulatedSpeaker.PlainBufferMs : SimulatedSpeaker.ChipBufferMs;
        Speaker = new SimulatedSpeaker(Clock, bufferMs, options.Membrane);
        Network = new LossyNetwork(Clock, options.Seed, options.Outages);
        _storage = options.Storage ?? new MemoryStorage();
        _power = new SimulatedPower(Clock);
        Pulse = PulseSources.Make(options.Pulse, options.Seed);
        Sensor = new FakeMax30102(Clock, Pulse);
        Wrist = new SyntheticMotion(options.Seed) { SwingMilliG = options.Pulse.Motion ? SyntheticPulse.SwingMilliG : 0 };
        if (Pulse is SyntheticPulse synthetic)
        {
            synthetic.Wrist = Wrist;
        }

        Accelerometer = new FakeLis3dh(Clock, options.Pulse.WaveFile is string wave && RecordedPulse.Load(wave).Channels >= 4 ? RecordedMotion.Load(wave) : Wrist)
        {
            Connected = options.Pulse.MotionSensor,
        };

        // A replay needs the same boot id; a real run needs another one each time, or the gateway takes its messages for duplicates.
        _random = (options.Clock ?? Clock) is VirtualClock ? new Random(options.Seed) : new Random();
        Microphone.VoiceEnded += ms =>
        {
            _voiceEndedMs = ms;
            Note(now => now with { LastVoicedSampleCapturedMs = Clock.ToEpochMs(ms) });
        };
        Speaker.Began += ms =>
        {
            NoteGap(ms);
            Note(now => now with { FirstSamplePlayedMs = now.FirstSamplePlayedMs ?? Clock.ToEpochMs(ms) });
        };
        Speaker.Ended += ms => Note(now =>
        {
            _speakerEndedMs = ms;
            return now with { PlaybackFinishedMs = Clock.ToEpochMs(ms) };
        });
        Messages.Wake += _ => NoteWake();
        Light.Changed += _ => NoteMode();
    }

    /// <summary>The id it was given.</summary>
    public string Id => _options.Id;

    /// <summary>Its time.</summary>
    public SimulatorClock Clock { get; }

    /// <summary>Its microphone and the room around it.</summary>
    public SimulatedMicrophone Microphone { get; }

    /// <summary>Its speaker.</summary>
    public SimulatedSpeaker Speaker { get; }

    /// <summary>Its Wi-Fi.</summary>
    public LossyNetwork Network { get; }

    /// <summary>Its button.</summary>
    public SimulatedButton Button { get; } = new();

    /// <summary>Its light: raised on the device's thread on every change of mode.</summary>
    public SimulatedLight Light { get; } = new();

    /// <summary>The light on its pulse sensor; a <see cref="SyntheticPulse"/> may be changed while it runs.</summary>
    public IPulseSource Pulse { get; }

    /// <summary>Its pulse sensor, register by register.</summary>
    public FakeMax30102 Sensor { get; }

    /// <summary>What shakes it, unless a recording does; may be changed while it runs.</summary>
    public SyntheticMotion Wrist { get; }

    /// <summary>Its motion sensor, register by register.</summary>
    public FakeLis3dh Accelerometer { get; }

    /// <summary>How the loop kept up since it was switched on; without <see cref="SimulatedWearableOptions.ChipSpeed"/> nothing but the answer gaps.</summary>
    public ChipLoad Load
    {
        get
        {
            lock (_gate)
            {
                ChipLoad load = Volatile.Read(ref _load);
                return load with
                {
                    Overruns = Microphone.Overruns,
                    LostMs = Microphone.LostMs,
                    AnswerGaps = _answerGaps,
                    GapMs = _gapMs,
                    WakeDelaysMs = [.. _wakeDelaysMs],
                    Steps = _watch?.StepsUntil(load.ElapsedMs) ?? load.Steps,
                };
            }
        }
    }

    /// <summary>How close to a wake word it is hearing; looked at once a pass, only with a <see cref="SimulatedWearableOptions.Room"/>.</summary>
    public WakeScore Score => Volatile.Read(ref _score);

    /// <summary>What it publishes.</summary>
    public PublishedMessages Messages { get; } = new();

    /// <summary>What it is doing; the light shows the same except while it blinks for <c>identify</c>.</summary>
    public DeviceMode Mode => (DeviceMode)Volatile.Read(ref _mode);

    /// <summary>Where its connection stands.</summary>
    public LinkState LinkState => _link?.State ?? LinkState.Down;

    /// <summary>Why there is no connection; empty while all is well.</summary>
    public string LinkError => _link?.LastError ?? "";

    /// <summary>Ends with the device's thread; faulted when the device crashed.</summary>
    public Task Completion => _completion.Task;

    /// <summary>What happened since the last <see cref="SayAsync"/>.</summary>
    public Timeline Timeline
    {
        get
        {
            // Looking makes the speaker notice that it has run dry.
            _ = Speaker.IsPlaying;
            lock (_gate)
            {
                return _timeline;
            }
        }
    }

    /// <summary>Switches it on.</summary>
    /// <exception cref="InvalidOperationException">It was on before.</exception>
    public void Start()
    {
        if (_started)
        {
            throw new InvalidOperationException($"wearable {Id}: started twice");
        }

        _started = true;
        new Thread(RunToTheEnd) { Name = "wearable " + Id, IsBackground = true }.Start();
    }

    /// <summary>Says something into its microphone. Completes when the last sample was captured, or has passed a microphone that is off.</summary>
    /// <param name="samples16k">int16 mono 16 kHz; not copied.</param>
    /// <exception cref="InvalidOperationException">It is off, or goes off meanwhile.</exception>
    public async Task SayAsync(short[] samples16k)
    {
        if (!_started || Completion.IsCompleted)
        {
            throw new InvalidOperationException($"wearable {Id}: spoken to while it is off");
        }

        lock (_gate)
        {
            _timeline = Timeline.Empty;
        }

        Task captured = Microphone.SayAsync(samples16k);
        if (await Task.WhenAny(captured, Completion) != captured)
        {
            await Completion;
            throw new InvalidOperationException($"wearable {Id}: switched off while it was spoken to");
        }
    }

    /// <summary>Takes the sound played since the last call: int16 mono 16 kHz, pauses left out.</summary>
    public short[] TakePlayed() => Speaker.TakePlayed();

    /// <summary>Waits for something about this wearable.</summary>
    /// <param name="condition">Looked at every 5 ms.</param>
    /// <param name="limit">Gives up after this much real time; <see cref="Timeout.InfiniteTimeSpan"/>: never.</param>
    /// <returns>False: not within the limit, or it was switched off first.</returns>
    /// <exception cref="DeviceCrashException">The device crashed meanwhile.</exception>
    public async Task<bool> ReachesAsync(Func<bool> condition, TimeSpan limit, CancellationToken cancellation = default)
    {
        long begin = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (Completion.IsCompleted)
            {
                await Completion;
                return condition();
            }

            if (limit != Timeout.InfiniteTimeSpan && TimeProvider.System.GetElapsedTime(begin) > limit)
            {
                return false;
            }

            await Task.Delay(LookEvery, cancellation);
        }

        return true;
    }

    /// <summary>Pulls the battery: the loop ends after its pass, the broker publishes the last will.</summary>
    /// <exception cref="DeviceCrashException">The device had crashed.</exception>
    public async Task StopAsync()
    {
        _stopping = true;
        if (_started)
        {
            await Completion;
        }
    }

    /// <summary>As <see cref="StopAsync"/>.</summary>
    public async ValueTask DisposeAsync() => await StopAsync();

    /// <summary>Runs it on the calling thread instead of <see cref="Start"/>, then switches it off: for virtual time, where the same seed gives the same run.</summary>
    /// <param name="done">Looked at before each pass.</param>
    /// <exception cref="InvalidOperationException">It was on before.</exception>
    /// <exception cref="DeviceCrashException">The device crashed.</exception>
    public void Run(Func<bool> done)
    {
        if (_started)
        {
            throw new InvalidOperationException($"wearable {Id}: started twice");
        }

        _started = true;
        RunToTheEnd(done);
        Completion.GetAwaiter().GetResult();
    }

    private void RunToTheEnd() => RunToTheEnd(() => _stopping);

    private void RunToTheEnd(Func<bool> done)
    {
        Exception? crash = null;
        try
        {
            if (_chip is not null)
            {
                BootStatics();
                _chip.Own();
                _watch?.Begin();
            }

            while (!done())
            {
                RunOneBoot(done);
            }
        }
        catch (Exception error)
        {
            crash = new DeviceCrashException($"wearable {Id} crashed after {Clock.UptimeMs} ms: {error.Message}", error);
        }
        finally
        {
            _watch?.End();
        }

        if (crash != null)
        {
            _completion.SetException(crash);
        }
        else
        {
            _completion.SetResult();
        }
    }

    // The chip runs every static constructor at boot, not when a class is first used.
    private static void BootStatics()
    {
        foreach (Type type in typeof(Device).Assembly.GetTypes().Concat(typeof(Topics).Assembly.GetTypes()))
        {
            RuntimeHelpers.RunClassConstructor(type.TypeHandle);
        }
    }

    private void RunOneBoot(Func<bool> done)
    {
        IMessageLink link = _options.Link?.Invoke(Clock, Network) ?? new MqttMessageLink(_options.BrokerHost, _options.BrokerPort, Network, _options.Authority);
        _link = link;
        try
        {
            Device device = Boot(link);
            _device = device;
            device.Start();
            while (!done() && !_power.TakeRebootRequest())
            {
                RunOnce(device);
                Microphone.LetRoomPass();
            }
        }
        finally
        {
            Microphone.Stop();
            Speaker.Flush();
            (link as IAsyncDisposable)?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private void RunOnce(Device device)
    {
        _watch?.BeginPass();
        device.RunOnce();
        NoteMode();
        NoteScore();
        if (_watch is not null)
        {
            ChipLoad load = _watch.EndPass(Mode.ToString().ToLowerInvariant());
            lock (_gate)
            {
                _load = load;
            }
        }
    }

    // Asked on the device's thread alone: another one that ran the firmware's code would be counted as the chip.
    private void NoteMode()
    {
        if (_device is Device device)
        {
            Volatile.Write(ref _mode, (int)(_chip?.Aside(() => device.Mode) ?? device.Mode));
        }
    }

    private void NoteScore()
    {
        if (_options.Room is not null && _detector is WakeWordDetector detector)
        {
            Volatile.Write(ref _score, _chip?.Aside(() => _score.Next(detector)) ?? _score.Next(detector));
        }
    }

    private Device Boot(IMessageLink link)
    {
        IMessageLink observed = new ObservedLink(link, Messages.Take);
        II2cBus both = new SensorBus(Sensor, Accelerometer);
        II2cBus bus = _chip is null ? both : new TimedBus(both, _chip);
        IClock time = _chip is null ? Clock : new TimedClock(_chip);
        DeviceBoard board = new()
        {
            Name = "simulator",
            Microphone = _chip is null ? Microphone : new TimedMicrophone(Microphone, _chip),
            Speaker = _chip is null ? Speaker : new TimedSpeaker(Speaker, _chip),
            I2c = bus,
            Network = Network,
            Link = _chip is null ? observed : new TimedLink(observed, _chip),
            Clock = time,
            Storage = _storage,
            Light = Light,
            Button = Button,
            Power = _power,
        };
        DeviceIdentity identity = new()
        {
            DeviceId = _options.Id,
            User = _options.User,
            Password = _options.Password,
            FirmwareVersion = typeof(Device).Assembly.GetName().Version!.ToString(3),
            ClrVersion = ".NET " + Environment.Version,
            BootId = _random.Next(1, int.MaxValue),
        };
        Settings settings = new();
        if (_options.UpCodec is int codec && !settings.TrySet(Settings.Names[Settings.UpCodec], codec))
        {
            throw new ArgumentException($"up codec: 0 or 30 expected, got {codec}");
        }

        WakeModelStore models = new(_storage);
        _detector = new WakeWordDetector(models.Load());
        Device device = new(board, identity, settings, _detector, new HeartMonitor(bus, time));
        device.TellModelProblem(models.Problem);
        return device;
    }

    // The first sound of an answer is written before the device says that it speaks; sound that begins while it speaks comes after a gap.
    private void NoteGap(double beganMs)
    {
        lock (_gate)
        {
            if (_speakerEndedMs is double endedMs && Mode == DeviceMode.Speaking)
            {
                _answerGaps++;
                _gapMs += beganMs - endedMs;
            }
        }
    }

    private void NoteWake()
    {
        lock (_gate)
        {
            // Nothing to count from while the person still speaks, or when the last word was long ago.
            if (_voiceEndedMs is double endedMs && Clock.NowMs - endedMs < LongestWakeDelayMs)
            {
                _wakeDelaysMs.Add(Clock.NowMs - endedMs);
            }

            _voiceEndedMs = null;
        }
    }

    private void Note(Func<Timeline, Timeline> change)
    {
        lock (_gate)
        {
            _timeline = change(_timeline);
        }
    }
}

/// <summary>The firmware threw; on the chip this would have been a restart by the watchdog.</summary>
public sealed class DeviceCrashException(string message, Exception inner) : Exception(message, inner);
