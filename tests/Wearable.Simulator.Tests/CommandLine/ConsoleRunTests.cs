using System.Net;
using System.Text;
using Wearable.Simulator.CommandLine;
using Wearable.Simulator.Microphone;
using Wearable.Simulator.Tests.Link;

namespace Wearable.Simulator.Tests.CommandLine;

public sealed class ConsoleRunTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("wearable-").FullName;
    private readonly StringWriter _output = new();
    private readonly StringWriter _errors = new();

    [Fact]
    public async Task An_absent_broker_is_one_sentence_with_its_name()
    {
        int port = TestBroker.FreePort();
        Assert.Equal(1, await RunAsync(new RunOptions { BrokerPort = port }));
        Assert.Equal($"connect: broker 127.0.0.1:{port}: nobody listens there (connection refused)", Error());
    }

    [Fact]
    public async Task A_refusing_broker_is_one_sentence_with_the_reason()
    {
        await using TestBroker broker = await TestBroker.StartAsync();
        broker.Password = "right";
        Assert.Equal(1, await RunAsync(new RunOptions { BrokerPort = broker.Port, User = "u", Password = "wrong" }));
        Assert.Equal($"connect: broker 127.0.0.1:{broker.Port} refused the connection: bad user name or password", Error());
    }

    [Fact]
    public async Task Keep_goes_on_trying_without_a_broker_and_says_why_once()
    {
        int port = TestBroker.FreePort();
        Assert.Equal(1, await RunAsync(new RunOptions { BrokerPort = port, Keep = true, Seconds = 3 }));
        Assert.Equal(
            [$"connect: broker 127.0.0.1:{port}: nobody listens there (connection refused); trying again", "no connection within --seconds 3"],
            Error().Split(Environment.NewLine));
    }

    [Fact]
    public async Task A_wav_of_another_rate_is_refused_before_anything_starts()
    {
        string path = Path.Combine(_folder, "hifi.wav");
        byte[] wav = WavFile.ToBytes(new short[100]);
        BitConverter.TryWriteBytes(wav.AsSpan(24), 44100);
        File.WriteAllBytes(path, wav);
        Assert.Equal(1, await RunAsync(new RunOptions { WavFiles = [path], BrokerPort = TestBroker.FreePort() }));
        Assert.StartsWith($"{path}: 44100 Hz, mono, 16-bit PCM came; 16000 Hz", Error());
        Assert.Equal("", _output.ToString());
    }

    [Fact]
    public async Task A_truncated_wav_and_a_missing_one_are_named()
    {
        string path = Path.Combine(_folder, "cut.wav");
        File.WriteAllBytes(path, WavFile.ToBytes(new short[100])[..120]);
        Assert.Equal(1, await RunAsync(new RunOptions { WavFiles = [path] }));
        Assert.StartsWith($"{path}: truncated", Error());
        _errors.GetStringBuilder().Clear();
        string missing = Path.Combine(_folder, "missing.wav");
        Assert.Equal(1, await RunAsync(new RunOptions { WavFiles = [missing] }));
        Assert.StartsWith($"{missing}: cannot be read", Error());
    }

    [Fact]
    public async Task Without_a_gateway_to_speak_it_is_told_with_the_address()
    {
        Uri gateway = new($"http://127.0.0.1:{TestBroker.FreePort()}");
        Assert.Equal(1, await RunAsync(new RunOptions { Say = "computer", Gateway = gateway }));
        Assert.StartsWith($"speech: gateway {gateway.GetLeftPart(UriPartial.Authority)} cannot be reached", Error());
    }

    [Fact]
    public async Task A_gateway_that_answers_nonsense_is_told()
    {
        using HttpListener listener = new();
        string gateway = $"http://127.0.0.1:{TestBroker.FreePort()}/";
        listener.Prefixes.Add(gateway);
        listener.Start();
        List<string> asked = [];
        Task serving = Task.Run(async () =>
        {
            for (int i = 0; i < 3; i++)
            {
                HttpListenerContext context = await listener.GetContextAsync();
                asked.Add(context.Request.RawUrl!);
                context.Response.StatusCode = i == 0 ? 404 : i == 1 ? 200 : 503;
                string body = i == 2 ? """{"status":503,"detail":"this gateway has no voice"}""" : "hello";
                context.Response.Close(Encoding.ASCII.GetBytes(body), willBlock: true);
            }
        });
        Assert.Equal(1, await RunAsync(new RunOptions { Say = "computer, what's up?", Gateway = new Uri(gateway), Voice = "slt" }));
        Assert.Equal("/api/speech?text=computer%2C%20what%27s%20up%3F&voice=slt", asked[0]);
        Assert.Contains("answered 404", Error());
        _errors.GetStringBuilder().Clear();
        Assert.Equal(1, await RunAsync(new RunOptions { Say = "computer", Gateway = new Uri(gateway) }));
        Assert.Contains("not a WAV file", Error());
        _errors.GetStringBuilder().Clear();
        Assert.Equal(1, await RunAsync(new RunOptions { Say = "computer", Gateway = new Uri(gateway) }));
        Assert.EndsWith("answered 503 to /api/speech: this gateway has no voice", Error());
        await serving;
    }

    [Fact]
    public async Task Without_a_question_it_runs_for_the_time_asked()
    {
        await using TestBroker broker = await TestBroker.StartAsync();
        Assert.Equal(0, await RunAsync(new RunOptions { BrokerPort = broker.Port, Id = "quiet-1", Seconds = 2 }));
        Assert.Contains("quiet-1: connected", _output.ToString());
        Assert.Equal("", Error());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<int> RunAsync(RunOptions options) => new ConsoleRun(options, _output, _errors).RunAsync(TestContext.Current.CancellationToken);

    private string Error() => _errors.ToString().TrimEnd();
}
