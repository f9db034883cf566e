using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wearable.Gateway;

namespace Wearable.Bench;

/// <summary>
/// Broker, store and page of the gateway in a process of their own, to be killed or weighed. Without the speech engines: they weigh the
/// same whatever the number of wearables.
/// </summary>
internal sealed class GatewayProcess : IDisposable
{
    /// <summary>First argument of the child.</summary>
    public const string Verb = "gateway-child";

    private readonly Process _process;

    private GatewayProcess(Process process, int port)
    {
        _process = process;
        Port = port;
    }

    public int Port { get; }

    /// <summary>Memory in the child's hands, from the operating system.</summary>
    public long ResidentMb
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / (1024 * 1024);
        }
    }

    /// <summary>Starts a gateway on a data folder; complete when it listens.</summary>
    public static async Task<GatewayProcess> StartAsync(string data, int maxDevices)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardInput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(GatewayProcess).Assembly.Location);
        }

        foreach (string argument in (string[])[Verb, data, maxDevices.ToString(CultureInfo.InvariantCulture)])
        {
            start.ArgumentList.Add(argument);
        }

        Process process = Process.Start(start)!;
        string? ready = await process.StandardOutput.ReadLineAsync();
        return int.TryParse(ready, NumberStyles.None, CultureInfo.InvariantCulture, out int port)
            ? new GatewayProcess(process, port)
            : throw new IOException($"the gateway's port expected as its first line, got \"{ready}\"");
    }

    /// <summary>The child: runs until killed or until its input ends.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        GatewayOptions options = new()
        {
            HttpPort = 0, MqttPort = 0, DataFolder = args[0], MaxDevices = int.Parse(args[1], CultureInfo.InvariantCulture), LogLevel = LogLevel.Error,
        };
        await using WebApplication app = await GatewayApp.BuildAsync(options);
        await GatewayApp.StartAsync(app);
        Console.WriteLine(app.Services.GetRequiredService<GatewayPorts>().Mqtt);
        await Console.In.ReadToEndAsync();
        return 0;
    }

    /// <summary>No goodbye: SIGKILL.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }
}
