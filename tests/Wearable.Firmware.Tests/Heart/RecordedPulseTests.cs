using Wearable.Simulator.Pulse;

namespace Wearable.Firmware.Tests.Heart;

/// <summary>A recording plays as it lies on disk; a damaged one is refused with its name, what came and what was wanted.</summary>
public sealed class RecordedPulseTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pulse-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Channels_are_taken_apart_and_nobody_is_there_after_the_end()
    {
        string file = Write([1, 2, 3, 4], """{"set":"s","kind":"wrist","n":2,"ch":2,"fs":100}""");
        RecordedPulse pulse = RecordedPulse.Load(file, channel: 1);
        Assert.Equal([2, 4, 0], new[] { pulse.Next(), pulse.Next(), pulse.Next() });
        Assert.True(pulse.Ended);
        RecordedPulse loop = RecordedPulse.Load(file, channel: 0, loop: true);
        Assert.Equal([1, 3, 1], new[] { loop.Next(), loop.Next(), loop.Next() });
    }

    [Theory]
    [InlineData("""{"set":"s","kind":"wrist","n":3,"ch":2,"fs":100}""", 0, "24 bytes expected")]
    [InlineData("""{"set":"s","kind":"wrist","n":2,"ch":2,"fs":125}""", 0, "got fs 125")]
    [InlineData("""{"set":"s","n":2}""", 0, "object with set, kind, n, ch, fs expected")]
    [InlineData("not json", 0, "object with set, kind, n, ch, fs expected")]
    [InlineData("""{"set":"s","kind":"wrist","n":2,"ch":2,"fs":100}""", 2, "channel 2 wanted, it has 2")]
    public void A_wrong_one_is_refused(string info, int channel, string message)
    {
        string file = Write([1, 2, 3, 4], info);
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => RecordedPulse.Load(file, channel));
        Assert.Contains(message, error.Message);
        Assert.Contains("rec.", error.Message);
    }

    [Fact]
    public void A_missing_one_is_named()
    {
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => RecordedPulse.Load(Path.Combine(_folder, "none.i32")));
        Assert.Contains("none.i32: not found", error.Message);
    }

    private string Write(int[] samples, string info)
    {
        string file = Path.Combine(_folder, "rec.i32");
        File.WriteAllBytes(file, [.. samples.SelectMany(BitConverter.GetBytes)]);
        File.WriteAllText(Path.ChangeExtension(file, ".json"), info);
        return file;
    }
}
