using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Wearable.Simulator.CommandLine;
using Wearable.Simulator.Microphone;

namespace Wearable.Simulator.Tests.CommandLine;

public class SimulatorCommandTests
{
    [Fact]
    public async Task No_options_mean_a_quiet_room_a_pulse_of_72_and_the_broker_here()
    {
        RunOptions options = await ParsedAsync();
        Assert.Equal(("127.0.0.1", 1883), (options.BrokerHost, options.BrokerPort));
        Assert.Equal(new Uri("http://127.0.0.1:5080"), options.Gateway);
        Assert.Equal("sim-1", options.Id);
        Assert.Equal(BackgroundNoise.QuietRoomDb, options.NoiseDb);
        Assert.Equal(new PulseOptions { RateBpm = 72, Finger = true }, options.Pulse);
        Assert.Null(options.UpCodec);
        Assert.False(options.HasQuestion);
    }

    [Fact]
    public async Task Every_option_arrives()
    {
        RunOptions options = await ParsedAsync(
            "--broker", "house.local:18830", "--say", "computer, what time is it", "--wav", "a.wav", "--wav", "b.wav", "--noise", "-40.5",
            "--pulse", "95", "--motion", "--no-motion-sensor", "--id", "bear-7", "--user", "u", "--password", "p", "--seed", "-3", "--chip-speed", "2000000", "--up-codec", "0",
            "--save-answer", "out.wav", "--storage", "files", "--seconds", "30", "--keep", "--voice", "slt");
        Assert.Equal(("house.local", 18830), (options.BrokerHost, options.BrokerPort));
        Assert.Equal(new Uri("http://house.local:5080"), options.Gateway);
        Assert.Equal("computer, what time is it", options.Say);
        Assert.Equal(["a.wav", "b.wav"], options.WavFiles);
        Assert.Equal(-40.5, options.NoiseDb);
        Assert.Equal(new PulseOptions { RateBpm = 95, Motion = true, MotionSensor = false }, options.Pulse);
        Assert.Equal(("bear-7", "u", "p", -3, (int?)0), (options.Id, options.User, options.Password, options.Seed, options.UpCodec));
        Assert.Equal(2_000_000L, options.ChipSpeed);
        Assert.Equal(("out.wav", "files", 30, true, "slt"), (options.SaveAnswer, options.Storage, options.Seconds, options.Keep, options.Voice));
        Assert.True(options.HasQuestion);
    }

    [Theory]
    [InlineData("[::1]:1884", "::1", 1884, "http://[::1]:5080")]
    [InlineData("[::1]", "::1", 1883, "http://[::1]:5080")]
    [InlineData("nas", "nas", 1883, "http://nas:5080")]
    public async Task A_broker_is_a_host_with_or_without_a_port(string text, string host, int port, string gateway)
    {
        RunOptions options = await ParsedAsync("--broker", text);
        Assert.Equal((host, port, new Uri(gateway)), (options.BrokerHost, options.BrokerPort, options.Gateway));
    }

