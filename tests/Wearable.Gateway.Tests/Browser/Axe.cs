using System.Collections.ObjectModel;
using System.Diagnostics;

namespace Wearable.Gateway.Tests.Browser;

/// <summary>Deque's accessibility rules (axe-core, pinned beside this file, installed by npm on first use) run in the page.</summary>
public static class Axe
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Browser", "axe");
    private static readonly Lazy<Task<string>> Engine = new(InstallAsync);

    /// <summary>Faults of impact "serious" or "critical", each with its rule and the first element that breaks it.</summary>
    public static async Task<IReadOnlyList<string>> SeriousFaultsAsync(ChromeBrowser browser)
    {
        browser.Driver.ExecuteScript(await Engine.Value);
        object? found = browser.Driver.ExecuteAsyncScript("""
            const done = arguments[arguments.length - 1];
            axe.run(document).then(r => done(r.violations.filter(v => ['serious', 'critical'].includes(v.impact))
                .map(v => `${v.id} (${v.nodes.length}): ${v.help}: ${v.nodes[0].html}: ${v.nodes[0].failureSummary}`)), e => done([String(e)]));
            """);
        return [.. ((ReadOnlyCollection<object>)found!).Select(fault => (string)fault)];
    }

    private static async Task<string> InstallAsync()
    {
        string engine = Path.Combine(Folder, "node_modules", "axe-core", "axe.min.js");
        if (!File.Exists(engine))
        {
            ProcessStartInfo npm = new("npm", "ci --ignore-scripts --no-audit --no-fund") { WorkingDirectory = Folder, RedirectStandardError = true, RedirectStandardOutput = true };
            using Process install = Process.Start(npm)!;
            Task<string> said = install.StandardOutput.ReadToEndAsync(), errors = install.StandardError.ReadToEndAsync();
            await install.WaitForExitAsync();
            Assert.True(install.ExitCode == 0, $"npm ci for axe-core: {await said} {await errors}");
        }

        return await File.ReadAllTextAsync(engine);
    }
}
