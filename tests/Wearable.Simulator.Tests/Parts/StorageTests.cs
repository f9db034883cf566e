using Wearable.Firmware.Board;
using Wearable.Simulator.Parts;

namespace Wearable.Simulator.Tests.Parts;

public sealed class StorageTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "wearable-" + Guid.NewGuid().ToString("N"));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_file_is_read_as_written_until_it_is_deleted(bool onDisk)
    {
        IStorage storage = onDisk ? new FolderStorage(_folder) : new MemoryStorage();
        Assert.Null(storage.Read("settings"));
        byte[] content = [1, 2, 3];
        storage.Write("settings", content);
        content[0] = 9;
        Assert.Equal([1, 2, 3], storage.Read("settings"));
        storage.Write("settings", [4]);
        Assert.Equal([4], storage.Read("settings"));
        storage.Delete("settings");
        storage.Delete("settings");
        Assert.Null(storage.Read("settings"));
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("a/b")]
    [InlineData("")]
    public void A_name_cannot_leave_the_folder(string name)
    {
        Assert.Throws<ArgumentException>(() => new FolderStorage(_folder).Write(name, [1]));
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }
}
