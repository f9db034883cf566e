using System.Reflection;
using System.Runtime.Loader;
using Mono.Cecil;

namespace Wearable.Meter;

/// <summary>
/// Loads second copies of the Wearable assemblies, those of the chip instrumented, beside the plain ones of this process. Code that runs in
/// here (start it through <see cref="Load"/> and reflection) runs the same classes and is counted.
/// </summary>
public sealed class MeteredContext : AssemblyLoadContext, IDisposable
{
    private static readonly string[] Chip = ["Wearable.Contract", "Wearable.Firmware"];

    private readonly string _source;
    private readonly string _folder = Directory.CreateTempSubdirectory("wearable-meter-").FullName;

    /// <summary>Makes the copies.</summary>
    /// <param name="source">Folder with the compiled assemblies.</param>
    /// <param name="change">Changes each chip assembly before it is instrumented; null: none. For tests that show the meter bites.</param>
    public MeteredContext(string source, Action<AssemblyDefinition>? change = null)
        : base("metered", isCollectible: false)
    {
        _source = source;
        foreach (string name in Chip)
        {
            Instrumenter.Instrument(Path.Combine(source, name + ".dll"), Path.Combine(_folder, name + ".dll"), change);
        }
    }

    /// <summary>The metered copy of one of our assemblies.</summary>
    public Assembly Load(string simpleName) => LoadFromAssemblyName(new AssemblyName(simpleName));

    /// <summary>Loads the instrumented copies now: what was loaded stays when the copies are removed from disk.</summary>
    public void LoadChip()
    {
        foreach (string name in Chip)
        {
            Load(name);
        }
    }

    /// <summary>Removes the copies from disk where the system lets go of them.</summary>
    public void Dispose()
    {
        try
        {
            Directory.Delete(_folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Windows keeps loaded files open; they lie in the temporary folder.
        }
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        string name = assemblyName.Name ?? "";
        if (Chip.Contains(name))
        {
            return LoadFromAssemblyPath(Path.Combine(_folder, name + ".dll"));
        }

        // The counters must be one and the same inside and outside.
        string path = Path.Combine(_source, name + ".dll");
        bool copy = name.StartsWith("Wearable.", StringComparison.Ordinal) && name != "Wearable.Meter" && File.Exists(path);
        return copy ? LoadFromAssemblyPath(path) : null;
    }
}
