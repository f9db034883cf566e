using System.Text.RegularExpressions;
using Wearable.Chip.Tests.Flashing;

namespace Wearable.Chip.Tests;

/// <summary>
/// run-on-nanoclr.sh and run-on-nanoclr.ps1 against a program that prints what the interpreter would: only a run of every test, to its end
/// and without a failure, is a success.
/// </summary>
[Collection(Together.Name)]
public sealed class DeviceTestScriptTests : IDisposable
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "Wearable.Device.Tests");
    private readonly string _folder = Directory.CreateTempSubdirectory("wearable-nanoclr-").FullName;

    public static TheoryData<string> Scripts => ["run-on-nanoclr.sh", "run-on-nanoclr.ps1"];

    private static int Written => Directory.EnumerateFiles(Folder, "*.cs", SearchOption.AllDirectories)
        .Where(f => Path.GetRelativePath(Folder, f).Split(Path.DirectorySeparatorChar)[0] is not ("Pc" or "obj" or "bin"))
        .Sum(f => Regex.Count(File.ReadAllText(f), @"\[TestMethod\]"));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Scripts))]
    public void A_whole_run_without_a_failure_is_a_success(string script)
    {
        ScriptResult result = Run(script, passed: Written);
        Assert.Equal((0, $"device tests on interpreter: {Written} passed, 0 failed, 0 skipped, of {Written}\n", ""), (result.Exit, result.Output, result.Error));
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public void A_failed_test_is_named_and_fails_the_run(string script)
    {
        ScriptResult result = Run(script, passed: Written - 1, failed: 1);
        Assert.Equal(1, result.Exit);
        Assert.Equal(["Test failed,A.B.0,1 expected", $"device tests on interpreter: {Written - 1} passed, 1 failed, 0 skipped, of {Written}"], result.Lines);
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public void An_interpreter_that_dies_on_the_way_fails_the_run(string script)
    {
        ScriptResult result = Run(script, passed: Written, end: "");
        Assert.Equal((1, "run-on-nanoclr: the interpreter stopped or was stopped before the end; it last said: Test passed,A.B.0,12\n"), (result.Exit, result.Error));
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public void A_run_of_fewer_tests_than_are_written_fails(string script)
    {
        ScriptResult result = Run(script, passed: Written - 3);
        Assert.Equal((1, $"run-on-nanoclr: {Written} tests are written, {Written - 3} ran.\n"), (result.Exit, result.Error));
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public void Where_no_interpreter_is_installed_it_says_so_in_one_sentence(string script)
    {
        string[] path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        Assert.SkipWhen(path.Any(p => File.Exists(Path.Combine(p, "nanoclr")) || File.Exists(Path.Combine(p, "nanoclr.exe"))), "nanoclr is installed here");
        ScriptResult result = FlashScript.Run(Path.Combine(Folder, script), new Dictionary<string, string> { ["NANOCLR"] = "" });
        Assert.Equal((3, ""), (result.Exit, result.Output));
        Assert.Matches(@"^run-on-nanoclr: nanoclr is not installed here, .*NANOCLR=path\)\.\n$", result.Error);
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public void A_wrong_word_or_folder_is_named(string script)
    {
        ScriptResult word = FlashScript.Run(Path.Combine(Folder, script), new Dictionary<string, string>(), "--all");
        Assert.Equal((2, "run-on-nanoclr: --pe FOLDER or nothing expected, got \"--all\".\n"), (word.Exit, word.Error));
        ScriptResult folder = FlashScript.Run(Path.Combine(Folder, script), new Dictionary<string, string> { ["NANOCLR"] = Interpreter(1, 0, "Done.") }, "--pe", _folder);
        Assert.Equal(2, folder.Exit);
        Assert.StartsWith("run-on-nanoclr: mscorlib.pe is neither in ", folder.Error, StringComparison.Ordinal);
    }

    private ScriptResult Run(string script, int passed, int failed = 0, string end = "Done.")
    {
        foreach (string name in new[] { "mscorlib", "nanoFramework.UnitTestLauncher", "nanoFramework.TestFramework", "nanoFramework.System.Text", "NFUnitTest" })
        {
            File.WriteAllText(Path.Combine(_folder, name + ".pe"), "NFMRK1");
        }

        return FlashScript.Run(Path.Combine(Folder, script), new Dictionary<string, string> { ["NANOCLR"] = Interpreter(passed, failed, end), ["LIMIT_S"] = "60" }, "--pe", _folder);
    }

    private string Interpreter(int passed, int failed, string end)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the stand-in for the interpreter is a shell script");
        string program = Path.Combine(_folder, "interpreter");
        File.WriteAllText(program, $$"""
            #!/bin/sh
            i=0
            while [ $i -lt {{failed}} ]; do printf 'Test failed,A.B.0,1 expected\r\n'; i=$((i + 1)); done
            i=0
            while [ $i -lt {{passed}} ]; do printf 'Test passed,A.B.0,12\r\n'; i=$((i + 1)); done
            [ -z "{{end}}" ] || printf '{{end}}\r\n'
            """.ReplaceLineEndings("\n"));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return program;
    }
}
