using System.Buffers.Binary;
using System.Text.Json;

namespace Wearable.Simulator.Pulse;

/// <summary>A recording: <c>NAME.i32</c> (little-endian int32, channels interleaved, 100 Hz) beside <c>NAME.json</c> (set, kind, n, ch, fs). After its end nobody is there, unless it is played in a loop.</summary>
public sealed class RecordedPulse : IPulseSource
{
    private readonly int[] _samples;
    private readonly int _channel;
    private int _next;

    private RecordedPulse(string name, string set, string kind, int channels, int channel, int[] samples)
    {
        Name = name;
        Set = set;
        Kind = kind;
        Channels = channels;
        _channel = channel;
        _samples = samples;
    }

    /// <summary>File name without ending.</summary>
    public string Name { get; }

    /// <summary>Data set it belongs to.</summary>
    public string Set { get; }

    /// <summary><c>finger</c> or <c>wrist</c>.</summary>
    public string Kind { get; }

    /// <summary>Channels in the file.</summary>
    public int Channels { get; }

    /// <summary>Instants in the file, 100 a second.</summary>
    public int Length => _samples.Length / Channels;

    /// <summary>True: starts again at the end.</summary>
    public bool Loop { get; init; }

    /// <summary>True after the last instant was taken.</summary>
    public bool Ended => !Loop && _next >= Length;

    /// <summary>Reads a recording.</summary>
    /// <param name="waveFile">The .i32 file; its .json lies beside it.</param>
    /// <param name="channel">Which channel is the pulse.</param>
    /// <param name="loop">True: starts again at the end.</param>
    /// <exception cref="InvalidDataException">A file is missing, cut or not of this format; the message names it.</exception>
    public static RecordedPulse Load(string waveFile, int channel = 0, bool loop = false)
    {
        string infoFile = Path.ChangeExtension(waveFile, ".json");
        foreach (string file in new[] { waveFile, infoFile })
        {
            if (!File.Exists(file))
            {
                throw new InvalidDataException($"pulse recording {file}: not found");
            }
        }

        Info info = ReadInfo(infoFile);
        if (channel < 0 || channel >= info.Channels)
        {
            throw new InvalidDataException($"pulse recording {infoFile}: channel {channel} wanted, it has {info.Channels}");
        }

        byte[] bytes = File.ReadAllBytes(waveFile);
        long wanted = 4L * info.Count * info.Channels;
        if (bytes.Length != wanted)
        {
            throw new InvalidDataException($"pulse recording {waveFile}: {wanted} bytes expected ({info.Count} instants of {info.Channels} channels), got {bytes.Length}");
        }

        int[] samples = new int[info.Count * info.Channels];
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(4 * i));
        }

        return new RecordedPulse(Path.GetFileNameWithoutExtension(waveFile), info.Set, info.Kind, info.Channels, channel, samples) { Loop = loop };
    }

    /// <inheritdoc/>
    public double Next()
    {
        if (_next >= Length)
        {
            if (!Loop)
            {
                return 0;
            }

            _next = 0;
        }

        return _samples[_next++ * Channels + _channel];
    }

    private static Info ReadInfo(string file)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
            JsonElement root = document.RootElement;
            Info info = new(root.GetProperty("set").GetString() ?? "", root.GetProperty("kind").GetString() ?? "", root.GetProperty("n").GetInt32(), root.GetProperty("ch").GetInt32());
            int rate = root.GetProperty("fs").GetInt32();
            if (rate != IPulseSource.RateHz || info.Count < 1 || info.Channels is < 1 or > 16)
            {
                throw new InvalidDataException($"pulse recording {file}: fs {IPulseSource.RateHz}, n >= 1, ch 1 to 16 expected, got fs {rate}, n {info.Count}, ch {info.Channels}");
            }

            return info;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"pulse recording {file}: object with set, kind, n, ch, fs expected: {e.Message}", e);
        }
    }

    private sealed record Info(string Set, string Kind, int Count, int Channels);
}
