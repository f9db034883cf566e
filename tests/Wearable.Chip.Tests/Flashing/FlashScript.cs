using System.Diagnostics;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace Wearable.Chip.Tests.Flashing;

/// <summary>What a script said and how it ended; lines end in \n.</summary>
internal sealed record ScriptResult(int Exit, string Output, string Error)
{
    /// <summary>The commands it printed.</summary>
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>
/// Runs one of the two flash scripts, or another script by its full path: .sh with bash, .ps1 with PowerShell's engine in this process (no pwsh needed). The engine
/// writes to this process's console and reads its environment, so these runs must not overlap: see <see cref="Together"/>.
/// </summary>
internal static class FlashScript
{
    public const string Bash = "flash.sh", PowerShellScript = "flash.ps1";

    public static string Folder { get; } = Path.Combine(Repository.Root, "hardware");

    public static ScriptResult Run(string script, IReadOnlyDictionary<string, string> environment, params string[] arguments) => script.EndsWith(".sh", StringComparison.Ordinal)
        ? RunBash(script, environment, arguments)
        : RunPowerShell(script, environment, arguments);

    private static ScriptResult RunBash(string script, IReadOnlyDictionary<string, string> environment, string[] arguments)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "a .sh wants bash");
        ProcessStartInfo start = new("bash") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Repository.Root };
        foreach (string argument in arguments.Prepend(Path.Combine(Folder, script)))
        {
            start.ArgumentList.Add(argument);
        }

        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return new ScriptResult(process.ExitCode, output.Result, error);
    }

    private static ScriptResult RunPowerShell(string script, IReadOnlyDictionary<string, string> environment, string[] arguments)
    {
        Dictionary<string, string?> before = environment.ToDictionary(e => e.Key, e => Environment.GetEnvironmentVariable(e.Key));
        TextWriter consoleOutput = Console.Out, consoleError = Console.Error;
        using StringWriter output = new() { NewLine = "\n" }, error = new() { NewLine = "\n" };
        try
        {
            Console.SetOut(output);
            Console.SetError(error);
            foreach ((string name, string value) in environment)
            {
                Environment.SetEnvironmentVariable(name, value);
            }

            using Runspace runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
            runspace.Open();
            runspace.SessionStateProxy.Path.SetLocation(Repository.Root);
            using PowerShell shell = PowerShell.Create(runspace);
            shell.AddScript("param($script, $words) & $script @words; $LASTEXITCODE").AddArgument(Path.Combine(Folder, script)).AddArgument(arguments);
            PSObject last = shell.Invoke()[^1];
            return new ScriptResult((int)last.BaseObject, output.ToString(), error.ToString());
        }
        finally
        {
            Console.SetOut(consoleOutput);
            Console.SetError(consoleError);
            foreach ((string name, string? value) in before)
            {
                Environment.SetEnvironmentVariable(name, value);
            }
        }
    }
}

/// <summary>Runs of scripts, one at a time and apart from all other tests.</summary>
[CollectionDefinition(Together.Name, DisableParallelization = true)]
public sealed class Together
{
    internal const string Name = "flash scripts";
}
