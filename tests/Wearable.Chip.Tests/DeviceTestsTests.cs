using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Mono.Cecil;

namespace Wearable.Chip.Tests;

/// <summary>
/// The device tests (tests/Wearable.Device.Tests) run on the interpreter too: their project lists every file, they compile as C# 9 against
/// the chip's signatures alone, and the compiled assembly passes the gates.
/// </summary>
public sealed class DeviceTestsTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "Wearable.Device.Tests");
    private static readonly XDocument Project = XDocument.Load(Path.Combine(Folder, "Wearable.Device.Tests.nfproj"));
    private static readonly MetadataReference Signatures = MetadataReference.CreateFromImage(SignatureAssembly.Build(Repository.NanoApi));

    [Fact]
    public void Test_project_compiles_every_test_and_every_firmware_source_and_nothing_else()
    {
        string[] listed = [.. Items("Compile").Select(i => Path.GetFullPath(Path.Combine(Folder, i.Replace('\\', Path.DirectorySeparatorChar)))).Order(StringComparer.Ordinal)];
        string[] present = [.. Sources().Select(Path.GetFullPath).Order(StringComparer.Ordinal)];
        Assert.Equal(present, listed);
    }

    [Fact]
    public void Test_project_is_one_the_launcher_finds()
    {
        Assert.Equal("NFUnitTest", Property("AssemblyName"));
        Assert.Equal("true", Property("IsTestProject"));
        Assert.Equal("UnitTest", Property("TestProjectType"));
        Assert.Contains("TestContainer", Items("ProjectCapability"));
        Assert.True(File.Exists(Path.Combine(Folder, "nano.runsettings")));
    }

    [Fact]
    public void Test_project_references_exactly_its_pinned_packages()
    {
        string[] pinned = [.. Packages("tests/Wearable.Device.Tests").Order(StringComparer.Ordinal)];
        string[] referenced = [.. Project.Descendants().Where(e => e.Name.LocalName == "HintPath").Select(e => e.Value.Split('\\')[3]).Distinct().Order(StringComparer.Ordinal)];
        Assert.Equal(pinned, referenced);
    }

    [Fact]
    public void Tests_run_against_the_packages_the_board_has()
    {
        string[] ofTheTestsAlone = [.. Packages("tests/Wearable.Device.Tests").Except(Packages("firmware/Wearable.Esp32"))];
        Assert.Equal(["nanoFramework.TestFramework.3.0.80"], ofTheTestsAlone);
    }

    [Fact]
    public void Tests_compile_for_the_chip_and_pass_its_gates()
    {
        using AssemblyDefinition assembly = Compile(Sources().Select(f => (File.ReadAllText(f), f)));
        Assert.Empty(new ApiGate(Repository.NanoApi).Check(assembly, []));
        Assert.Empty(TrapGate.Check(assembly));
    }

    [Fact]
    public void A_test_with_a_trap_in_it_is_caught()
    {
        const string trap = "using nanoFramework.TestFramework; [TestClass] public class T { [TestMethod] public static void A() { Assert.AreEqual(1, B(1), \"b\"); } static X B<X>(X x) { return x; } }";
        using AssemblyDefinition assembly = Compile([(trap, "trap.cs")]);
        Assert.Contains(TrapGate.Check(assembly), w => w.Contains("generic method", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Sources() =>
        Repository.ChipSources.Where(f => !f.Contains($"{Path.DirectorySeparatorChar}Wearable.Esp32{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Concat(Directory.EnumerateFiles(Folder, "*.cs", SearchOption.AllDirectories)
                .Where(f => Path.GetRelativePath(Folder, f).Split(Path.DirectorySeparatorChar)[0] is not ("Pc" or "obj" or "bin")));

    private static AssemblyDefinition Compile(IEnumerable<(string Source, string Path)> files)
    {
        CSharpParseOptions language = new(LanguageVersion.CSharp9, preprocessorSymbols: ["NANOFRAMEWORK_1_0"]);
        CSharpCompilation compilation = CSharpCompilation.Create(
            "NFUnitTest",
            files.Select(f => CSharpSyntaxTree.ParseText(f.Source, language, f.Path)),
            [Signatures],
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release));
        MemoryStream image = new();
        Assert.True(compilation.Emit(image).Success, string.Join("\n", compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error)));
        image.Position = 0;
        return AssemblyDefinition.ReadAssembly(image);
    }

    private static IEnumerable<string> Packages(string project) =>
        XDocument.Load(Path.Combine(Repository.Root, project, "packages.config")).Root!.Elements().Select(p => $"{(string?)p.Attribute("id")}.{(string?)p.Attribute("version")}");

    private static string Property(string name) => Project.Descendants().Single(e => e.Name.LocalName == name).Value;

    private static IEnumerable<string> Items(string kind) =>
        Project.Descendants().Where(e => e.Name.LocalName == kind).Select(e => (string)e.Attribute("Include")!);
}
