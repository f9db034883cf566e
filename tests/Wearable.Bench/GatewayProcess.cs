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

    private const string MemoryLine = "memory ";

    private readonly Process _process;

    private GatewayProcess(Process process, int port)
    {
        _process = process;
        Port = port;
    }

    public int Port { get; }

    /// <summary>What the gateway logged as an error, as far as it was read.</summary>
    public List<string> Complaints { get; } = [];

    /// <summary>Open files, sockets and pipes; 0 where the system does not say.</summary>
    public int Handles => Directory.Exists($"/proc/{_process.Id}/fd") ? Directory.GetFileSystemEntries($"/proc/{_process.Id}/fd").Length : 0;

    /// <summary>Memory in the child's hands, from the operating system.</summary>
    public long ResidentMb
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / (1024 * 1024);
        }
    }

    /// <summary>Most memory it ever held, MB.</summary>
    public long PeakMb
    {
        get
        {
            _process.Refresh();
            return _process.PeakWorkingSet64 / (1024 * 1024);
        }
    }

    /// <summary>Processor time so far, of all its threads, s.</summary>
    public double CpuSeconds
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalSeconds;
        }
    }

    /// <summary>Starts a gateway on a data folder; complete when it listens.</summary>
    /// <param name="data">The folder.</param>
    /// <param name="maxDevices">As the gateway's own option.</param>
    /// <param name="speed">How many times as fast as the clock.</param>
    /// <param name="port">Of the broker; 0 for a free one.</param>
    public static async Task<GatewayProcess> StartAsync(string data, int maxDevices, int speed = 1, int port = 0)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardInput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(GatewayProcess).Assembly.Location);
        }

        start.ArgumentList.Add(Verb);
        start.ArgumentList.Add(data);
        foreach (int number in (int[])[maxDevices, speed, port])
        {
            start.ArgumentList.Add(number.ToString(CultureInfo.InvariantCulture));
        }

        Process process = Process.Start(start)!;
        string? ready = await process.StandardOutput.ReadLineAsync();
        return int.TryParse(ready, NumberStyles.None, CultureInfo.InvariantCulture, out int listens)
            ? new GatewayProcess(process, listens)
            : throw new IOException($"the gateway's port expected as its first line, got \"{ready}\"");
    }

    /// <summary>The child: runs until killed or until its input ends; each line of it asks for its memory.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        int[] numbers = [.. args[1..].Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
        GatewayOptions options = new() { HttpPort = 0, MqttPort = numbers[2], DataFolder = args[0], MaxDevices = numbers[0], LogLevel = LogLevel.Error };
        await using WebApplication app = await GatewayApp.BuildAsync(options, services => services.AddSingleton<TimeProvider>(new FastTime(numbers[1])));
        await GatewayApp.StartAsync(app);
        Console.WriteLine(app.Services.GetRequiredService<GatewayPorts>().Mqtt);
        while (await Console.In.ReadLineAsync() is not null)
        {
            long heap = GC.GetTotalMemory(forceFullCollection: true);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{MemoryLine}{Environment.WorkingSet} {heap}"));
        }

        return 0;
    }

    /// <summary>The gateway's memory after a collection: what the operating system counts and what the runtime does, MB. Notes what it logged before.</summary>
    public async Task<(double RssMb, double HeapMb)> MemoryAsync()
    {
        await _process.StandardInput.WriteLineAsync("memory");
        while (true)
        {
            string line = await _process.StandardOutput.ReadLineAsync() ?? throw new IOException("the gateway ended by itself");
            if (line.StartsWith(MemoryLine, StringComparison.Ordinal))
            {
                double[] bytes = [.. line[MemoryLine.Length..].Split(' ').Select(text => double.Parse(text, CultureInfo.InvariantCulture))];
                return (bytes[0] / 1048576, bytes[1] / 1048576);
            }

            Complaints.Add(line);
        }
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
