using MQTTnet.Diagnostics.Logger;

namespace Wearable.Gateway.Mqtt;

/// <summary>
/// Passes the broker's warnings and errors on. What a stranger's connection can cause (malformed packets, aborted connections) is
/// no error of the gateway, so it is shown at debug level; nothing here carries payloads.
/// </summary>
public sealed class BrokerLog(ILogger<Broker> logger) : IMqttNetLogger
{
    /// <inheritdoc/>
    public bool IsEnabled => logger.IsEnabled(LogLevel.Debug);

    /// <inheritdoc/>
    public void Publish(MqttNetLogLevel logLevel, string source, string message, object[] parameters, Exception exception)
    {
        if (logLevel >= MqttNetLogLevel.Warning)
        {
            string text = parameters is { Length: > 0 } ? string.Format(message, parameters) : message;
            logger.LogDebug("{Source}: {Message} {Cause}", source, text, exception?.Message);
        }
    }
}
