using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Wearable.Contract;

namespace Wearable.Simulator.CommandLine;

/// <summary>Who the simulated wearable is and how it reaches its gateway.</summary>
/// <param name="Id">Device id.</param>
/// <param name="Host">Name or address of the broker.</param>
/// <param name="Port">Its port.</param>
/// <param name="User">Broker account, or null.</param>
/// <param name="Password">Broker password, or null.</param>
/// <param name="Authority">The gateway's certificate authority, for TLS; null: in the clear.</param>
internal sealed record Connection(string Id, string Host, int Port, string? User, string? Password, X509Certificate2? Authority);

/// <summary>What <c>device add</c> wrote for a board, read as the board reads it: <c>wearable.json</c> and, where it says <c>tlsPort</c>, <c>ca.pem</c>.</summary>
internal static class DeviceFolder
{
    /// <summary>Reads a folder.</summary>
    /// <exception cref="OptionException">A file is missing, cannot be read or is not what <c>device add</c> writes.</exception>
    public static Connection Read(string folder)
    {
        string file = Path.Combine(folder, "wearable.json");
        try
        {
            byte[] content = File.ReadAllBytes(file);
            WireReader reader = new();
            reader.Load("wearable.json", content, content.Length);
            bool tls = reader.TryInt("tlsPort", 1, 65535, out int tlsPort);
            int port = reader.Int("port", 1, 65535);
            string user = reader.TextOr("user", 64, ""), password = reader.TextOr("password", 128, "");
            return new Connection(
                reader.Id("id"), reader.Text("host", 128), tls ? tlsPort : port, user.Length == 0 ? null : user, password.Length == 0 ? null : password,
                tls ? ReadAuthority(Path.Combine(folder, "ca.pem")) : null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or WireException)
        {
            throw new OptionException($"--device: {file} of `device add` expected, it cannot be used ({e.Message.TrimEnd('.')})");
        }
    }

    /// <summary>Reads a certificate.</summary>
    /// <exception cref="OptionException">There is none.</exception>
    public static X509Certificate2 ReadAuthority(string file)
    {
        try
        {
            return X509CertificateLoader.LoadCertificateFromFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new OptionException($"--ca: a certificate (PEM) expected in {file}, it cannot be used ({e.Message.TrimEnd('.')})");
        }
    }
}
