using Wearable.Contract;
using Wearable.Firmware.Board;
using Wearable.Firmware.Heart;
using Wearable.Firmware.Link;
using Wearable.Gateway.Recording;
using Wearable.Simulator.Pulse;
using Wearable.Simulator.Time;

namespace Wearable.Gateway.Tests.Recording;

/// <summary>Sensor to file and back: the driver on the register-level sensor, the messages, the recording, and what the pulse code makes of it again.</summary>
public sealed class RawRecordingTests : IDisposable
{
    private const int LoopMs = 20;
    private readonly string _folder = Directory.CreateTempSubdirectory("wearable-record-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(12_000)]
    [InlineData(-12_000)]
    public void A_recording_gives_the_pulse_code_the_same_heart_rate_also_with_a_sensor_clock_that_is_off(int clockErrorPpm)
    {
        Rig rig = new(new SyntheticPulse(seed: 5) { RateBpm = 84 }, clockErrorPpm);
        rig.Run(150);
        Assert.Equal((0, 0), (rig.Recording.Lost, rig.Recording.Restarts));
        int instants = rig.Recording.Save(_folder, "own_1", "finger");
        Assert.InRange(instants, 14_800, 15_000);
        RecordedPulse again = RecordedPulse.Load(Path.Combine(_folder, "own_1.i32"));
        Assert.Equal(("own", "finger", 1), (again.Set, again.Kind, again.Channels));
        VirtualClock clock = new();
        HeartMonitor monitor = new(new FakeMax30102(clock, again), clock);
        List<double> rates = [];
        while (!again.Ended)
        {
            clock.Sleep(LoopMs);
            monitor.Step();
            if (monitor.Reading.HasRate)
            {
                rates.Add(monitor.Reading.RateBpmX10 / 10.0);
            }
        }

        Assert.InRange(rates.Average(), 83.5, 84.5);
    }

    [Fact]
    public void Light_is_told_as_at_one_current_whatever_the_driver_sets()
    {
        Rig rig = new(new SyntheticPulse(seed: 5) { RateBpm = 70, FingerCounts = 60_000 }, 0);
        rig.Run(60);
        Assert.True(rig.Currents.Count > 1, "the driver changed the current");
        int[] counts = rig.Recording.ToCounts();
        Assert.All(counts[500..], light => Assert.InRange(light, 54_000, 66_000));
    }

    [Fact]
    public void A_stream_ends_by_itself()
    {
        Rig rig = new(new SyntheticPulse(seed: 5), 0, streamMs: 5000);
        rig.Run(20);
        Assert.InRange(rig.Recording.Samples, 4 * 50, 5 * 50);
        Assert.InRange(rig.MostMessagesASecond, 2, 3);
    }

    [Fact]
    public void Lost_messages_leave_no_light_and_the_time_behind_them_stays()
    {
        RawRecording recording = new();
        recording.Take(Message(0, 1000, 25), 0);
        recording.Take(Message(50, 2000, 25), 0);
        Assert.Equal(25, recording.Lost);
        int[] counts = recording.ToCounts();
        Assert.Equal(149, counts.Length);
        Assert.Equal([100_000, 0, 0, 100_000], [counts[48], counts[60], counts[99], counts[100]]);
    }

    [Fact]
    public void A_sensor_that_begins_anew_is_placed_by_the_wearables_time()
    {
        RawRecording recording = new();
        recording.Take(Message(100, 1000, 25), 0);
        recording.Take(Message(0, 5000, 25), 0);
        Assert.Equal(1, recording.Restarts);
        int[] counts = recording.ToCounts();
        Assert.Equal([100_000, 0, 100_000], [counts[0], counts[399], counts[400]]);
    }

    [Fact]
    public void A_recording_is_never_written_over()
    {
        RawRecording recording = new();
        recording.Take(Message(0, 1000, 25), 0);
        recording.Save(_folder, "own_2", "finger");
        Assert.Throws<IOException>(() => recording.Save(_folder, "own_2", "finger"));
    }

    [Fact]
    public void A_chest_straps_intervals_become_beats_and_windows()
    {
        string info = Recorded(seconds: 30);
        int windows = ReferenceFile.Attach(info, Csv("time,rr_ms", Enumerable.Range(-5, 60).Select(i => (800L * i, 800.0))));
        Assert.Equal(12, windows);
        Assert.Equal("0 8 75.0", File.ReadLines(Path.ChangeExtension(info, ".hr")).First());
        Assert.Equal(38, File.ReadLines(Path.ChangeExtension(info, ".beats")).Count());
    }

    [Fact]
    public void A_window_without_readings_has_no_reference()
    {
        string info = Recorded(seconds: 30);
        int windows = ReferenceFile.Attach(info, Csv("time,bpm", Enumerable.Range(0, 31).Where(i => i is < 12 or > 17).Select(i => (1000L * i, 60.0 + i))));
        Assert.Equal(["0", "2", "4", "6", "16", "18", "20", "22"], File.ReadLines(Path.ChangeExtension(info, ".hr")).Select(line => line.Split(' ')[0]));
        Assert.Equal(8, windows);
        Assert.False(File.Exists(Path.ChangeExtension(info, ".beats")));
    }

    [Theory]
    [InlineData("seconds;heart", "line 1: time,bpm or time,rr_ms expected, got \"seconds;heart\"")]
    [InlineData("time,bpm\n2026-01-01T00:00:01,60", "line 2: a time and a value from 20 to 300 expected")]
    [InlineData("time,bpm\n1767225600000,600", "line 2: a time and a value from 20 to 300 expected, got \"1767225600000,600\"")]
    [InlineData("time,bpm\n1767225602000,60\n1767225601000,60", "line 3: a time not before the line above expected")]
    [InlineData("time,rr_ms\n1767225602000,20", "line 2: a time and a value from 200 to 3000 expected")]
    [InlineData("time,bpm\n1667225602000,60", "no whole window of 8 s in common with the recording")]
    [InlineData("", "line 1: time,bpm or time,rr_ms expected")]
    public void A_reference_that_is_not_understood_names_file_line_and_rule(string csv, string problem)
    {
        string info = Recorded(seconds: 10);
        string file = Path.Combine(_folder, "strap.csv");
        File.WriteAllText(file, csv);
        string message = Assert.Throws<ReferenceException>(() => ReferenceFile.Attach(info, file)).Message;
        Assert.StartsWith(file, message, StringComparison.Ordinal);
        Assert.Contains(problem, message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.ChangeExtension(info, ".hr")));
    }

