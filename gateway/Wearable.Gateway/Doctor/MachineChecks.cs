using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Wearable.Gateway.Brain.Llm;
using Wearable.Gateway.Identity;
using Wearable.Gateway.Models;

namespace Wearable.Gateway.Doctor;

/// <summary>Board on USB, certificate, brain.</summary>
internal static class MachineChecks
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(3), Soon = TimeSpan.FromDays(30);
    private static readonly string[] Names = ["ttyUSB*", "ttyACM*", "cu.usb*", "cu.wchusb*", "cu.SLAB*"];

    /// <summary>Serial ports that a board may be on, and whether this user may use them.</summary>
    public static Finding Board(Patient patient)
    {
        const string Check = "board on USB";
        string[] ports = Ports(patient.DevicesFolder);
        if (ports.Length == 0)
        {
            return Finding.Skipped(Check, "no serial port; needed only to flash a board (then: a cable that carries data, and the driver of its USB chip)");
        }

        string[] closed = [.. ports.Where(port => !patient.MayUse(port))];
        return closed.Length == 0
            ? Finding.Ok(Check, string.Join(", ", ports))
            : Finding.Fault(Check, $"{string.Join(", ", closed)}: this user may not use it", "rights to read and write", OperatingSystem.IsMacOS() ? "Close the program that holds the port, and plug the board in again." : $"sudo usermod -aG dialout {Environment.UserName} (on Arch Linux the group is uucp), then log out and in.");
    }

    /// <summary>The authority that signs this gateway's certificate.</summary>
    public static Finding Certificate(Patient patient)
    {
        const string Check = "certificate authority";
        string folder = patient.Options.DataFolder, pem = Path.Combine(folder, GatewayCertificate.AuthorityFile), key = Path.Combine(folder, GatewayCertificate.KeyFile);
        const string Cure = "Restore ca.pem, ca.key and the secret from a copy, or move both away: a new authority is made, and every wearable needs its files again (device add --replace).";
        if (!File.Exists(pem) && !File.Exists(key))
        {
            return Finding.Skipped(Check, "made when the gateway is first opened to the network");
        }

        try
        {
            using X509Certificate2 authority = GatewayCertificate.ReadAuthority(folder, patient.Options.SecretFile);
            DateTimeOffset now = patient.Time.GetUtcNow();
            string until = authority.NotAfter.ToUniversalTime().ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
            return now > authority.NotAfter ? Finding.Fault(Check, $"ended {until}", "a valid one", Cure)
                : now < authority.NotBefore ? Finding.Fault(Check, $"begins only {authority.NotBefore.ToUniversalTime():yyyy-MM-dd}", "a valid one", "Set this machine's clock right.")
                : now > authority.NotAfter - Soon ? Finding.Warning(Check, $"ends {until}", $"more than {Soon.TotalDays:0} days left", Cure)
                : !GatewayCertificate.IsLocked(key) ? Finding.Warning(Check, $"{key} is in the clear", "locked", "Start the gateway once as it will run: this version locks the key.")
                : Finding.Ok(Check, $"valid until {until}");
        }
        catch (GatewayStartException e)
        {
            return Finding.Fault(Check, e.Message.TrimEnd('.'), "the secret that locks the key", Cure);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            return Finding.Fault(Check, $"{pem} with {GatewayCertificate.KeyFile} cannot be used ({e.Message.TrimEnd('.')})", "a certificate and its key", Cure);
        }
    }

    /// <summary>Whether the chosen brain is there.</summary>
    public static async Task<Finding> BrainAsync(Patient patient, CancellationToken cancellation)
    {
        const string Check = "brain";
        BrainChoice brain = patient.Options.Brain;
        switch (brain.Kind)
        {
            case BrainKind.Skills:
                return Finding.Ok(Check, "skills only, nothing to load");
            case BrainKind.Onnx:
                try
                {
                    return Finding.Ok(Check, ModelFolder.Open(LanguageModels.FolderOf(brain.Place)).GraphPath);
                }
                catch (ModelException e)
                {
                    return Finding.Fault(Check, e.Message.TrimEnd('.'), "a model folder", "\"wearable models pull OWNER/NAME\" gets one, \"wearable models list\" shows what there is.");
                }

            default:
                return await ServerAsync(Check, brain, cancellation).ConfigureAwait(false);
        }
    }

    private static async Task<Finding> ServerAsync(string check, BrainChoice brain, CancellationToken cancellation)
    {
        string start = brain.Kind == BrainKind.Ollama ? "Start it with \"ollama serve\", or correct the address of --brain ollama:URL." : "Start the server, or correct the address of --brain openai:URL.";
        using HttpClient http = new(new SocketsHttpHandler { ConnectTimeout = AnswerLimit, AllowAutoRedirect = false }) { Timeout = AnswerLimit };
        try
        {
            using HttpResponseMessage answer = await http.GetAsync(new Uri(brain.Place), HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
            return (int)answer.StatusCode < 500
                ? Finding.Ok(check, $"a server answers at {brain.Place}")
                : Finding.Fault(check, $"{brain.Place} answers {(int)answer.StatusCode}", "a server that works", "Look into that server's log.");
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            return Finding.Fault(check, $"{brain.Place} does not answer ({(e is OperationCanceledException ? $"nothing within {AnswerLimit.TotalSeconds:0} s" : (e.InnerException ?? e).Message.TrimEnd('.'))})", "a server that answers", start);
        }
    }

    private static string[] Ports(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            List<string> found = [];
            using Microsoft.Win32.RegistryKey? ports = Microsoft.Win32.Registry.LocalMachine.OpenSubKey(@"HARDWARE\DEVICEMAP\SERIALCOMM");
            foreach (string name in ports?.GetValueNames() ?? [])
            {
                found.Add(ports!.GetValue(name)?.ToString() ?? name);
            }

            return [.. found];
        }

        return Directory.Exists(folder) ? [.. Names.SelectMany(name => Directory.EnumerateFileSystemEntries(folder, name)).Order(StringComparer.Ordinal)] : [];
    }
}
