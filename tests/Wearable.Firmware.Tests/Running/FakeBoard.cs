using System.Text;
using Wearable.Contract;
using Wearable.Firmware.Board;
using Wearable.Firmware.Heart;
using Wearable.Firmware.Voice;

namespace Wearable.Firmware.Tests.Running;

/// <summary>A board whose every part a test can see and steer; time passes only in its microphone and its sleep.</summary>
internal sealed class FakeBoard : IMicrophone, ISpeaker, II2cBus, INetwork, IMessageLink, IClock, IStorage, ILight, IButton, IPower, IWakeWordDetector, IHeartMonitor
{
    private readonly Dictionary<string, byte[]> _files = [];
    private readonly Queue<(string Topic, byte[] Payload)> _inbox = new();
    private readonly Queue<int> _delivered = new();
    private readonly Random _random = new(1);
    private bool _wakeNow;
    private int _hops;

    public FakeBoard(Action<Settings>? change = null, bool hasVoice = true, IWakeWordDetector? ears = null)
    {
        Settings settings = new();
        change?.Invoke(settings);
        DeviceBoard board = new()
        {
            Name = "fake", HasVoice = hasVoice, Microphone = this, Speaker = this, I2c = this, Network = this, Link = this, Clock = this, Storage = this, Light = this, Button = this, Power = this,
        };
        DeviceIdentity identity = new() { DeviceId = "bear", FirmwareVersion = "0.1.0", ClrVersion = "test", BootId = 42 };
        Device = new Device(board, identity, settings, ears ?? this, this);
        Device.Start();
    }

    public Device Device { get; }

    public long NowMs { get; set; }

    public List<(string Topic, byte[] Payload, int Qos, bool Retain)> Published { get; } = [];

    public bool LinkTakes { get; set; } = true;

    public bool Captures { get; private set; }

    public int Reads { get; private set; }

    public bool Gate { get; set; }

    public bool AlmostNow { get; set; }

    public int BeganMsAgo { get; set; } = 400;

    public List<byte> Played { get; } = [];

    public bool SpeakerBusy { get; set; }

    public int Flushes { get; private set; }

    public bool Pressed { get; set; }

    public bool Rebooted { get; private set; }

    public LinkState LinkNow { get; set; } = LinkState.Down;

    public int Connects { get; private set; }

    /// <summary>Runs passes of 20 ms.</summary>
    public void Run(int passes)
    {
        for (int i = 0; i < passes; i++)
        {
            Device.RunOnce();
        }
    }

    /// <summary>Connects and forgets what was said on connecting.</summary>
    public FakeBoard Connected()
    {
        Run(3);
        Assert.Equal(LinkState.Up, LinkNow);
        Published.Clear();
        return this;
    }

    public void Wake()
    {
        _wakeNow = true;
        Run(1);
        _wakeNow = false; // a word said to shut ears is gone
    }

    public void Receive(string topic, byte[] payload) => _inbox.Enqueue((topic, payload));

    public void Command(string name, string json) => Receive("wearable/v1/bear/cmd/" + name, Encoding.UTF8.GetBytes(json));

    public void Answer(int sequence, int flags, byte value)
    {
        byte[] packet = new byte[AudioPacket.HeaderBytes + 1920];
        AudioPacket.WriteHeader(packet, 0, flags, sequence, 0);
        Array.Fill(packet, value, 8, 1920);
        Receive("wearable-audio/v1/bear/down", packet);
    }

    public string[] Texts(string suffix) => [.. Published.Where(p => p.Topic.EndsWith(suffix, StringComparison.Ordinal)).Select(p => Encoding.UTF8.GetString(p.Payload))];

    public byte[][] Audio() => [.. Published.Where(p => p.Topic == "wearable-audio/v1/bear/up").Select(p => p.Payload)];

    public string LastState() => Texts("/state")[^1];

    int IMicrophone.Overruns => 0;

    void IMicrophone.Start() => Captures = true;

    void IMicrophone.Stop() => Captures = false;

    // Every sample of a hop carries the hop's number (or noise), in the microphone's channel alone.
    void IMicrophone.Read(byte[] hop)
    {
        Assert.True(Captures, "no read while the microphone is off");
        Reads++;
        _hops++;
        NowMs += AudioFormat.HopMs;
        for (int i = 0; i < hop.Length; i += RawSound.FrameBytes)
        {
            int sample = Noise > 0 ? _random.Next(-Noise, Noise + 1) : _hops;
            (hop[i], hop[i + 1], hop[i + 2], hop[i + 3]) = (0xEE, 0xEE, (byte)sample, (byte)(sample >> 8));
        }
    }

    public int Hops => _hops;

