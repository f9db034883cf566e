using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Wearable.Gateway.Mqtt.External;

/// <summary>Where an external broker is.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">1 to 65535.</param>
/// <param name="Tls">Whether the connection is encrypted and the broker's certificate checked.</param>
public sealed record BrokerAddress(string Host, int Port, bool Tls)
{
    /// <summary>Reads <c>mqtt://host:port</c> or <c>mqtts://host:port</c>; without a port 1883 or 8883.</summary>
    /// <param name="text">The address.</param>
    /// <param name="address">Set when it is one.</param>
    /// <param name="problem">Says what was wanted and what came; empty when it is one.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out BrokerAddress? address, out string problem)
    {
        address = null;
        problem = $"--broker: mqtt://HOST:PORT or mqtts://HOST:PORT expected, got \"{text}\"";
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("mqtt" or "mqtts") || uri.Host.Length == 0)
        {
            return false;
        }

        if (uri.UserInfo.Length > 0)
        {
            // The whole command line is seen by everybody on the machine.
            problem = "--broker: no user and password in the address; use --broker-user, and --broker-password-file or WEARABLE_BROKER_PASSWORD";
            return false;
        }

        if (uri.AbsolutePath.Trim('/').Length > 0 || uri.Query.Length > 0 || uri.Port == 0)
        {
            return false;
        }

        bool tls = uri.Scheme == "mqtts";
        (address, problem) = (new BrokerAddress(uri.IdnHost.Trim('[', ']'), uri.Port < 0 ? (tls ? 8883 : 1883) : uri.Port, tls), "");
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(Tls ? "mqtts" : "mqtt")}://{(Host.Contains(':') ? $"[{Host}]" : Host)}:{Port}");
}
