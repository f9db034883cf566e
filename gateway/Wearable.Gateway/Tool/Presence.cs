using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Wearable.Gateway.Devices;

namespace Wearable.Gateway.Tool;

/// <summary>Writes <see cref="RunningGateway"/> while this gateway runs, and knows the key of this start.</summary>
public sealed class Presence(GatewayOptions options, GatewayPorts ports, ILogger<Presence> logger) : IDisposable
{
    /// <summary>Scheme of the header that shows the key.</summary>
    public const string Scheme = "Wearable-Key";

    private readonly string _key = DevicePassword.Make();
    private FileStream? _lock;

    /// <summary>Whether this is the key of this start. Takes as long for a wrong one.</summary>
    public bool IsKey(string? key) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(key ?? ""), Encoding.UTF8.GetBytes(_key));

    /// <summary>Says where the gateway listens; once it does.</summary>
    public void Begin()
    {
        try
        {
            _lock = Lock();
            IPAddress mqtt = options.PlainMqttBind.Equals(IPAddress.Any) || options.PlainMqttBind.Equals(IPAddress.IPv6Any) ? IPAddress.Loopback : options.PlainMqttBind;
            RunningGateway running = new(Environment.ProcessId, ports.Page, options.Broker?.Address.Host ?? mqtt.ToString(), options.Broker?.Address.Port ?? ports.Mqtt, _key);
            PrivateFile.Replace(Path.Combine(options.DataFolder, RunningGateway.FileName), JsonSerializer.SerializeToUtf8Bytes(running, JsonSerializerOptions.Web));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning("{Folder} is in use by another gateway, tools will find that one ({Why})", options.DataFolder, e.Message.TrimEnd('.'));
        }
    }

    // A tool that looks whether somebody holds it, holds it for a moment itself.
    private FileStream Lock()
    {
        string file = Path.Combine(options.DataFolder, RunningGateway.LockName);
        for (int i = 1; ; i++)
        {
            try
            {
                // Alone for a moment, to see that nobody has it; then others may read it, as a copy of the folder does.
                PrivateFile.Open(file, FileMode.OpenOrCreate).Dispose();
                return new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
            }
            catch (IOException) when (i < 4)
            {
                Thread.Sleep(20);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_lock is null)
        {
            return;
        }

        try
        {
            File.Delete(Path.Combine(options.DataFolder, RunningGateway.FileName));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogDebug("{File} stays: {Why}", RunningGateway.FileName, e.Message); // without the lock nobody believes it
        }

        _lock.Dispose();
        _lock = null;
    }
}
