using System.Net;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Wearable.Gateway.Doctor;
using Wearable.Gateway.Identity;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests.Identity;

/// <summary>The authority's key at rest: locked with a secret that lies elsewhere.</summary>
public sealed class LockedKeyTests : IDisposable
{
    private readonly string _folder = TestGateway.NewFolder(), _elsewhere = TestGateway.NewFolder();

    private string Secret => Path.Combine(_elsewhere, "secret");

    private string Key => Path.Combine(_folder, GatewayCertificate.KeyFile);

    [Fact]
    public void A_copy_of_the_data_folder_does_not_open_the_key()
    {
        string fingerprint = Ensure();
        Assert.Equal(fingerprint, Ensure());
        string pem = File.ReadAllText(Key);
        Assert.StartsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----", pem, StringComparison.Ordinal);
        using ECDsa pair = ECDsa.Create();
        Assert.ThrowsAny<CryptographicException>(() => pair.ImportFromEncryptedPem(pem, "a guess"));
        pair.ImportFromEncryptedPem(pem, File.ReadAllText(Secret).Trim());
        Assert.DoesNotContain(File.ReadAllText(Secret).Trim(), string.Concat(Directory.GetFiles(_folder).Select(File.ReadAllText)), StringComparison.Ordinal);
    }

    [Fact]
    public void Gateways_that_begin_at_once_agree_on_one_secret()
    {
        string[] secrets = [.. Enumerable.Range(0, 32).AsParallel().WithDegreeOfParallelism(16).Select(_ => HouseSecret.Ensure(Secret))];
        Assert.Single(secrets.Distinct());
        Assert.Equal([Secret], Directory.GetFiles(_elsewhere));
        Directory.CreateDirectory(_folder); // for Dispose
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void Nobody_else_may_read_key_or_secret()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows: rights of the user's own folders");
        Ensure();
        Assert.All([Key, Secret], file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        File.SetUnixFileMode(Secret, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Contains($"others have rights on {Secret}", Assert.Throws<GatewayStartException>(Ensure).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_an_earlier_version_left_in_the_clear_is_locked_and_stays_the_same()
    {
        string fingerprint = Ensure();
        using (ECDsa pair = ECDsa.Create())
        {
            pair.ImportFromEncryptedPem(File.ReadAllText(Key), File.ReadAllText(Secret).Trim());
            File.WriteAllText(Key, pair.ExportPkcs8PrivateKeyPem());
        }

        Finding before = await CertificateAsync();
        Assert.Equal((Verdict.Warning, $"{Key} is in the clear"), (before.Verdict, before.Found));
        Assert.Equal(fingerprint, Ensure());
        Assert.StartsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----", File.ReadAllText(Key), StringComparison.Ordinal);
        Assert.Equal(Verdict.Ok, (await CertificateAsync()).Verdict);
    }

    [Fact]
    public async Task A_lost_secret_is_named_with_its_cure_and_neither_it_nor_the_authority_is_made_anew()
    {
        Ensure();
        string authority = File.ReadAllText(Path.Combine(_folder, GatewayCertificate.AuthorityFile));
        File.Delete(Secret);
        string problem = Assert.Throws<GatewayStartException>(Ensure).Message;
        Assert.Contains(Secret, problem, StringComparison.Ordinal);
        Assert.Contains("restore it from a copy, name another with --secret-file or WEARABLE_SECRET_FILE, or move ca.pem and ca.key away", problem, StringComparison.Ordinal);
        Assert.False(File.Exists(Secret));
        Assert.Equal(authority, File.ReadAllText(Path.Combine(_folder, GatewayCertificate.AuthorityFile)));
        Assert.Equal(Verdict.Fault, (await CertificateAsync()).Verdict);
    }

    [Fact]
    public void Another_secret_and_one_that_is_too_short_are_refused()
    {
        Ensure();
        File.WriteAllText(Secret, new string('x', HouseSecret.LeastCharacters));
        Assert.Contains($"restore both from a copy, with {Secret}", Assert.Throws<GatewayStartException>(Ensure).Message, StringComparison.Ordinal);
        File.WriteAllText(Secret, "short\n");
        Assert.Contains("32 to 4096 characters expected, got 6", Assert.Throws<GatewayStartException>(Ensure).Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        Directory.Delete(_elsewhere, recursive: true);
    }

    private string Ensure()
    {
        using GatewayCertificate certificate = GatewayCertificate.Ensure(_folder, Secret, IPAddress.Loopback, TimeProvider.System);
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(certificate.Authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        Assert.True(chain.Build(certificate.Server));
        return certificate.Fingerprint;
    }

    private async Task<Finding> CertificateAsync() => (await DoctorCommand.LookAsync(
        new Patient(new GatewayOptions { DataFolder = _folder, SecretFile = Secret, HttpPort = 0, MqttPort = 0 }), TestContext.Current.CancellationToken)).Single(finding => finding.Check == "certificate authority");
}
