using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Wearable.Gateway;

/// <summary>Turns a failed bind into one sentence with the cure.</summary>
internal static class PortProblem
{
    /// <summary>The sentence, or null when the failure has another cause.</summary>
    public static string? Explain(Exception failure, GatewayOptions options, GatewayPorts ports)
    {
        SocketException? socket = null;
        bool inUse = false;
        for (Exception? e = failure; e is not null; e = e.InnerException)
        {
            inUse |= e is AddressInUseException;
            socket ??= e as SocketException;
        }

        if (!inUse && socket is null)
        {
            return null;
        }

        // Kestrel binds in the order of the options, MQTT first, and sets the HTTP endpoint's options only on its way there.
        (int port, string what, string option) = Names(failure, options.MqttPort) ? (options.MqttPort, "MQTT", "--mqtt-port")
            : options.UsesTls && Names(failure, options.MqttsPort) ? (options.MqttsPort, "MQTT over TLS", "--mqtts-port")
            : (options.HttpPort, "HTTP", "--http-port");
        if (inUse || socket!.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return $"{what} port {port} on {options.Bind} is taken by another program; stop it or choose another port with {option} NUMBER.";
        }

        return socket.SocketErrorCode switch
        {
            SocketError.AccessDenied => $"{what} port {port} needs rights this user does not have; choose one above 1023 with {option} NUMBER.",
            SocketError.AddressNotAvailable => $"{options.Bind} is not an address of this machine; choose another with --bind ADDRESS.",
            _ => $"{what} port {port} on {options.Bind} cannot be opened ({socket.SocketErrorCode}); choose another with {option} NUMBER or --bind ADDRESS.",
        };
    }

    private static bool Names(Exception failure, int port) =>
        failure.Message.Contains($":{port}:", StringComparison.Ordinal)
        || failure.Message.Contains($":{port} ", StringComparison.Ordinal)
        || failure.Message.EndsWith($":{port}", StringComparison.Ordinal)
        || failure.Message.Contains($":{port}.", StringComparison.Ordinal);
}
