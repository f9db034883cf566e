using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Wearable.Chip.Tests;

/// <summary>The dotnet command, as a person would type it.</summary>
internal static class DotNet
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>Runs it to its end.</summary>
    /// <exception cref="TimeoutException">It took more than five minutes.</exception>
    public static Outcome Run(string folder, params string[] arguments) => Run(folder, new Dictionary<string, string>(), arguments);

    /// <summary>Runs it to its end with more environment variables.</summary>
    public static Outcome Run(string folder, Dictionary<string, string> environment, params string[] arguments)
    {
        ProcessStartInfo start = new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // What `dotnet test` told its own children is not meant for this one.
        foreach (string inherited in start.Environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(inherited);
        }

        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"dotnet {string.Join(' ', arguments)}: {Limit.TotalMinutes} minutes at most expected");
        }

        return new Outcome(process.ExitCode, output.Result + errors.Result);
    }
}

/// <summary>How a command ended and what it printed.</summary>
internal sealed partial record Outcome(int ExitCode, string Output)
{
    /// <summary>Each error once: the summary at the end of a build repeats them.</summary>
    public string[] Errors => [.. Output.Split('\n').Select(l => l.Trim()).Where(l => Error().IsMatch(l)).Distinct()];

    [GeneratedRegex(@": error( \w+)? ?:")]
    private static partial Regex Error();
}
