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
        bool mqtt = IsMqtt(failure, options);
        int port = mqtt ? options.MqttPort : options.HttpPort;
        string what = mqtt ? "MQTT" : "HTTP";
        string option = mqtt ? "--mqtt-port" : "--http-port";
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

    private static bool IsMqtt(Exception failure, GatewayOptions options) =>
        failure.Message.Contains($":{options.MqttPort}:", StringComparison.Ordinal)
        || failure.Message.Contains($":{options.MqttPort} ", StringComparison.Ordinal)
        || failure.Message.EndsWith($":{options.MqttPort}", StringComparison.Ordinal)
        || failure.Message.Contains($":{options.MqttPort}.", StringComparison.Ordinal);
}
