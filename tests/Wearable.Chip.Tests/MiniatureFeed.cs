using System.IO.Compression;
using System.Text;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Mono.Cecil;

namespace Wearable.Chip.Tests;

/// <summary>
/// A folder of NuGet packages with the ids, versions and file names of the real ones and nothing real inside: the first assembly has the
/// signatures of the API lists, the others are empty, each PE file is a line of text, and the metadata processor is a task of the official
/// name that writes down what it was given. It shows what the build does with packages, not that the packages work.
/// </summary>
internal static class MiniatureFeed
{
    /// <summary>What the stand-in processor writes as PE file: 13 bytes, so that it needs padding.</summary>
    public const string ProcessedPe = "NFMRK1 marker";

    // The class name and the properties are those of MetaDataProcessorTask.cs in nanoframework/metadata-processor 3.0.
    private const string Processor = """
        namespace nanoFramework.Tools.MetadataProcessor.MsBuildTask
        {
            public class MetaDataProcessorTask : Microsoft.Build.Framework.ITask
            {
                public Microsoft.Build.Framework.IBuildEngine BuildEngine { get; set; }
                public Microsoft.Build.Framework.ITaskHost HostObject { get; set; }
                public Microsoft.Build.Framework.ITaskItem[] LoadHints { get; set; }
                public string Parse { get; set; }
                public string Compile { get; set; }
                public bool Execute()
                {
                    if (!System.IO.File.Exists(Parse)) { return false; }
                    foreach (var hint in LoadHints) { if (!System.IO.File.Exists(hint.GetMetadata("FullPath"))) { return false; } }
                    string hints = string.Join(" ", System.Linq.Enumerable.Select(LoadHints, h => h.GetMetadata("Filename")));
                    System.IO.File.AppendAllText(Compile + ".calls", System.IO.Path.GetFileName(Parse) + " with " + hints + "\n");
                    System.IO.File.WriteAllText(Compile, "NFMRK1 marker");
                    return true;
                }
            }
        }
        """;

    /// <summary>Writes the packages that these projects reference.</summary>
    public static void Write(string folder, params string[] projects)
    {
        Directory.CreateDirectory(folder);
        foreach (IGrouping<string, string> package in projects.SelectMany(References).Distinct().GroupBy(r => r.Split('/')[0], r => r.Split('/')[^1]))
        {
            (string id, string version) = Split(package.Key);
            Pack(folder, id, version, [.. package.SelectMany(file => new[] { ("lib/" + file, Assembly(file)), ("lib/" + Path.ChangeExtension(file, ".pe"), Pe(file)) })]);
        }

        Pack(folder, "nanoFramework.Tools.MetadataProcessor.MsBuildTask", "3.0.100", ("lib/net6.0/nanoFramework.Tools.MetadataProcessor.MsBuildTask.dll", CompileProcessor()));
    }

    /// <summary>The stand-in PE file of a reference: its name, so all lengths modulo 4 occur.</summary>
    public static byte[] Pe(string file) => Encoding.ASCII.GetBytes("NFMRK1 " + Path.GetFileNameWithoutExtension(file));

    /// <summary>References of an .nfproj in its order: Id.Version/lib/File.dll.</summary>
    public static IEnumerable<string> References(string project) =>
        XDocument.Load(project).Descendants().Where(e => e.Name.LocalName == "HintPath").Select(e => e.Value.Replace('\\', '/').Split("packages/")[1]);

    private static (string Id, string Version) Split(string folder)
    {
        string[] parts = folder.Split('.');
        return (string.Join('.', parts[..^3]), string.Join('.', parts[^3..]));
    }

    private static byte[] Assembly(string file)
    {
        if (file == "mscorlib.dll")
        {
            return SignatureAssembly.Build(Repository.NanoApi);
        }

        using MemoryStream image = new();
        string name = Path.GetFileNameWithoutExtension(file);
        AssemblyDefinition.CreateAssembly(new AssemblyNameDefinition(name, new Version(1, 0)), name, ModuleKind.Dll).Write(image);
        return image.ToArray();
    }

    private static byte[] CompileProcessor()
    {
        string sdk = DotNet.Run(Repository.Root, "msbuild", "firmware/Wearable.Esp32/Wearable.Esp32.nfproj", "-getProperty:MSBuildToolsPath").Output.Trim();
        IEnumerable<string> libraries = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Where(p => Path.GetFileName(p).StartsWith("System.", StringComparison.Ordinal));
        CSharpCompilation compilation = CSharpCompilation.Create(
            "nanoFramework.Tools.MetadataProcessor.MsBuildTask",
            [CSharpSyntaxTree.ParseText(Processor)],
            libraries.Append(Path.Combine(sdk, "Microsoft.Build.Framework.dll")).Select(p => MetadataReference.CreateFromFile(p)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        using MemoryStream image = new();
        Assert.True(compilation.Emit(image).Success, string.Join("\n", compilation.GetDiagnostics()));
        return image.ToArray();
    }

    private static void Pack(string folder, string id, string version, params (string Path, byte[] Content)[] files)
    {
        using ZipArchive package = ZipFile.Open(Path.Combine(folder, $"{id}.{version}.nupkg"), ZipArchiveMode.Create);
        XNamespace ns = "http://schemas.microsoft.com/packaging/2012/06/nuspec.xsd";
        XElement about = new(ns + "package", new XElement(ns + "metadata", new XElement(ns + "id", id), new XElement(ns + "version", version), new XElement(ns + "authors", "a test"), new XElement(ns + "description", "A stand-in made by a test.")));
        Add(id + ".nuspec", Encoding.UTF8.GetBytes(about.ToString()));
        foreach ((string path, byte[] content) in files)
        {
            Add(path, content);
        }

        void Add(string path, byte[] content)
        {
            using Stream entry = package.CreateEntry(path).Open();
            entry.Write(content);
        }
    }
}
