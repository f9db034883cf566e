using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Wearable.Chip.Tests;

/// <summary>
/// The board's sources and everything they run compile against signature-only assemblies made from the API lists, without .NET's own base
/// library: what a real nanoFramework compiler would bind.
/// </summary>
public sealed class BoardCompilesTests
{
    private static readonly MetadataReference NanoFramework = MetadataReference.CreateFromImage(SignatureAssembly.Build(Repository.NanoApi));

    [Fact]
    public void Contract_firmware_and_board_compile_against_the_chip_alone()
    {
        string[] errors = Errors(Repository.ChipSources.Select(f => (File.ReadAllText(f), f)), OutputKind.ConsoleApplication);
        Assert.True(errors.Length == 0, string.Join("\n", errors));
    }

    [Theory]
    [InlineData("using System.Collections.Generic; public class A { List<int> _l; }")]
    [InlineData("public class A { string J(string[] s) { return string.Join(\",\", s); } }")]
    [InlineData("public class A { int M(int a) { return System.Math.Clamp(a, 0, 1) + System.Environment.ProcessorCount; } }")]
    [InlineData("public class A { bool S(string s) { return s.StartsWith('a'); } }")]
    public void A_call_the_chip_does_not_have_does_not_compile(string source) =>
        Assert.NotEmpty(Errors([(source, "snippet.cs")], OutputKind.DynamicallyLinkedLibrary));

    private static string[] Errors(IEnumerable<(string Source, string Path)> files, OutputKind kind)
    {
        CSharpParseOptions language = new(LanguageVersion.CSharp9, preprocessorSymbols: ["NANOFRAMEWORK_1_0"]);
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Wearable.Esp32",
            files.Select(f => CSharpSyntaxTree.ParseText(f.Source, language, f.Path)),
            [NanoFramework],
            new CSharpCompilationOptions(kind, optimizationLevel: OptimizationLevel.Release));
        using MemoryStream image = new();
        return [.. compilation.Emit(image).Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Select(d => d.ToString())];
    }
}
