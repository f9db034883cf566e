using Wearable.Firmware.Voice;

namespace Wearable.Training;

/// <summary>One stretch of rows. WordTo is the row after the word; 0 when the word is not in it.</summary>
/// <param name="Group">Speaker group of the voice ("tts" for synthetic ones, empty for background).</param>
/// <param name="Parts">Bit p: sound of the p-th fifth of the background streams is in it.</param>
public sealed record Segment(string Group, int Parts, int WordFrom, int WordTo, sbyte[] Rows)
{
    /// <summary>Which of the words, when one is in it.</summary>
    public int Word { get; init; }

    /// <summary>Bit w: whether word w is in it is known. Someone else's clips are "other words" to one bank and perhaps the word of another.</summary>
    public int Known { get; init; } = -1;

    /// <summary>Rows in it.</summary>
    public int Count => Rows.Length / WakeFeatures.Bands;

    /// <summary>True when the word is in it.</summary>
    public bool HasWord => WordTo > 0;
}

/// <summary>Everything a training run reads: made once by `prepare`, one file.</summary>
public static class FeatureBank
{
    private const int Mark = 0x4B415731;

    /// <summary>Writes all segments.</summary>
    public static void Write(string path, IReadOnlyList<Segment> segments)
    {
        using BinaryWriter w = new(File.Create(path));
        w.Write(Mark);
        w.Write(segments.Count);
        foreach (Segment s in segments)
        {
            w.Write(s.Group);
            w.Write(s.Parts);
            w.Write(s.WordFrom);
            w.Write(s.WordTo);
            w.Write(s.Rows.Length);
            w.Write((byte[])(Array)s.Rows);
        }
    }

    /// <summary>Reads the banks of several words, one file each.</summary>
    /// <exception cref="InvalidDataException">Not a bank.</exception>
    public static List<Segment> Read(string[] paths) =>
    [
        .. paths.SelectMany((path, word) => Read(path).Select(s => s with { Word = word, Known = s.HasWord || s.Group.Length == 0 ? -1 : 1 << word })),
    ];

    /// <summary>Reads all segments.</summary>
    /// <exception cref="InvalidDataException">Not a bank.</exception>
    public static List<Segment> Read(string path)
    {
        using BinaryReader r = new(File.OpenRead(path));
        if (r.ReadInt32() != Mark)
        {
            throw new InvalidDataException($"{path}: not a feature bank of this version; run prepare again");
        }

        int count = r.ReadInt32();
        List<Segment> segments = new(count);
        for (int i = 0; i < count; i++)
        {
            string group = r.ReadString();
            int parts = r.ReadInt32(), from = r.ReadInt32(), to = r.ReadInt32();
            segments.Add(new Segment(group, parts, from, to, (sbyte[])(Array)r.ReadBytes(r.ReadInt32())));
        }

        return segments;
    }
}
