using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MQTTnet;
using MQTTnet.Exceptions;
using Wearable.Gateway.Tool;

namespace Wearable.Gateway.Doctor;

/// <summary>Ports, and the broker behind one.</summary>
internal static class PortChecks
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(5);

    /// <summary>Whether each port is free, or held by the gateway of this data folder.</summary>
    public static IEnumerable<Finding> Ports(Patient patient)
    {
        GatewayOptions options = patient.Options;
        RunningGateway? running = RunningGateway.Find(options.DataFolder);
        yield return Port("port of the page", options.Bind, options.HttpPort, "--http-port", running);
        yield return Port("port of the broker", options.PlainMqttBind, options.MqttPort, "--mqtt-port", running);
        if (options.UsesTls)
        {
            yield return Port("port of the broker over TLS", options.Bind, options.MqttsPort, "--mqtts-port", running);
        }
    }

    /// <summary>Whether the running gateway's broker answers.</summary>
    public static async Task<Finding> BrokerAsync(Patient patient, CancellationToken cancellation)
    {
        const string Check = "broker";
        if (RunningGateway.Find(patient.Options.DataFolder) is not RunningGateway running)
        {
            return Finding.Skipped(Check, "no gateway runs on this data folder");
        }

        string at = string.Create(CultureInfo.InvariantCulture, $"{running.MqttHost}:{running.MqttPort}");
        try
        {
            using IMqttClient client = new MqttClientFactory().CreateMqttClient();
            MqttClientConnectResult connected = await client.ConnectAsync(
                new MqttClientOptionsBuilder().WithTcpServer(running.MqttHost, running.MqttPort).WithClientId("doctor_" + Guid.NewGuid().ToString("N")[..8]).WithTimeout(ConnectLimit).Build(), cancellation).ConfigureAwait(false);
            return connected.ResultCode is MqttClientConnectResultCode.Success or MqttClientConnectResultCode.BadUserNameOrPassword or MqttClientConnectResultCode.NotAuthorized
                ? Finding.Ok(Check, $"answers at {at}")
                : Finding.Fault(Check, $"{at} answers {connected.ResultCode}", "a connection", "Restart the gateway.");
        }
        catch (Exception e) when (e is MqttCommunicationException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            return Finding.Fault(Check, $"{at} does not answer ({(e.InnerException ?? e).Message.TrimEnd('.')})", "a connection", $"Restart the gateway (process {running.ProcessId}).");
        }
    }

    private static Finding Port(string check, IPAddress bind, int port, string option, RunningGateway? running)
    {
        string at = string.Create(CultureInfo.InvariantCulture, $"{bind}:{port}");
        if (running is not null && (port == running.MqttPort || port == running.Page.Port))
        {
            return Finding.Ok(check, $"{at} is the running gateway's (process {running.ProcessId})");
        }

        try
        {
            using TcpListener listener = new(bind, port) { ExclusiveAddressUse = true };
            listener.Start();
            return Finding.Ok(check, $"{at} is free");
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => Finding.Fault(check, $"{at} is taken by {PortOwner.Of(port)}", "a free port", $"Stop that program, or choose another port with {option} NUMBER."),
                SocketError.AccessDenied => Finding.Fault(check, $"{at} needs rights this user does not have", "a port above 1023", $"Choose another port with {option} NUMBER."),
                SocketError.AddressNotAvailable => Finding.Fault(check, $"{bind} is not an address of this machine", "one of its addresses, or 0.0.0.0 for all", "Choose another with --bind ADDRESS."),
                _ => Finding.Fault(check, $"{at} cannot be opened ({e.SocketErrorCode})", "a free port", $"Choose another port with {option} NUMBER."),
            };
        }
    }
}
