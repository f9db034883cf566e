using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Wearable.Simulator.Microphone;

/// <summary>A WAV file is not what the wearable hears. The message names the file, what came and what was wanted.</summary>
public sealed class WavException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Reads and writes WAV files as the wearable hears sound: 16 kHz, mono, 16-bit PCM. Nothing is converted: a file
/// of another kind is refused, because a silent resampling would change what is measured.</summary>
public static class WavFile
{
    public const int SampleRateHz = 16000;

    private const int HeaderBytes = 44;
    private const int FormatPcm = 1, FormatExtensible = 0xFFFE;
    private const string Wanted = "16000 Hz, mono, 16-bit PCM wanted";

    /// <summary>Reads a file.</summary>
    /// <returns>int16 samples, mono, 16 kHz.</returns>
    /// <exception cref="WavException">The file cannot be opened, is of another format or is truncated.</exception>
    public static short[] Read(string path)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new WavException($"{path}: cannot be read ({e.Message})", e);
        }

        return Parse(bytes, path);
    }

    /// <summary>Reads a file's content.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="name">Names the file in messages.</param>
    /// <exception cref="WavException">Another format, or truncated.</exception>
    public static short[] Parse(ReadOnlySpan<byte> bytes, string name)
    {
        if (bytes.Length < 12 || !bytes[..4].SequenceEqual("RIFF"u8) || !bytes[8..12].SequenceEqual("WAVE"u8))
        {
            throw new WavException($"{name}: not a WAV file ({bytes.Length} bytes without a RIFF/WAVE header); {Wanted}");
        }

        bool formatSeen = false;
        int at = 12;
        while (at + 8 <= bytes.Length)
        {
            ReadOnlySpan<byte> id = bytes.Slice(at, 4);
            uint size = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + 4)..]);
            ReadOnlySpan<byte> rest = bytes[(at + 8)..];
            if (id.SequenceEqual("data"u8))
            {
                return formatSeen ? Samples(rest, size, name)
                    : throw new WavException($"{name}: sound before its format (no 'fmt ' chunk before 'data'); {Wanted}");
            }

            if (size > rest.Length)
            {
                throw new WavException($"{name}: truncated: a chunk of {size} bytes announced, got {rest.Length}");
            }

            if (id.SequenceEqual("fmt "u8))
            {
                CheckFormat(rest[..(int)size], name);
                formatSeen = true;
            }

            at += 8 + (int)size + (int)(size & 1); // Chunks start at even positions.
            if (at < 0)
            {
                break;
            }
        }

        throw new WavException($"{name}: truncated: no 'data' chunk in {bytes.Length} bytes; {Wanted}");
    }

    /// <summary>Writes a file, replacing an existing one.</summary>
    /// <param name="samples">int16, mono, 16 kHz.</param>
    public static void Write(string path, ReadOnlySpan<short> samples) => File.WriteAllBytes(path, ToBytes(samples));

    /// <summary>A whole WAV file in memory.</summary>
    /// <param name="samples">int16, mono, 16 kHz.</param>
    public static byte[] ToBytes(ReadOnlySpan<short> samples)
    {
        int dataBytes = samples.Length * 2;
        var file = new byte[HeaderBytes + dataBytes];
        Span<byte> to = file;
        "RIFF"u8.CopyTo(to);
        BinaryPrimitives.WriteInt32LittleEndian(to[4..], HeaderBytes - 8 + dataBytes);
        "WAVEfmt "u8.CopyTo(to[8..]);
        BinaryPrimitives.WriteInt32LittleEndian(to[16..], 16);
        BinaryPrimitives.WriteInt16LittleEndian(to[20..], FormatPcm);
        BinaryPrimitives.WriteInt16LittleEndian(to[22..], 1);
        BinaryPrimitives.WriteInt32LittleEndian(to[24..], SampleRateHz);
        BinaryPrimitives.WriteInt32LittleEndian(to[28..], SampleRateHz * 2);
        BinaryPrimitives.WriteInt16LittleEndian(to[32..], 2);
        BinaryPrimitives.WriteInt16LittleEndian(to[34..], 16);
        "data"u8.CopyTo(to[36..]);
        BinaryPrimitives.WriteInt32LittleEndian(to[40..], dataBytes);
        for (int i = 0; i < samples.Length; i++)
        {
            BinaryPrimitives.WriteInt16LittleEndian(to[(HeaderBytes + 2 * i)..], samples[i]);
        }

        return file;
    }

    private static void CheckFormat(ReadOnlySpan<byte> format, string name)
    {
        if (format.Length < 16)
        {
            throw new WavException($"{name}: truncated: a format of at least 16 bytes expected, got {format.Length}");
        }

        int tag = BinaryPrimitives.ReadUInt16LittleEndian(format);
        int channels = BinaryPrimitives.ReadUInt16LittleEndian(format[2..]);
        uint rateHz = BinaryPrimitives.ReadUInt32LittleEndian(format[4..]);
        int bits = BinaryPrimitives.ReadUInt16LittleEndian(format[14..]);
        if (tag == FormatExtensible && format.Length >= 26)
        {
            tag = BinaryPrimitives.ReadUInt16LittleEndian(format[24..]); // The sub-format's first two bytes are the old tag.
        }

        if (tag != FormatPcm || channels != 1 || rateHz != SampleRateHz || bits != 16)
        {
            string coding = tag switch { FormatPcm => "PCM", 3 => "float", 6 => "A-law", 7 => "mu-law", _ => $"coding {tag}" };
            string mono = channels == 1 ? "mono" : $"{channels} channels";
            throw new WavException($"{name}: {rateHz} Hz, {mono}, {bits}-bit {coding} came; {Wanted} (convert with: ffmpeg -i IN -ar 16000 -ac 1 -c:a pcm_s16le OUT.wav)");
        }
    }

    private static short[] Samples(ReadOnlySpan<byte> rest, uint size, string name)
    {
        if (size > rest.Length || (size & 1) != 0)
        {
            throw new WavException($"{name}: truncated: {size} bytes of sound announced (an even number wanted), got {rest.Length}");
        }

        var samples = new short[size / 2];
        if (BitConverter.IsLittleEndian)
        {
            rest[..(int)size].CopyTo(MemoryMarshal.AsBytes(samples.AsSpan()));
            return samples;
        }

        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] = BinaryPrimitives.ReadInt16LittleEndian(rest[(2 * i)..]);
        }

        return samples;
    }
}
