using MQTTnet.Adapter;
using MQTTnet.AspNetCore;
using MQTTnet.Diagnostics.Logger;
using MQTTnet.Server;
using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Mqtt;

/// <summary>
/// Hands Kestrel's MQTT connections to the broker, each behind a <see cref="DurableChannel"/>.
/// </summary>
public sealed class KestrelConnections(MqttConnectionHandler kestrel, StoreWriter writer) : IMqttServerAdapter
{
    /// <inheritdoc/>
    public Func<IMqttChannelAdapter, Task>? ClientHandler { get; set; }

    /// <inheritdoc/>
    public Task StartAsync(MqttServerOptions options, IMqttNetLogger logger)
    {
        kestrel.ClientHandler = channel => ClientHandler?.Invoke(new DurableChannel(channel, writer)) ?? Task.CompletedTask;
        return kestrel.StartAsync(options, logger);
    }

    /// <inheritdoc/>
    public Task StopAsync()
    {
        kestrel.ClientHandler = null;
        return kestrel.StopAsync();
    }

    /// <inheritdoc/>
    public void Dispose() => kestrel.Dispose();
}
