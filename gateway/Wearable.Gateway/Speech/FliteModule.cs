using System.Security.Cryptography;
using Wasmtime;

namespace Wearable.Gateway.Speech;

/// <summary>Flite's WebAssembly module as machine code. Compiling takes over a second, so the result is kept on disk, next
/// to its own checksum: the runtime trusts such a file blindly.</summary>
internal static class FliteModule
{
    /// <summary>Loads the compiled module, compiling and keeping it where there is none for this processor and runtime.</summary>
    /// <param name="engine">The engine it is for.</param>
    /// <param name="wasmPath">The verified <c>flite</c> file.</param>
    /// <param name="compiledFolder">Where compiled code is kept; null or not writable: compiled anew each time.</param>
    public static Module Load(Engine engine, string wasmPath, string? compiledFolder)
    {
        if (compiledFolder is null)
        {
            return Module.FromFile(engine, wasmPath);
        }

        string path = Path.Combine(compiledFolder, $"flite-{Key(wasmPath)}.cwasm");
        if (Kept(engine, path) is { } kept)
        {
            return kept;
        }

        Module module = Module.FromFile(engine, wasmPath);
        Keep(module, path);
        return module;
    }

    private static Module? Kept(Engine engine, string path)
    {
        try
        {
            if (!File.Exists(path) || File.ReadAllText(path + ".sha256") != Checksum(path))
            {
                return null;
            }

            return Module.DeserializeFile(engine, "flite", path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or WasmtimeException)
        {
            return null; // Unreadable, or made for another processor: compile.
        }
    }

    private static void Keep(Module module, string path)
    {
        string unique = $"{path}.{Environment.ProcessId}.{Guid.NewGuid():N}";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(unique, module.Serialize());
            string checksum = Checksum(unique);
            File.Move(unique, path, overwrite: true);
            File.WriteAllText(path + ".sha256", checksum);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full or read-only disk costs the next start a second; speech itself works.
        }
    }

    // The compiled form depends on the module, the runtime's version and the processor's kind.
    private static string Key(string wasmPath) =>
        $"{new FileInfo(wasmPath).Length}-{typeof(Engine).Assembly.GetName().Version}-{System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier}";

    private static string Checksum(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