    private static RawPulseMessage Message(int index, long firstMs, int count)
    {
        RawPulseMessage message = new() { Index = index, FirstMs = firstMs, RateMilliHz = 50_000, Led = 0x1F, Count = count, TimestampMs = 1 };
        Array.Fill(message.Samples, 100_000);
        return message;
    }

    private string Recorded(int seconds)
    {
        File.WriteAllText(Path.Combine(_folder, "r.json"), $$"""{"set":"own","kind":"finger","n":{{seconds * 100}},"ch":1,"fs":100,"start":1767225600000}""");
        return Path.Combine(_folder, "r.json");
    }

    private string Csv(string head, IEnumerable<(long AtMs, double Value)> readings)
    {
        string file = Path.Combine(_folder, "strap.csv");
        File.WriteAllLines(file, [head, .. readings.Select(r => FormattableString.Invariant($"{1767225600000 + r.AtMs},{r.Value}"))]);
        return file;
    }

    /// <summary>The device's own reporter on the register-level sensor, its messages read by the contract's reader.</summary>
    private sealed class Rig : IMessageLink
    {
        private readonly VirtualClock _clock = new();
        private readonly HeartMonitor _monitor;
        private readonly RawReporter _reporter;
        private readonly WireReader _reader = new();
        private readonly Dictionary<long, int> _perSecond = [];

        public Rig(IPulseSource source, int clockErrorPpm, int streamMs = RawPulseMessage.MaxMs)
        {
            _monitor = new HeartMonitor(new FakeMax30102(_clock, source) { ClockErrorPpm = clockErrorPpm }, _clock);
            _reporter = new RawReporter(_monitor, new EventPublisher(this, _clock, 7), _clock, "tele/raw");
            _reporter.StreamFor(streamMs);
        }

        public RawRecording Recording { get; } = new();

        public HashSet<int> Currents { get; } = [];

        public int MostMessagesASecond => _perSecond.Values.Max();

        public LinkState State => LinkState.Up;

        public string LastError => "";

        public void Run(double seconds)
        {
            long until = _clock.UptimeMs + (long)(seconds * 1000);
            while (_clock.UptimeMs < until)
            {
                _clock.Sleep(LoopMs);
                _monitor.Step();
                _reporter.Step();
            }
        }

        public bool TryPublish(string topic, byte[] payload, int length, int qos, bool retain, int ticket)
        {
            Assert.False(retain);
            RawPulseMessage message = new();
            _reader.Load(topic, payload, length);
            message.Read(_reader);
            Recording.Take(message, 0);
            Currents.Add(message.Led);
            _perSecond[_clock.UptimeMs / 1000] = _perSecond.GetValueOrDefault(_clock.UptimeMs / 1000) + 1;
            return true;
        }

        public bool TryTakeDelivered(out int ticket)
        {
            ticket = 0;
            return false; // nothing here has QoS 1
        }

        public int DroppedInbound => 0;

        public void BeginConnect(LinkOptions options) => throw new NotSupportedException();

        public void Disconnect() => throw new NotSupportedException();

        public bool TryReceive(LinkMessage message) => false;
    }
}
