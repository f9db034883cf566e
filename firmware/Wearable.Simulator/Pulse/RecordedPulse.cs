using System.Buffers.Binary;
using System.Text.Json;

namespace Wearable.Simulator.Pulse;

/// <summary>
/// A recording: NAME.i32 (little-endian int32 counts, channels interleaved) beside NAME.json (<c>n</c> frames, <c>ch</c> channels,
/// <c>fs</c> frames a second). The first channel is the pulse. Past its end the recording starts over.
/// </summary>
public sealed class RecordedPulse : IPulseSource
{
    private readonly int[] _counts;
    private readonly double _rateHz;

    private RecordedPulse(int[] counts, double rateHz)
    {
        _counts = counts;
        _rateHz = rateHz;
    }

    /// <summary>Length in seconds.</summary>
    public double Seconds => _counts.Length / _rateHz;

    /// <summary>Reads a recording.</summary>
    /// <param name="path">The .i32 file.</param>
    /// <exception cref="InvalidDataException">Missing, truncated or described wrongly; the message names the file, what was wanted and what came.</exception>
    public static RecordedPulse Read(string path)
    {
        string description = Path.ChangeExtension(path, ".json");
        foreach (string file in new[] { path, description })
        {
            if (!File.Exists(file))
            {
                throw new InvalidDataException($"{file}: pulse recording expected, no such file");
            }
        }

        (int frames, int channels, double rateHz) = Describe(description);
        byte[] bytes = File.ReadAllBytes(path);
        long wanted = 4L * frames * channels;
        if (bytes.Length != wanted)
        {
            throw new InvalidDataException($"{path}: {wanted} bytes expected ({frames} frames of {channels} channels, int32), got {bytes.Length}");
        }

        int[] counts = new int[frames];
        for (int i = 0; i < frames; i++)
        {
            counts[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(4 * i * channels));
        }

        return new RecordedPulse(counts, rateHz);
    }

    /// <inheritdoc/>
    public double InfraredCounts(double seconds)
    {
        long frame = (long)(seconds * _rateHz);
        return _counts[(int)(frame % _counts.Length)];
    }

    private static (int Frames, int Channels, double RateHz) Describe(string file)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(file));
            JsonElement root = json.RootElement;
            int frames = root.GetProperty("n").GetInt32();
            int channels = root.GetProperty("ch").GetInt32();
            double rateHz = root.GetProperty("fs").GetDouble();
            if (frames < 1 || channels < 1 || channels > 16 || rateHz is <= 0 or > 10000)
            {
                throw new InvalidDataException($"{file}: n and ch of at least 1 and fs up to 10000 expected, got n {frames}, ch {channels}, fs {rateHz}");
            }

            return (frames, channels, rateHz);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"{file}: {{\"n\":frames,\"ch\":channels,\"fs\":rate}} expected, {e.Message}");
        }
    }
}
