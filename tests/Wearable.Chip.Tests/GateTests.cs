using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Mono.Cecil;

namespace Wearable.Chip.Tests;

/// <summary>Every change is held to the chip: C# 9, only what the chip has, none of the silent traps. Each gate is shown to bite.</summary>
public sealed class GateTests
{
    private static readonly ApiGate Api = new(Repository.NanoApi);

    [Fact]
    public void Firmware_refers_only_to_what_exists_on_the_chip()
    {
        AssemblyDefinition[] all = [.. Repository.ChipAssemblies.Select(AssemblyDefinition.ReadAssembly)];
        Assert.Empty(all.SelectMany(a => Api.Check(a, all)));
    }

    [Fact]
    public void Firmware_has_no_silent_trap() =>
        Assert.Empty(Repository.ChipAssemblies.Select(AssemblyDefinition.ReadAssembly).SelectMany(TrapGate.Check));

    [Fact]
    public void Firmware_sources_are_C_sharp_9() =>
        Assert.Empty(Repository.ChipSources.SelectMany(f => LanguageErrors(File.ReadAllText(f), f)));

    [Fact]
    public void There_are_firmware_sources_to_check() => Assert.True(Repository.ChipSources.Count() > 30);

    [Theory]
    [InlineData("public class A { public System.Collections.Generic.List<int> L = new(); }", "List")]
    [InlineData("public class A { public string J(string[] s) => string.Join(\",\", s); }", "Join")]
    [InlineData("public class A { public void S(int[] a) => System.Array.Sort(a); }", "Sort")]
    [InlineData("public class A { public int? N; }", "Nullable")]
    [InlineData("public class A { public int[,] M = new int[2, 2]; }", "multi-dimensional")]
    [InlineData("public class A { public void T() { System.Threading.Tasks.Task.Delay(1); } }", "Task")]
    public void A_member_the_chip_does_not_have_is_caught(string source, string named) =>
        Assert.Contains(Api.Check(Compile(source), []), w => w.Contains(named, StringComparison.Ordinal));

    [Theory]
    [InlineData("public class A { public T Id<T>(T x) => x; }", "generic method")]
    [InlineData("public class A<T> { public T X; }", "generic type")]
    [InlineData("public class A { public void R(System.Action<int> f) => f(1); }", "generic")]
    [InlineData("public class A { public int S(int a) { checked { return a + 1; } } }", "checked")]
    [InlineData("public class A { volatile int _v; public int G() => _v; }", "volatile")]
    [InlineData("public class A { public int F(int a) => (int)(a * 0.5); }", "floating")]
    [InlineData("public enum E { A } public class A { public string S(E e) => e.ToString(); }", "ToString")]
    [InlineData("public interface I { int F() { return 1; } }", "default interface")]
    public void A_silent_trap_is_caught(string source, string named) =>
        Assert.Contains(TrapGate.Check(Compile(source)), w => w.Contains(named, StringComparison.Ordinal));

    [Theory]
    [InlineData("namespace A; public class B { }")]
    [InlineData("public class A { public required int X; }")]
    [InlineData("public class A { int[] a = [1, 2]; }")]
    [InlineData("public record struct A(int X);")]
    public void Newer_C_sharp_is_caught(string source) => Assert.NotEmpty(LanguageErrors(source, "snippet"));

    [Fact]
    public void Plain_integer_code_passes_every_gate()
    {
        const string source = "public class A { readonly int[] _a = new int[4]; public int Sum() { int s = 0; int[] a = _a; for (int i = 0; i < a.Length; i++) { s += a[i]; } return s; } public string Show(int x) { return \"x=\" + x.ToString(); } }";
        AssemblyDefinition assembly = Compile(source);
        Assert.Empty(Api.Check(assembly, []));
        Assert.Empty(TrapGate.Check(assembly));
        Assert.Empty(LanguageErrors(source, "snippet"));
    }

    private static IEnumerable<string> LanguageErrors(string source, string file) =>
        CSharpSyntaxTree.ParseText(source, new CSharpParseOptions(LanguageVersion.CSharp9), file)
            .GetDiagnostics()
            .Concat(Bind(source))
            .Where(d => d.Severity == DiagnosticSeverity.Error && IsLanguageVersionError(d))
            .Select(d => $"{Path.GetFileName(file)}: {d.GetMessage(System.Globalization.CultureInfo.InvariantCulture)}");

    // Some features are refused only when the code is bound, not when it is parsed.
    private static IEnumerable<Diagnostic> Bind(string source) =>
        CSharpCompilation.Create("snippet", [CSharpSyntaxTree.ParseText(source, new CSharpParseOptions(LanguageVersion.CSharp9))], References, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary)).GetDiagnostics();

    // CS8773 and its family: "Feature X is not available in C# 9.0".
    private static bool IsLanguageVersionError(Diagnostic d) => d.Id is "CS8773" or "CS8936" or "CS9058" or "CS9260" or "CS8652" || d.GetMessage(System.Globalization.CultureInfo.InvariantCulture).Contains("C# 9.0", StringComparison.Ordinal);

    private static readonly MetadataReference[] References =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Where(p => Path.GetFileName(p).StartsWith("System.", StringComparison.Ordinal)).Select(p => MetadataReference.CreateFromFile(p))];

    private static AssemblyDefinition Compile(string source)
    {
        CSharpCompilation compilation = CSharpCompilation.Create(
            "snippet", [CSharpSyntaxTree.ParseText(source)], References, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release));
        MemoryStream image = new();
        Assert.True(compilation.Emit(image).Success, string.Join("\n", compilation.GetDiagnostics()));
        image.Position = 0;
        return AssemblyDefinition.ReadAssembly(image);
    }
}