    [Fact]
    public async Task Mqtts_is_tls_against_the_given_authority()
    {
        string file = Authority(Directory.CreateTempSubdirectory("wearable-ca-").FullName);
        RunOptions options = await ParsedAsync("--broker", "mqtts://house.local", "--ca", file);
        Assert.Equal(("house.local", 8883, "CN=house"), (options.BrokerHost, options.BrokerPort, options.Authority?.Subject));
        Assert.Null((await ParsedAsync("--broker", "mqtt://house.local")).Authority);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    [Theory]
    [InlineData(""", "tlsPort":8884, "caSha256":"ab" """, 8884)]
    [InlineData("", 1884)]
    public async Task A_folder_made_for_a_board_is_read_as_the_board_reads_it(string tls, int port)
    {
        string folder = Directory.CreateTempSubdirectory("wearable-device-").FullName;
        Authority(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "wearable.json"), $$"""{"id":"bear-1","host":"192.168.1.10","port":1884,"user":"bear-1","password":"secret"{{tls}}}""", TestContext.Current.CancellationToken);
        RunOptions options = await ParsedAsync("--device", folder);
        Assert.Equal(("bear-1", "192.168.1.10", port, "bear-1", "secret"), (options.Id, options.BrokerHost, options.BrokerPort, options.User, options.Password));
        Assert.Equal(tls.Length > 0, options.Authority is not null);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Quiet_is_no_noise_at_all()
    {
        Assert.Equal(double.NegativeInfinity, (await ParsedAsync("--quiet")).NoiseDb);
    }

    [Theory]
    [InlineData("--broker: HOST:PORT with a port from 1 to 65535 expected, got \"x:99999\"", "--broker", "x:99999")]
    [InlineData("--broker: HOST:PORT with a port from 1 to 65535 expected, got \":1883\"", "--broker", ":1883")]
    [InlineData("--broker: HOST:PORT with a port from 1 to 65535 expected, got \"https://x\"", "--broker", "https://x")]
    [InlineData("--broker mqtts:// needs --ca FILE: the ca.pem of the gateway's data folder", "--broker", "mqtts://x")]
    [InlineData("--ca needs --broker mqtts://HOST:PORT", "--ca", "ca.pem")]
    [InlineData("--device excludes --broker, --ca, --id, --user and --password: the folder has them all", "--device", "x", "--id", "y")]
    [InlineData("--gateway: an http:// address expected, got \"house\"", "--gateway", "house")]
    [InlineData("--id: 1 to 32 of a-z, 0-9 and - expected, got \"A_B\"", "--id", "A_B")]
    [InlineData("--say: 1 to 300 characters expected, got 0", "--say", " ")]
    [InlineData("--noise: a number from -96 to -10 expected, got \"loud\"", "--noise", "loud")]
    [InlineData("--noise: a number from -96 to -10 expected, got \"3\"", "--noise", "3")]
    [InlineData("--quiet and --noise exclude each other", "--quiet", "--noise", "-40")]
    [InlineData("--pulse: a number from 30 to 220 expected, got \"500\"", "--pulse", "500")]
    [InlineData("--pulse, --pulse-wave and --no-finger exclude each other", "--pulse", "60", "--no-finger")]
    [InlineData("--seed: a whole number from -2147483648 to 2147483647 expected, got \"1.5\"", "--seed", "1.5")]
    [InlineData("--chip-speed: a whole number from 10000 to 2000000000 expected, got \"fast\"", "--chip-speed", "fast")]
    [InlineData("--up-codec: 0 or 30 expected, got \"20\"", "--up-codec", "20")]
    [InlineData("--seconds: a whole number from 1 to 1000000 expected, got \"0\"", "--seconds", "0")]
    [InlineData("Unrecognized command or argument '--bogus'.", "--bogus")]
    [InlineData("Required argument missing for option: '--wav'.", "--wav")]
    public async Task A_wrong_option_is_one_sentence_and_exit_code_2(string sentence, params string[] args)
    {
        bool ran = false;
        SimulatorCommand command = new((_, _) =>
        {
            ran = true;
            return Task.FromResult(0);
        });
        StringWriter output = new();
        StringWriter errors = new();
        Assert.Equal(2, await command.InvokeAsync(args, output, errors));
        Assert.Equal(sentence + Environment.NewLine, errors.ToString());
        Assert.Equal("", output.ToString());
        Assert.False(ran);
    }

    [Fact]
    public async Task Help_names_every_option_and_runs_nothing()
    {
        SimulatorCommand command = new((_, _) => throw new InvalidOperationException("ran"));
        StringWriter output = new();
        Assert.Equal(0, await command.InvokeAsync(["--help"], output, new StringWriter()));
        Assert.All(["--broker", "--say", "--wav", "--pulse-wave", "--keep", "--save-answer"], option => Assert.Contains(option, output.ToString()));
    }

    private static string Authority(string folder)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 made = new CertificateRequest("CN=house", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        string file = Path.Combine(folder, "ca.pem");
        File.WriteAllText(file, made.ExportCertificatePem());
        return file;
    }

    private static async Task<RunOptions> ParsedAsync(params string[] args)
    {
        RunOptions? got = null;
        SimulatorCommand command = new((options, _) =>
        {
            got = options;
            return Task.FromResult(0);
        });
        StringWriter errors = new();
        Assert.Equal(0, await command.InvokeAsync(args, new StringWriter(), errors));
        Assert.Equal("", errors.ToString());
        return got!;
    }
}
