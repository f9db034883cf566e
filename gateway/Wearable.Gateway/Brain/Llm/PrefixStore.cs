using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Wearable.Gateway.Brain.Llm;

/// <summary>
/// Keeps what a model computed of its prompt prefix (persona, rules, tools) on disk, so that a restart does not compute it again. A file is
/// named by model and prefix; one that is damaged or of another model is ignored and written anew.
/// </summary>
/// <param name="folder">Folder of the files; made when absent.</param>
/// <param name="modelFingerprint">Names the model, see <see cref="ModelFolder.Fingerprint"/>.</param>
public sealed class PrefixStore(string folder, string modelFingerprint)
{
    private const int MaxFiles = 8; // older prefixes are erased: a persona that was edited is not used again
    private static readonly byte[] Magic = "WKV1"u8.ToArray();

    /// <summary>Where a prefix is or will be.</summary>
    public string PathOf(ReadOnlySpan<int> prefix)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(System.Text.Encoding.UTF8.GetBytes(modelFingerprint));
        hash.AppendData(MemoryMarshal.AsBytes(prefix));
        return Path.Combine(folder, Convert.ToHexStringLower(hash.GetHashAndReset())[..32] + ".kv");
    }

    /// <summary>Puts a stored prefix into the model.</summary>
    /// <returns>False when there is none, or none that can be used.</returns>
    public bool TryRestore(DecoderModel model, ReadOnlySpan<int> prefix)
    {
        byte[] file;
        try
        {
            file = File.ReadAllBytes(PathOf(prefix));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }

        // Magic, tokens, then the cache, then the SHA-256 of all before it.
        int body = Magic.Length + 4, bytes = model.BytesPerToken * prefix.Length;
        if (file.Length != body + bytes + SHA256.HashSizeInBytes
            || !file.AsSpan(0, Magic.Length).SequenceEqual(Magic)
            || BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(Magic.Length)) != prefix.Length
            || !SHA256.HashData(file.AsSpan(0, body + bytes)).AsSpan().SequenceEqual(file.AsSpan(body + bytes)))
        {
            return false;
        }

        using MemoryStream stream = new(file, body, bytes);
        model.Restore(stream, prefix);
        return true;
    }

    /// <summary>Stores the prefix that the model has read; what the disk refuses is only slower next time.</summary>
    /// <returns>False when it could not be written.</returns>
    public bool TrySave(DecoderModel model, ReadOnlySpan<int> prefix)
    {
        string path = PathOf(prefix), partial = path + ".partial";
        try
        {
            Directory.CreateDirectory(folder);
            using MemoryStream body = new();
            body.Write(Magic);
            Span<byte> count = stackalloc byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(count, prefix.Length);
            body.Write(count);
            model.Save(body, prefix.Length);
            body.Write(SHA256.HashData(body.GetBuffer().AsSpan(0, (int)body.Length)));
            FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite; // the persona may name a child
            }

            using (FileStream stream = new(partial, options))
            {
                body.WriteTo(stream);
            }

            File.Move(partial, path, overwrite: true);
            foreach (FileInfo old in new DirectoryInfo(folder).GetFiles("*.kv").OrderByDescending(f => f.LastWriteTimeUtc).Skip(MaxFiles))
            {
                old.Delete();
            }

            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
