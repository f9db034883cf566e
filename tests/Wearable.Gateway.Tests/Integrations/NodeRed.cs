using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace Wearable.Gateway.Tests.Integrations;

/// <summary>
/// A real Node-RED (pinned beside this file, installed by npm on first use) with the example flow of docs/examples, on free loopback ports. Runs on
/// this machine's Node.js, or on the pinned one where that is older than Node-RED 5 wants.
/// </summary>
internal sealed class NodeRed : IAsyncDisposable
{
    private const int LeastNodeMajor = 23; // 22.9 would do; one number is easier to compare
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Integrations", "node-red");
    private static readonly Lazy<Task> Installed = new(InstallAsync);
    private readonly Process _process;
    private readonly string _userFolder;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly HttpClient _http;

    private NodeRed(Process process, string userFolder, int port)
    {
        (_process, _userFolder) = (process, userFolder);
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        process.OutputDataReceived += (_, line) => _lines.Writer.TryWrite(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => _lines.Writer.TryWrite(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Everything it printed so far.</summary>
    public List<string> Said { get; } = [];

    /// <summary>Starts it with the example flow and waits until it is connected to the broker.</summary>
    /// <param name="mqttPort">Port of the gateway's broker.</param>
    /// <param name="wearable">The flow's WEARABLE.</param>
    public static async Task<NodeRed> StartAsync(int mqttPort, string wearable)
    {
        await Installed.Value;
        string userFolder = Directory.CreateTempSubdirectory("wearable-node-red-").FullName;
        JsonArray flow = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Folder, "wearable.json")))!.AsArray();
        flow.Single(node => (string?)node!["type"] == "mqtt-broker")!["port"] = mqttPort.ToString(CultureInfo.InvariantCulture);
        flow.Single(node => (string?)node!["type"] == "tab")!["env"]![0]!["value"] = wearable;
        await File.WriteAllTextAsync(Path.Combine(userFolder, "wearable.json"), flow.ToJsonString());
        File.Copy(Path.Combine(Folder, "settings.js"), Path.Combine(userFolder, "settings.js"));
        int port = FreePort();
        ProcessStartInfo start = new(await NodeAsync(), [Path.Combine(Folder, "node_modules", "node-red", "red.js"), "--userDir", userFolder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["NODE_RED_PORT"] = port.ToString(CultureInfo.InvariantCulture);
        NodeRed nodeRed = new(Process.Start(start)!, userFolder, port);
        await nodeRed.SaysAsync("Connected to broker");
        return nodeRed;
    }

    /// <summary>Waits for a line that holds a text; fails after 60 s without one, and shows what it said.</summary>
    public async Task<string> SaysAsync(string text)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        try
        {
            while (true)
            {
                string line = await _lines.Reader.ReadAsync(limit.Token);
                Said.Add(line);
                if (line.Contains(text, StringComparison.Ordinal))
                {
                    return line;
                }
            }
        }
        catch (OperationCanceledException)
        {
            throw new InvalidOperationException($"Node-RED did not say \"{text}\" but:\n{string.Join('\n', Said)}");
        }
    }

    /// <summary>Presses the button of an inject node.</summary>
    public async Task PressAsync(string node) => (await _http.PostAsync("/inject/" + node, null)).EnsureSuccessStatusCode();

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_userFolder, recursive: true);
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<string> NodeAsync()
    {
        (int code, string version) = await RunAsync("node", "--version");
        if (code == 0 && int.TryParse(version.TrimStart('v').Split('.')[0], CultureInfo.InvariantCulture, out int major) && major >= LeastNodeMajor)
        {
            return "node";
        }

        string pinned = Path.Combine(Folder, "node_modules", $"node-linux-{(System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "x64")}", "bin", "node");
        Assert.SkipUnless(File.Exists(pinned), $"Node-RED 5 needs Node.js 22.9 or newer, this machine has {version.Trim()}");
        return pinned;
    }

    private static async Task InstallAsync()
    {
        if (!File.Exists(Path.Combine(Folder, "node_modules", "node-red", "red.js")))
        {
            (int code, string said) = await RunAsync("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
            Assert.True(code == 0, "npm ci for Node-RED: " + said);
        }
    }

    private static async Task<(int Code, string Said)> RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }
}
