using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;
using Wearable.Contract;
using Wearable.Gateway.Mqtt.External;

namespace Wearable.Gateway.Tests.Support;

/// <summary>The installed mosquitto on a loopback port of its own, to be killed and started again; with TLS and a password when asked.</summary>
public sealed class TestMosquitto : IAsyncDisposable
{
    private static readonly string[] Programs = ["/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/opt/homebrew/sbin/mosquitto"];

    private readonly string _folder = Directory.CreateTempSubdirectory("wearable-mosquitto-").FullName;
    private readonly bool _secure;
    private readonly List<IMqttClient> _clients = [];
    private Process? _process;

    private TestMosquitto(bool secure) => _secure = secure;

    public const string User = "gateway", Password = "a long test password";

    public int Port { get; } = FreePort();

    public string AuthorityFile => Path.Combine(_folder, "ca.pem");

    public string PasswordFile => Path.Combine(_folder, "password");

    /// <summary>Of this broker.</summary>
    public BrokerChoice Choice => new(new BrokerAddress("127.0.0.1", Port, _secure))
    {
        User = _secure ? User : "", PasswordFile = _secure ? PasswordFile : null, AuthorityFile = _secure ? AuthorityFile : null,
    };

    /// <summary>Prepares a broker; <see cref="StartAsync"/> starts it.</summary>
    public static TestMosquitto Prepare(bool secure = false)
    {
        TestMosquitto mosquitto = new(secure);
        mosquitto.WriteConfig();
        return mosquitto;
    }

    public static async Task<TestMosquitto> RunningAsync(bool secure = false)
    {
        TestMosquitto mosquitto = Prepare(secure);
        await mosquitto.StartAsync();
        return mosquitto;
    }

    public async Task StartAsync()
    {
        string program = Array.Find(Programs, File.Exists) ?? throw new InvalidOperationException("mosquitto expected (apt-get install mosquitto), not found");
        _process = Process.Start(new ProcessStartInfo(program, ["-c", Path.Combine(_folder, "mosquitto.conf")]) { RedirectStandardError = true })!;
        for (int i = 0; i < 400; i++)
        {
            using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, Port);
                return;
            }
            catch (SocketException)
            {
                Assert.False(_process.HasExited, _process.HasExited ? await _process.StandardError.ReadToEndAsync() : "");
                await Task.Delay(50);
            }
        }

        Assert.Fail($"mosquitto did not listen on port {Port} within 20 s");
    }

    /// <summary>No goodbye: SIGKILL.</summary>
    public void Kill()
    {
        if (_process is { } process)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
            _process = null;
        }
    }

    /// <summary>A client as the firmware's: MQTT 3.1.1, clean session, last will.</summary>
    public Task<IMqttClient> WearableAsync(string id) => ConnectAsync(id, options => options
        .WithProtocolVersion(MqttProtocolVersion.V311)
        .WithWillTopic(new Topics(id).Status).WithWillPayload(StatusMessage.Offline).WithWillQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).WithWillRetain());

    public async Task<IMqttClient> ConnectAsync(string id, Action<MqttClientOptionsBuilder>? more = null)
    {
        MqttClientOptionsBuilder options = new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", Port).WithClientId(id).WithTimeout(TimeSpan.FromSeconds(60));
        if (_secure)
        {
            X509Certificate2Collection authorities = [];
            authorities.ImportFromPemFile(AuthorityFile);
            options.WithCredentials(User, Password).WithTlsOptions(tls => tls.UseTls().WithTargetHost("127.0.0.1").WithTrustChain(authorities).WithRevocationMode(X509RevocationMode.NoCheck));
        }

        more?.Invoke(options);
        IMqttClient client = new MqttClientFactory().CreateMqttClient();
        _clients.Add(client);
        Assert.Equal(MqttClientConnectResultCode.Success, (await client.ConnectAsync(options.Build())).ResultCode);
        return client;
    }

    /// <summary>A viewer that keeps every message under a filter.</summary>
    public async Task<Viewer> ViewerAsync(string filter)
    {
        IMqttClient client = await ConnectAsync("viewer_" + Guid.NewGuid().ToString("N"));
        Viewer viewer = new();
        client.ApplicationMessageReceivedAsync += viewer.OnMessageAsync;
        await client.SubscribeAsync(filter, MqttQualityOfServiceLevel.AtLeastOnce);
        return viewer;
    }

    public ValueTask DisposeAsync()
    {
        foreach (IMqttClient client in _clients)
        {
            client.Dispose();
        }

        Kill();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void WriteConfig()
    {
        // Written as it goes: a broker that is killed keeps what it acknowledged only as far as it was told to.
        List<string> lines =
        [
            string.Create(CultureInfo.InvariantCulture, $"listener {Port} 127.0.0.1"), "allow_anonymous " + (_secure ? "false" : "true"), "max_queued_messages 0",
            "max_inflight_messages 0", "persistence true", "persistence_location " + _folder + "/", "autosave_on_changes true", "autosave_interval 1", "log_type error",
        ];
        if (Environment.UserName == "root")
        {
            lines.Add("user root"); // else it changes to a user who may not read this folder
        }

        if (_secure)
        {
            WriteCertificates();
            File.WriteAllText(PasswordFile, Password + "\n");
            string passwords = Path.Combine(_folder, "passwords");
            File.WriteAllText(passwords, $"{User}:{Password}\n");
            using Process hash = Process.Start(new ProcessStartInfo("mosquitto_passwd", ["-U", passwords]) { RedirectStandardError = true })!;
            hash.WaitForExit();
            lines.AddRange(["password_file " + passwords, "cafile " + AuthorityFile, "certfile " + Path.Combine(_folder, "server.pem"), "keyfile " + Path.Combine(_folder, "server.key")]);
        }

        File.WriteAllLines(Path.Combine(_folder, "mosquitto.conf"), lines);
    }

    private void WriteCertificates()
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using ECDsa authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest authority = new("CN=Test authority", authorityKey, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 root = authority.CreateSelfSigned(now.AddDays(-1), now.AddDays(2));
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest server = new("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(IPAddress.Loopback);
        server.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = server.Create(root, now.AddHours(-1), now.AddDays(1), [1, 2, 3, 4]);
        File.WriteAllText(AuthorityFile, root.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, "server.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, "server.key"), key.ExportPkcs8PrivateKeyPem());
    }
}