    /// <summary>Above 0: the microphone hears noise of this size instead of the hop's number.</summary>
    public int Noise { get; set; }

    int ISpeaker.WritableBytes => 3200;

    bool ISpeaker.IsPlaying => SpeakerBusy;

    void ISpeaker.Write(byte[] pcm, int offset, int count) => Played.AddRange(pcm.AsSpan(offset, count));

    void ISpeaker.Flush() => Flushes++;

    I2cStatus II2cBus.WriteRead(int address, byte[] write, int writeCount, byte[] read, int readCount) => I2cStatus.AddressNotAcknowledged;

    bool INetwork.IsUp => true;

    void INetwork.BeginJoin()
    {
    }

    int INetwork.RssiDbm => -50;

    LinkState IMessageLink.State => LinkNow;

    string IMessageLink.LastError => "";

    int IMessageLink.DroppedInbound => 0;

    public bool Refuses { get; set; }

    void IMessageLink.BeginConnect(LinkOptions options)
    {
        Connects++;
        LinkNow = Refuses ? LinkState.Down : LinkState.Up;
    }

    void IMessageLink.Disconnect() => LinkNow = LinkState.Down;

    bool IMessageLink.TryPublish(string topic, byte[] payload, int length, int qos, bool retain, int ticket)
    {
        if (!LinkTakes || LinkNow != LinkState.Up)
        {
            return false;
        }

        if (Keep)
        {
            Published.Add((topic, payload[..length], qos, retain));
        }

        if (qos > 0 && Acknowledges)
        {
            _delivered.Enqueue(ticket);
        }

        return true;
    }

    /// <summary>False: the broker says nothing of what it took.</summary>
    public bool Acknowledges { get; set; } = true;

    bool IMessageLink.TryTakeDelivered(out int ticket) => _delivered.TryDequeue(out ticket);

    public bool Keep { get; set; } = true;

    bool IMessageLink.TryReceive(LinkMessage message)
    {
        if (_inbox.Count == 0)
        {
            return false;
        }

        (message.Topic, message.Payload) = _inbox.Dequeue();
        message.Length = message.Payload.Length;
        return true;
    }

    long IClock.UptimeMs => NowMs;

    long IClock.EpochMs => 0;

    void IClock.Sleep(int ms) => NowMs += ms;

    byte[]? IStorage.Read(string name) => _files.GetValueOrDefault(name);

    void IStorage.Write(string name, byte[] content) => _files[name] = content;

    void IStorage.Delete(string name) => _files.Remove(name);

    public IReadOnlyDictionary<string, byte[]> Files => _files;

    public List<DeviceMode> Shown { get; } = [];

    void ILight.Show(DeviceMode mode)
    {
        if (Keep)
        {
            Shown.Add(mode);
        }
    }

    bool IButton.IsPressed => Pressed;

    int IPower.BatteryPercent => 0;

    bool IPower.HasBattery => false;

    int IPower.FreeHeapBytes => 50_000;

    int IPower.CollectionCount => 0;

    string IPower.ResetReason => "power";

    void IPower.Reboot() => Rebooted = true;

    string[] IWakeWordDetector.Words { get; } = ["computer"];

    bool IWakeWordDetector.Hear(HopRing sound)
    {
        bool heard = _wakeNow;
        _wakeNow = false;
        Detection.BeganMsAgo = BeganMsAgo;
        return heard;
    }

    public WakeDetection Detection { get; } = new() { Word = "computer", Score = 88, Threshold = 62, LevelDb = -20 };

    WakeDetection IWakeWordDetector.Detection => Detection;

    WakeDetection IWakeWordDetector.NearMiss => new() { Word = "computer", Score = 58, Threshold = 62, LevelDb = -33 };

    bool IWakeWordDetector.TakeNearMiss()
    {
        bool near = AlmostNow;
        AlmostNow = false;
        return near;
    }

    bool IWakeWordDetector.GateOpen => Gate;

    bool IWakeWordDetector.SetThreshold(string word, int threshold) => word == "computer";

    int IWakeWordDetector.GetThreshold(int wordIndex) => 62;

    public int MorePoints { get; private set; }

    void IWakeWordDetector.NeedMore(int points) => MorePoints = points;

    string IWakeWordDetector.ModelVersion => "fake";

    public int Resets { get; private set; }

    void IWakeWordDetector.Reset() => Resets++;

    void IHeartMonitor.Step()
    {
    }

    int IHeartMonitor.Version => 0;

    HeartReading IHeartMonitor.Reading { get; } = new();

    int IHeartMonitor.TakeBeats(int[] intervalsMs, int[] accepted, out long firstBeatMs)
    {
        firstBeatMs = 0;
        return 0;
    }

    int IHeartMonitor.BusErrors => 0;
}
