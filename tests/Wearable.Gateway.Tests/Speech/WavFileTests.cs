using System.Buffers.Binary;
using Wearable.Simulator.Microphone;

namespace Wearable.Gateway.Tests.Speech;

public sealed class WavFileTests : IDisposable
{
    private static readonly short[] Sound = [0, 1, -1, short.MaxValue, short.MinValue, 12345];

    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void What_is_written_is_read_back()
    {
        WavFile.Write(_path, Sound);
        Assert.Equal(Sound, WavFile.Read(_path));
        Assert.Equal(44 + 12, new FileInfo(_path).Length);
    }

    [Fact]
    public void Extra_chunks_are_skipped()
    {
        byte[] plain = WavFile.ToBytes(Sound);
        byte[] list = [.. "LIST"u8, 3, 0, 0, 0, 1, 2, 3, 0]; // an odd size is padded
        Assert.Equal(Sound, WavFile.Parse([.. plain[..36], .. list, .. plain[36..]], "listed.wav"));
    }

    [Theory]
    [InlineData(22, 2, "16000 Hz, 2 channels, 16-bit PCM came")]
    [InlineData(24, 8000, "8000 Hz, mono, 16-bit PCM came")]
    [InlineData(34, 8, "16000 Hz, mono, 8-bit PCM came")]
    [InlineData(20, 3, "16000 Hz, mono, 16-bit float came")]
    public void Other_formats_are_refused_by_name(int at, short value, string came) => Refuses(bytes =>
    {
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(at), value);
        return bytes;
    }, came, "16000 Hz, mono, 16-bit PCM wanted");

    [Fact]
    public void Truncated_sound_is_refused() => Refuses(bytes => bytes[..^5], "truncated: 12 bytes of sound announced", "got 7");

    [Fact]
    public void Truncated_header_is_refused() => Refuses(bytes => bytes[..30], "truncated");

    [Fact]
    public void File_without_sound_is_refused() => Refuses(bytes => bytes[..36], "truncated: no 'data' chunk");

    [Fact]
    public void Other_files_are_refused() => Refuses(_ => "ID3 this is an mp3"u8.ToArray(), "not a WAV file");

    [Fact]
    public void Empty_file_is_refused() => Refuses(_ => [], "not a WAV file");

    [Fact]
    public void Huge_announced_chunk_is_refused() => Refuses(bytes =>
    {
        "JUNK"u8.CopyTo(bytes.AsSpan(12));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(16), uint.MaxValue);
        return bytes;
    }, "truncated: a chunk of 4294967295 bytes announced");

    [Fact]
    public void Missing_file_is_named() =>
        Assert.StartsWith("/nowhere/x.wav: cannot be read", Assert.Throws<WavException>(() => WavFile.Read("/nowhere/x.wav")).Message);

    private void Refuses(Func<byte[], byte[]> spoil, params string[] parts)
    {
        File.WriteAllBytes(_path, spoil(WavFile.ToBytes(Sound)));
        string message = Assert.Throws<WavException>(() => WavFile.Read(_path)).Message;
        Assert.StartsWith(_path, message);
        Assert.All(parts, part => Assert.Contains(part, message));
    }
}
