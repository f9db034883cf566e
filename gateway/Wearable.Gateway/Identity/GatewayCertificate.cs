using System.Net;
using System.Net.NetworkInformation;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Wearable.Gateway.Devices;

namespace Wearable.Gateway.Identity;

/// <summary>
/// This installation's own certificate authority, made on first use and kept in the data folder (<c>ca.pem</c>, <c>ca.key</c>: ECDSA P-256,
/// 20 years, this user only; the key is locked with <see cref="HouseSecret"/>, PKCS#8 with PBES2, AES-256), and the server's certificate, made anew at every start so that it always names today's addresses and its
/// key never touches the disk. A wearable pins the authority: the server may change its address, nobody else can stand in for it.
/// </summary>
public sealed class GatewayCertificate : IDisposable
{
    /// <summary>The authority's certificate, in the data folder; no secret.</summary>
    public const string AuthorityFile = "ca.pem";

    /// <summary>The authority's key, in the data folder.</summary>
    public const string KeyFile = "ca.key";

    /// <summary>How long one start's certificate is valid: browsers refuse more than 398 days.</summary>
    public static readonly TimeSpan ServerLasts = TimeSpan.FromDays(397);

    private const string Locked = "BEGIN ENCRYPTED PRIVATE KEY";

    // The secret has 256 random bits; the rounds are for one that an owner wrote.
    private static readonly PbeParameters Lock = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 100_000);

    // A wearable's clock may be a day off before it knows the time.
    private static readonly TimeSpan Earlier = TimeSpan.FromDays(1);

    private GatewayCertificate(X509Certificate2 authority, X509Certificate2 server)
    {
        Authority = authority;
        Server = server;
    }

    /// <summary>The authority, with its key.</summary>
    public X509Certificate2 Authority { get; }

    /// <summary>What the server shows, with its key.</summary>
    public X509Certificate2 Server { get; }

    /// <summary>SHA-256 of the authority's certificate (DER), 64 hexadecimal digits.</summary>
    public string Fingerprint => Authority.GetCertHashString(HashAlgorithmName.SHA256);

    /// <summary>The authority's certificate for a client.</summary>
    public string AuthorityPem => Authority.ExportCertificatePem();

    /// <summary>Reads the authority, or makes it, and makes a server certificate. A key that an earlier version left in the clear is locked.</summary>
    /// <param name="folder">The data folder; made when absent.</param>
    /// <param name="secretFile">File of the secret that locks the key; made when absent, unless a key was locked already.</param>
    /// <param name="bind">The address the gateway listens on.</param>
    /// <param name="time">Now.</param>
    /// <exception cref="GatewayStartException">The files are damaged, readable by others, locked with another secret, ended, or cannot be written.</exception>
    public static GatewayCertificate Ensure(string folder, string secretFile, IPAddress bind, TimeProvider time)
    {
        string certificate = Path.Combine(folder, AuthorityFile), key = Path.Combine(folder, KeyFile);
        try
        {
            PrivateFile.MakeFolder(folder);
            using (PrivateFile.Open(key + ".lock", FileMode.OpenOrCreate))
            {
                if (!File.Exists(key) || !File.Exists(certificate))
                {
                    MakeAuthority(certificate, key, HouseSecret.Ensure(secretFile), time);
                }
                else if (!IsLocked(key))
                {
                    PrivateFile.RequirePrivate(key);
                    using ECDsa pair = ECDsa.Create();
                    pair.ImportFromPem(File.ReadAllText(key));
                    WriteKey(key, pair, HouseSecret.Ensure(secretFile));
                }
            }

            X509Certificate2 authority = ReadAuthority(folder, secretFile);
            if (time.GetUtcNow() >= authority.NotAfter)
            {
                throw new GatewayStartException($"The gateway's certificate authority {certificate} ended {authority.NotAfter.ToUniversalTime():yyyy-MM-dd}: no wearable would believe it. If this machine's clock is right, move ca.pem and ca.key away and give every wearable its files again (device add --replace).");
            }

            return new GatewayCertificate(authority, MakeServer(authority, bind, time));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new GatewayStartException($"The gateway's certificate {certificate} with {KeyFile} cannot be used ({e.Message.TrimEnd('.')}); restore both from a copy, with {secretFile}, or move both away and give every wearable its files again.", e);
        }
    }

    /// <summary>Reads the authority with its key; nothing is made or changed.</summary>
    /// <exception cref="CryptographicException">The files are damaged or locked with another secret.</exception>
    /// <exception cref="IOException">They cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Others have rights on the key.</exception>
    /// <exception cref="GatewayStartException">The secret cannot be used.</exception>
    internal static X509Certificate2 ReadAuthority(string folder, string secretFile)
    {
        string certificate = Path.Combine(folder, AuthorityFile), key = Path.Combine(folder, KeyFile);
        PrivateFile.RequirePrivate(key);
        return IsLocked(key) ? X509Certificate2.CreateFromEncryptedPemFile(certificate, HouseSecret.Read(secretFile), key) : X509Certificate2.CreateFromPemFile(certificate, key);
    }

    /// <summary>Whether the authority's key is locked; one of an earlier version is not until the gateway uses it.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    internal static bool IsLocked(string key) => File.ReadAllText(key).Contains(Locked, StringComparison.Ordinal);

    /// <inheritdoc/>
    public void Dispose()
    {
        Authority.Dispose();
        Server.Dispose();
    }

    private static void MakeAuthority(string certificate, string key, string secret, TimeProvider time)
    {
        using ECDsa pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=Wearable gateway " + Convert.ToHexString(RandomNumberGenerator.GetBytes(4)), pair, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        DateTimeOffset now = time.GetUtcNow();
        using X509Certificate2 made = request.CreateSelfSigned(now - Earlier, now.AddYears(20));
        WriteKey(key, pair, secret);
        PrivateFile.Replace(certificate, System.Text.Encoding.ASCII.GetBytes(made.ExportCertificatePem() + "\n"));
    }

    private static void WriteKey(string key, ECDsa pair, string secret) =>
        PrivateFile.Replace(key, System.Text.Encoding.ASCII.GetBytes(pair.ExportEncryptedPkcs8PrivateKeyPem(secret, Lock) + "\n"));

    private static X509Certificate2 MakeServer(X509Certificate2 authority, IPAddress bind, TimeProvider time)
    {
        using ECDsa pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=wearable-gateway", pair, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false)); // server authentication
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        request.CertificateExtensions.Add(Names(bind));
        DateTimeOffset now = time.GetUtcNow();
        DateTimeOffset end = now + ServerLasts < authority.NotAfter ? now + ServerLasts : authority.NotAfter;
        using X509Certificate2 bare = request.Create(authority, now - Earlier < authority.NotBefore ? authority.NotBefore : now - Earlier, end, RandomNumberGenerator.GetBytes(16));
        using X509Certificate2 withKey = bare.CopyWithPrivateKey(pair);
        // Windows' TLS knows keys only by their store; a round trip through PKCS#12 gives it one.
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }

    private static X509Extension Names(IPAddress bind)
    {
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("localhost");
        string machine = Environment.MachineName.ToLowerInvariant();
        if (Uri.CheckHostName(machine) == UriHostNameType.Dns)
        {
            names.AddDnsName(machine);
            if (!machine.Contains('.', StringComparison.Ordinal))
            {
                names.AddDnsName(machine + ".local");
            }
        }

        IEnumerable<IPAddress> addresses = NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(network => network.GetIPProperties().UnicastAddresses)
            .Select(unicast => unicast.Address)
            .Where(address => !address.IsIPv6LinkLocal);
        foreach (IPAddress address in addresses.Append(bind).Append(IPAddress.Loopback).Append(IPAddress.IPv6Loopback).Distinct())
        {
            names.AddIpAddress(address);
        }

        return names.Build();
    }
}
