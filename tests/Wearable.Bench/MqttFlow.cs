using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace Wearable.Bench;

/// <summary>
/// A gateway in one process and a publisher in another, a steady number of messages of 256 bytes a second with QoS 1 between them, each stored: what the
/// machine has to do beside what is measured here, without counting in this process.
/// </summary>
internal sealed class MqttFlow : IDisposable
{
    /// <summary>First argument of the publishing child.</summary>
    public const string Verb = "mqtt-flow-child";

    private const int SliceMs = 10;

    private readonly GatewayProcess _gateway;
    private readonly Process _publisher;
    private readonly string _data;
    private readonly long _began = Stopwatch.GetTimestamp();

    private MqttFlow(GatewayProcess gateway, Process publisher, string data) => (_gateway, _publisher, _data) = (gateway, publisher, data);

    /// <summary>Starts both; complete when messages begin to flow.</summary>
    public static MqttFlow Start(int perSecond)
    {
        string data = Directory.CreateTempSubdirectory("wearable-flow-").FullName;
        GatewayProcess gateway = GatewayProcess.StartAsync(data, maxDevices: 8).GetAwaiter().GetResult();
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(MqttFlow).Assembly.Location);
        }

        foreach (string argument in (string[])[Verb, gateway.Port.ToString(CultureInfo.InvariantCulture), perSecond.ToString(CultureInfo.InvariantCulture)])
        {
            start.ArgumentList.Add(argument);
        }

        Process publisher = Process.Start(start)!;
        publisher.StandardOutput.ReadLine(); // it is connected
        return new MqttFlow(gateway, publisher, data);
    }

    /// <summary>Ends the flow.</summary>
    /// <returns>Messages acknowledged a second since the start.</returns>
    public double Stop()
    {
        _publisher.StandardInput.Close();
        string? acknowledged = _publisher.StandardOutput.ReadLine();
        _publisher.WaitForExit();
        return long.TryParse(acknowledged, NumberStyles.None, CultureInfo.InvariantCulture, out long count)
            ? count / Stopwatch.GetElapsedTime(_began).TotalSeconds
            : throw new IOException($"the count of acknowledged messages expected from the publisher, got \"{acknowledged}\"");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_publisher.HasExited)
        {
            _publisher.Kill();
        }

        _publisher.Dispose();
        _gateway.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    /// <summary>The child: publishes until its input ends, then says how many were acknowledged.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        int port = int.Parse(args[0], CultureInfo.InvariantCulture), perSecond = int.Parse(args[1], CultureInfo.InvariantCulture);
        using Socket socket = await RawMqtt.ConnectAsync(port, "flow", 0);
        Console.WriteLine("connected");
        RawMessage message = new("flow");
        using CancellationTokenSource ended = new();
        _ = Task.Run(() =>
        {
            Console.In.ReadToEnd();
            ended.Cancel();
        });
        long acknowledgedBytes = 0;
        Task reading = Task.Run(async () =>
        {
            byte[] answers = new byte[4096];
            while (await socket.ReceiveAsync(answers) is int got and > 0)
            {
                Interlocked.Add(ref acknowledgedBytes, got);
            }
        });
        byte[] packet = new byte[message.Length];
        long sent = 0, began = Stopwatch.GetTimestamp();
        while (!ended.IsCancellationRequested)
        {
            // What the clock says is due; a machine that is late catches up, at most a second's worth.
            long due = (long)(Stopwatch.GetElapsedTime(began).TotalSeconds * perSecond);
            for (sent = Math.Max(sent, due - perSecond); sent < due; sent++)
            {
                message.Fill(packet, sent);
                for (ReadOnlyMemory<byte> left = packet; left.Length > 0;)
                {
                    left = left[await socket.SendAsync(left)..];
                }
            }

            await Task.Delay(SliceMs);
        }

        Console.WriteLine(Interlocked.Read(ref acknowledgedBytes) / 4); // a PUBACK has four bytes
        return 0;
    }
}
