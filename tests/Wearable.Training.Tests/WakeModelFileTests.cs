using Wearable.Firmware.Board;
using Wearable.Firmware.Voice;

namespace Wearable.Training.Tests;

/// <summary>A model as bytes: written here, read by the device.</summary>
public class WakeModelFileTests
{
    private readonly WakeModel _shipped = WakeModelShipped.Create();
    private readonly Storage _storage = new();

    [Fact]
    public void A_model_read_back_is_the_same()
    {
        byte[] file = ModelFile.Write(_shipped);
        Assert.InRange(file.Length, 4000, WakeModelFile.MostBytes);
        WakeModel read = WakeModelFile.Read(file, file.Length);
        Assert.Equal(file, ModelFile.Write(read));
        Assert.Equal((_shipped.Version, "computer", "view glass"), (read.Version, read.Words[0], read.Words[1]));
        Assert.Equal(_shipped.Thresholds, read.Thresholds);
        Assert.Equal(_shipped.MixBias[3], read.MixBias[3]);
        Assert.Equal(_shipped.HeadWeights, read.HeadWeights);
    }

    [Fact]
    public void A_file_from_before_columns_had_a_spacing_is_read_with_one()
    {
        _shipped.DepthSpacing = [1, 1, 1, 1];
        byte[] file = ModelFile.Write(_shipped);
        int at = SpacingAt(_shipped);
        byte[] old = Sealed([.. file[..at], .. file[(at + 4)..]]);
        old[3] = (byte)'1';
        Assert.Equal(file, ModelFile.Write(WakeModelFile.Read(old, old.Length)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(200)]
    public void A_spacing_out_of_range_is_refused(byte spacing)
    {
        byte[] file = ModelFile.Write(_shipped);
        file[SpacingAt(_shipped) + 2] = spacing;
        Assert.Equal($"wake model, depth spacing: 1 to 4 expected, got {(sbyte)spacing}", Assert.Throws<ArgumentException>(() => WakeModelFile.Read(Sealed(file), file.Length)).Message);
    }

    // Head, two counts, the texts, the front.
    private static int SpacingAt(WakeModel model) =>
        WakeModelFile.HeadBytes + 2 + 1 + model.Version.Length + model.Words.Sum(w => w.Length + 2) + 2 * WakeModel.Channels * WakeModel.Channels + 5 * WakeModel.Channels;

    private static byte[] Sealed(byte[] file)
    {
        BitConverter.TryWriteBytes(file.AsSpan(4), file.Length);
        BitConverter.TryWriteBytes(file.AsSpan(8), WakeModelFile.Checksum(file, file.Length));
        return file;
    }

    [Fact]
    public void The_checksum_is_that_of_zip_files() =>
        Assert.Equal(unchecked((int)0xCBF43926), WakeModelFile.Checksum([.. new byte[12], .. "123456789"u8], 21));

    [Fact]
    public void Every_damaged_file_is_refused_with_a_sentence()
    {
        byte[] file = ModelFile.Write(_shipped);
        Random random = new(1);
        for (int i = 0; i < 20000; i++)
        {
            byte[] damaged = (byte[])file.Clone();
            int length = i % 3 == 0 ? random.Next(file.Length) : file.Length;
            int at = random.Next(i % 2 == 0 ? 64 : file.Length);
            damaged[at] ^= (byte)random.Next(1, 256);
            if (i % 5 == 0)
            {
                // An attacker's file: the checksum and the length fit.
                BitConverter.TryWriteBytes(damaged.AsSpan(4), length);
                BitConverter.TryWriteBytes(damaged.AsSpan(8), length < 12 ? 0 : WakeModelFile.Checksum(damaged, length));
            }

            try
            {
                WakeModel read = WakeModelFile.Read(damaged, length);
                Assert.True(i % 5 == 0, "a damaged file was taken");
                WakeModelCheck.Throw(read);
            }
            catch (ArgumentException e)
            {
                Assert.StartsWith("wake model", e.Message);
            }
        }
    }

    [Fact]
    public void A_model_of_too_many_words_is_not_written()
    {
        _shipped.Words = ["a", "b", "c", "d", "e"];
        _shipped.Thresholds = [1, 2, 3, 4, 5];
        _shipped.HeadWeights = new sbyte[5 * WakeModel.Channels];
        _shipped.HeadBias = new int[5];
        _shipped.HeadShift = new sbyte[5];
        Assert.Contains("words: 1 to 4 expected, got 5", Assert.Throws<ArgumentException>(() => ModelFile.Write(_shipped)).Message);
    }

    [Fact]
    public void A_kept_model_is_used_and_the_same_one_is_not_kept_twice()
    {
        WakeModelStore store = new(_storage);
        Assert.Equal(_shipped.Version, store.Load().Version);
        _shipped.Version = "own-1";
        byte[] file = ModelFile.Write(_shipped);
        Assert.True(store.Take(file, file.Length));
        Assert.False(store.Take(file, file.Length));
        Assert.Equal("own-1", new WakeModelStore(_storage).Load().Version);
        Assert.True(store.Take([], 0));
        Assert.False(store.Take([], 0));
        Assert.NotEqual("own-1", store.Load().Version);
    }

    [Fact]
    public void A_bad_model_leaves_the_kept_one()
    {
        WakeModelStore store = new(_storage);
        _shipped.Version = "own-1";
        byte[] file = ModelFile.Write(_shipped);
        store.Take(file, file.Length);
        file[9]++;
        Assert.Contains("checksum", Assert.Throws<ArgumentException>(() => store.Take(file, file.Length)).Message);
        Assert.Equal("own-1", store.Load().Version);
        Assert.Equal("", store.Problem);
    }

    [Fact]
    public void A_damaged_kept_model_is_told_and_removed_and_the_shipped_one_heard_with()
    {
        _storage.Write(WakeModelStore.FileName, new byte[100]);
        WakeModelStore store = new(_storage);
        Assert.Equal(_shipped.Version, store.Load().Version);
        Assert.Contains("WWM2 or WWM1 expected", store.Problem);
        Assert.Null(_storage.Read(WakeModelStore.FileName));
    }

    private sealed class Storage : IStorage
    {
        private readonly Dictionary<string, byte[]> _files = [];

        public byte[]? Read(string name) => _files.GetValueOrDefault(name);

        public void Write(string name, byte[] content) => _files[name] = content;

        public void Delete(string name) => _files.Remove(name);
    }
}
