using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Wearable.Gateway.Identity;

namespace Wearable.Gateway.Devices;

/// <summary>
/// What a wearable must be given over its cable: <c>wearable.json</c> (who it is and where its gateway is, read by the firmware's DeviceFile),
/// <c>network.json</c> and <c>files.json</c> for nanoff's --networkdeployment and --filedeployment (2.5.162, its README and
/// NetworkDeploymentConfiguration, FileDeploymentConfiguration). They hold passwords: only this user may read them.
/// </summary>
public static class DeviceFiles
{
    /// <summary>Name of the file that goes onto the wearable.</summary>
    public const string Wearable = "wearable.json";

    /// <summary>Name of the file for --networkdeployment.</summary>
    public const string Network = "network.json";

    /// <summary>Name of the file for --filedeployment.</summary>
    public const string Files = "files.json";

    /// <summary>Name of the file with the gateway's certificate authority, for what speaks TLS.</summary>
    public const string Authority = GatewayCertificate.AuthorityFile;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the four files; those of an earlier time are replaced.</summary>
    /// <param name="folder">Made when absent, readable by this user only.</param>
    /// <param name="id">The wearable's id, also its user name at the broker.</param>
    /// <param name="password">Its password at the broker.</param>
    /// <param name="host">Name or address of the broker.</param>
    /// <param name="port">Its port.</param>
    /// <param name="ssid">Name of the Wi-Fi.</param>
    /// <param name="wifiPassword">Its password; null for an open one.</param>
    /// <param name="tlsPort">Port of the broker over TLS; null: the wearable is to speak in the clear.</param>
    /// <param name="certificate">The gateway's certificate authority, which a client pins.</param>
    /// <exception cref="DeviceRefusedException">The folder cannot be written.</exception>
    public static void Write(string folder, string id, string password, string host, int port, string ssid, string? wifiPassword, int? tlsPort, GatewayCertificate certificate)
    {
        try
        {
            PrivateFile.MakeFolder(folder);
            // Flat and on one line: the chip reads it with the contract's own reader, which knows no nested objects.
            PrivateFile.Replace(Path.Combine(folder, Wearable), Flat(tlsPort is int tls
                ? new { id, host, port, user = id, password, tlsPort = tls, caSha256 = certificate.Fingerprint }
                : new { id, host, port, user = id, password }));
            PrivateFile.Replace(Path.Combine(folder, Authority), Encoding.ASCII.GetBytes(certificate.AuthorityPem + "\n"));
            PrivateFile.Replace(Path.Combine(folder, Network), JsonSerializer.SerializeToUtf8Bytes(new { WirelessClient = WirelessClient(ssid, wifiPassword) }, Indented));
            string[] names = tlsPort is null ? [Wearable] : [Wearable, Authority];
            // Sources without a folder: nanoff reads them from where it is started, so the folder may be carried to another computer.
            object[] files = [.. names.Select(name => new { DestinationFilePath = "I:\\" + name, SourceFilePath = name })];
            PrivateFile.Replace(Path.Combine(folder, Files), JsonSerializer.SerializeToUtf8Bytes(new { Files = files }, Indented));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DeviceRefusedException($"--out: the folder {folder} cannot be written ({e.Message.TrimEnd('.')}).");
        }
    }

    private static byte[] Flat(object file) => JsonSerializer.SerializeToUtf8Bytes(file, file.GetType());

    // AutoConnect: the firmware only waits for an address, the runtime itself joins at boot.
    private static object WirelessClient(string ssid, string? password) => new
    {
        Ssid = ssid,
        Password = password ?? "",
        Authentication = password is null ? "Open" : "WPA2",
        Encryption = password is null ? "None" : "WPA2",
        ConfigurationOption = "AutoConnect",
    };
}
