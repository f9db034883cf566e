using Mono.Cecil;

namespace Wearable.Chip.Tests;

/// <summary>
/// Plain `dotnet build` of the board's project where the nanoFramework project system is not installed: the real project files and the real
/// targets of firmware/build, in a copy, with a NuGet configuration that knows one folder. The packages are stand-ins, see
/// <see cref="MiniatureFeed"/>: these tests hold restore, compilation, hand-over and image, not what the metadata processor makes of them.
/// </summary>
public sealed class BuildSystemTests : IClassFixture<BuildSystemTests.BuiltBoard>
{
    private const string Board = "firmware/Wearable.Esp32/Wearable.Esp32.nfproj";
    private const string DeviceTests = "tests/Wearable.Device.Tests/Wearable.Device.Tests.nfproj";

    private readonly BuiltBoard _built;

    public BuildSystemTests(BuiltBoard built)
    {
        _built = built;
    }

    [Fact]
    public void Without_the_packages_the_build_ends_in_one_sentence_that_names_them_and_the_source()
    {
        using Copy copy = new();
        Directory.CreateDirectory(copy.Feed);
        Outcome build = copy.Build(Board);

        Assert.NotEqual(0, build.ExitCode);
        string sentence = Assert.Single(build.Errors);
        Assert.Contains("No configured NuGet source (shelf) has ", sentence, StringComparison.Ordinal);
        foreach (string package in MiniatureFeed.References(copy.At(Board)).Select(r => r.Split('/')[0]).Append("nanoFramework.Tools.MetadataProcessor.MsBuildTask.3.0.100"))
        {
            string[] parts = package.Split('.');
            Assert.Contains($"{string.Join('.', parts[..^3])} {string.Join('.', parts[^3..])}", sentence, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void One_absent_package_is_the_only_one_named()
    {
        using Copy copy = new();
        MiniatureFeed.Write(copy.Feed, copy.At(Board));
        File.Delete(Path.Combine(copy.Feed, "nanoFramework.M2Mqtt.5.1.220.nupkg"));
        string sentence = Assert.Single(copy.Build(Board).Errors);
        Assert.Contains("(shelf) has nanoFramework.M2Mqtt 5.1.220: ", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void With_the_packages_the_build_succeeds_without_a_warning()
    {
        Assert.Equal(0, _built.First.ExitCode);
        Assert.Contains("0 Warning(s)", _built.First.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_program_has_an_entry_and_refers_to_the_packages_alone()
    {
        using AssemblyDefinition program = AssemblyDefinition.ReadAssembly(_built.Copy.At("firmware/Wearable.Esp32/bin/Release/Wearable.Esp32.exe"));
        Assert.Equal("System.Void Wearable.Esp32.Program::Main()", program.EntryPoint.FullName);

        // The stand-in for mscorlib.dll calls itself signatures, its primitives mscorlib.
        Assert.Equal(["mscorlib", "signatures"], program.MainModule.AssemblyReferences.Select(r => r.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_type_that_only_the_PC_has_does_not_compile()
    {
        File.AppendAllText(_built.Copy.At("firmware/Wearable.Esp32/Pins.cs"), "\n#if PC_TYPE\nclass Trap { System.Collections.Generic.List<int> _list; }\n#endif\n");
        Outcome build = _built.Copy.Build(Board, "-c", "Trap", "-p:DefineConstants=PC_TYPE");
        Assert.NotEqual(0, build.ExitCode);
        Assert.All(build.Errors, e => Assert.Contains("Pins.cs", e, StringComparison.Ordinal));
    }

    [Fact]
    public void The_processor_gets_the_program_and_every_reference()
    {
        string hints = string.Join(' ', MiniatureFeed.References(_built.Copy.At(Board)).Select(Path.GetFileNameWithoutExtension));
        Assert.Equal("Wearable.Esp32.exe with " + hints, _built.FirstCalls.TrimEnd());
    }

    [Fact]
    public void The_image_is_every_referenced_file_then_the_program_each_padded_to_four_bytes()
    {
        List<byte> wanted = [];
        foreach (byte[] pe in MiniatureFeed.References(_built.Copy.At(Board)).Select(r => MiniatureFeed.Pe(r.Split('/')[^1])).Append(System.Text.Encoding.ASCII.GetBytes(MiniatureFeed.ProcessedPe)))
        {
            wanted.AddRange(pe);
            wanted.AddRange(new byte[(4 - (pe.Length % 4)) % 4]);
        }

        Assert.Equal(wanted, File.ReadAllBytes(_built.Copy.At("firmware/Wearable.Esp32/bin/Release/Wearable.Esp32.bin")));
    }

    [Fact]
    public void Every_referenced_file_lies_beside_the_program()
    {
        string[] wanted = [.. MiniatureFeed.References(_built.Copy.At(Board)).Select(Path.GetFileNameWithoutExtension).Append("Wearable.Esp32").Select(n => n + ".pe").Order(StringComparer.Ordinal)];
        string[] found = [.. Directory.EnumerateFiles(_built.Copy.At("firmware/Wearable.Esp32/bin/Release"), "*.pe").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
        Assert.Equal(wanted, found);
    }

    [Fact]
    public void A_second_build_does_nothing_and_a_changed_source_does_all()
    {
        string calls = _built.Copy.At("firmware/Wearable.Esp32/obj/Release/Wearable.Esp32.pe.calls");
        _built.Copy.Build(Board); // another test may have touched a source
        int before = File.ReadAllLines(calls).Length;
        Assert.Equal(0, _built.Copy.Build(Board).ExitCode);
        Assert.Equal(before, File.ReadAllLines(calls).Length);
        File.AppendAllText(_built.Copy.At("firmware/Wearable.Contract/Topics.cs"), "// touched\n");
        Assert.Equal(0, _built.Copy.Build(Board).ExitCode);
        Assert.Equal(before + 1, File.ReadAllLines(calls).Length);
    }

    [Fact]
    public void The_device_tests_build_the_same_way_without_an_image_and_clean_leaves_what_was_restored()
    {
        Outcome build = _built.Copy.Build(DeviceTests);
        Assert.True(build.ExitCode == 0, build.Output);
        string output = _built.Copy.At("tests/Wearable.Device.Tests/bin/Release");
        string[] found = [.. Directory.EnumerateFiles(output).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
        Assert.Equal(["NFUnitTest.dll", "NFUnitTest.pdb", "NFUnitTest.pe", "mscorlib.pe", "nanoFramework.System.Text.pe", "nanoFramework.TestFramework.pe", "nanoFramework.UnitTestLauncher.pe"], found);

        Assert.Equal(0, DotNet.Run(_built.Copy.Folder, "clean", DeviceTests).ExitCode);
        Assert.Empty(Directory.EnumerateFiles(output));
        Assert.Equal(0, _built.Copy.Build(DeviceTests, "--no-restore").ExitCode);
    }

    [Fact]
    public void Debug_is_not_optimised_and_release_is()
    {
        Outcome build = _built.Copy.Build(Board, "-c", "Debug");
        Assert.True(build.ExitCode == 0, build.Output);
        Assert.True(HasNop(_built.Copy.At("firmware/Wearable.Esp32/bin/Debug/Wearable.Esp32.exe")));
        Assert.False(HasNop(_built.Copy.At("firmware/Wearable.Esp32/bin/Release/Wearable.Esp32.exe")));
    }

    [Fact]
    public void Without_culture_data_the_processor_is_not_started()
    {
        Dictionary<string, string> invariant = new() { ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1" };
        Outcome build = DotNet.Run(_built.Copy.Folder, invariant, "build", Board, "-c", "Invariant");
        Assert.NotEqual(0, build.ExitCode);
        Assert.Contains("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", Assert.Single(build.Errors), StringComparison.Ordinal);
        Assert.False(File.Exists(_built.Copy.At("firmware/Wearable.Esp32/obj/Invariant/Wearable.Esp32.pe.calls")));
    }

    [Theory]
    [InlineData(Board)]
    [InlineData(DeviceTests)]
    public void Where_the_official_project_system_is_installed_it_builds(string project)
    {
        using Copy copy = new();
        string official = copy.At("extensions/nanoFramework/v1.0");
        Directory.CreateDirectory(official);
        File.WriteAllText(Path.Combine(official, "NFProjectSystem.Default.props"), "<Project><PropertyGroup><Official>first</Official></PropertyGroup></Project>");
        File.WriteAllText(Path.Combine(official, "NFProjectSystem.props"), "<Project><PropertyGroup><Official>$(Official) second</Official></PropertyGroup></Project>");
        File.WriteAllText(Path.Combine(official, "NFProjectSystem.CSharp.targets"), "<Project><PropertyGroup><Official>$(Official) third</Official></PropertyGroup></Project>");
        Outcome read = DotNet.Run(copy.Folder, "msbuild", project, "-getProperty:Official,RestoredFile", $"-p:MSBuildExtensionsPath={copy.At("extensions")}/");
        Assert.Contains("\"Official\": \"first second third\"", read.Output, StringComparison.Ordinal);
        Assert.Contains("\"RestoredFile\": \"\"", read.Output, StringComparison.Ordinal);
    }

    private static bool HasNop(string program)
    {
        using AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(program);
        return assembly.MainModule.GetType("Wearable.Firmware.Device").Methods.Single(m => m.Name == "RunOnce").Body.Instructions.Any(i => i.OpCode == Mono.Cecil.Cil.OpCodes.Nop);
    }

    /// <summary>The board's project built once for the tests that only look.</summary>
    public sealed class BuiltBoard : IDisposable
    {
        public BuiltBoard()
        {
            MiniatureFeed.Write(Copy.Feed, Copy.At(Board), Copy.At(DeviceTests));
            First = Copy.Build(Board);
            Assert.True(First.ExitCode == 0, First.Output);
            FirstCalls = File.ReadAllText(Copy.At("firmware/Wearable.Esp32/obj/Release/Wearable.Esp32.pe.calls"));
        }

        internal Copy Copy { get; } = new();

        internal Outcome First { get; }

        internal string FirstCalls { get; }

        public void Dispose() => Copy.Dispose();
    }

    /// <summary>The sources that the two projects name, elsewhere, with packages from one folder and into another.</summary>
    internal sealed class Copy : IDisposable
    {
        public Copy()
        {
            foreach (string part in new[] { "firmware/build", "firmware/Wearable.Contract", "firmware/Wearable.Firmware", "firmware/Wearable.Esp32", "tests/Wearable.Device.Tests" })
            {
                CopyTree(Path.Combine(Repository.Root, part), At(part));
            }

            File.WriteAllText(
                At("NuGet.Config"),
                $"""
                <configuration>
                  <config><add key="globalPackagesFolder" value="{At("kept")}" /></config>
                  <fallbackPackageFolders><clear /></fallbackPackageFolders>
                  <packageSources><clear /><add key="shelf" value="{Feed}" /></packageSources>
                </configuration>
                """);
        }

        public string Folder { get; } = Directory.CreateTempSubdirectory("wearable-build-").FullName;

        public string Feed => At("shelf");

        public string At(string path) => Path.Combine(Folder, path.Replace('/', Path.DirectorySeparatorChar));

        public Outcome Build(string project, params string[] more) => DotNet.Run(Folder, ["build", project, .. more]);

        public void Dispose() => Directory.Delete(Folder, recursive: true);

        private static void CopyTree(string from, string to)
        {
            Directory.CreateDirectory(to);
            foreach (string file in Directory.EnumerateFiles(from))
            {
                File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
            }

            foreach (string folder in Directory.EnumerateDirectories(from).Where(f => Path.GetFileName(f) is not ("bin" or "obj" or "packages")))
            {
                CopyTree(folder, Path.Combine(to, Path.GetFileName(folder)));
            }
        }
    }
}
