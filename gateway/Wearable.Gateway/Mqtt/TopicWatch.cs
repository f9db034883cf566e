using MQTTnet;
using MQTTnet.Server;

namespace Wearable.Gateway.Mqtt;

/// <summary>Shows the topic explorer what passes through the embedded broker.</summary>
public sealed class TopicWatch(Broker broker, TopicBook book) : IHostedService
{
    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // Registered behind the broker's own hooks: what those refuse or change is seen as it goes out.
        broker.Server.InterceptingPublishAsync += OnPublish;
        foreach (MqttApplicationMessage message in await broker.Server.GetRetainedMessagesAsync().ConfigureAwait(false))
        {
            book.Keep(message, "");
        }
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        broker.Server.InterceptingPublishAsync -= OnPublish;
        return Task.CompletedTask;
    }

    private Task OnPublish(InterceptingPublishEventArgs publish)
    {
        if (publish.ProcessPublish)
        {
            book.Keep(publish.ApplicationMessage, publish.ClientId);
        }

        return Task.CompletedTask;
    }
}
