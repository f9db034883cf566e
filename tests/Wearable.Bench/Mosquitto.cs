using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Wearable.Bench;

/// <summary>The installed mosquitto on a free loopback port: for comparison, and for a fleet.</summary>
internal sealed class Mosquitto : IDisposable
{
    private readonly Process _process;
    private readonly string _config;

    private Mosquitto(Process process, string config, int port)
    {
        _process = process;
        _config = config;
        Port = port;
    }

    public int Port { get; }

    /// <summary>Processor time so far, s.</summary>
    public double CpuSeconds
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalSeconds;
        }
    }

    /// <summary>Starts it; null when it is not installed.</summary>
    /// <param name="fleet">Whether it is set up as docs/brokers.md says; else as it comes, with no limit of queued messages.</param>
    public static async Task<Mosquitto?> StartAsync(bool fleet = false)
    {
        string? program = new[] { "/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/opt/homebrew/sbin/mosquitto" }.FirstOrDefault(File.Exists);
        if (program is null)
        {
            return null;
        }

        int port = FreePort();
        string config = Path.GetTempFileName();
        await File.WriteAllTextAsync(config, string.Create(CultureInfo.InvariantCulture, $"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nlog_type error\n{(fleet ? "max_inflight_messages 2000\n" : "")}"));
        Mosquitto mosquitto = new(Process.Start(new ProcessStartInfo(program, ["-c", config]))!, config, port);
        for (int i = 0; i < 100; i++)
        {
            try
            {
                (await RawMqtt.ConnectAsync(port, "probe", 0)).Dispose();
                return mosquitto;
            }
            catch (SocketException)
            {
                await Task.Delay(50);
            }
        }

        mosquitto.Dispose();
        throw new IOException($"mosquitto did not listen on port {port} within 5 s");
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        File.Delete(_config);
    }

    internal static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
