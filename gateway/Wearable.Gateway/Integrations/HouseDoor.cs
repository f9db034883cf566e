using System.Buffers;
using MQTTnet.Protocol;
using MQTTnet.Server;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Integrations.HomeAssistant;
using Wearable.Gateway.Mqtt;

namespace Wearable.Gateway.Integrations;

/// <summary>
/// Hears what other programs of the house publish for the gateway: a text to say, and that Home Assistant started. A wearable may publish
/// nothing here (it could otherwise put things into the owner's Home Assistant); the gateway's own topics are closed to everybody, but the
/// owner's tools may erase what is retained there.
/// </summary>
public sealed class HouseDoor(
    Broker broker, DeviceRegistry registry, DeviceAccounts accounts, SayTopic say, HomeAssistantAnnouncer homeAssistant, RefusalLog refusals) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Behind the ingest's hook: what it forbids (a user who may only look) does not get this far.
        broker.Server.InterceptingPublishAsync += OnPublishAsync;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        broker.Server.InterceptingPublishAsync -= OnPublishAsync;
        return Task.CompletedTask;
    }

    private async Task OnPublishAsync(InterceptingPublishEventArgs publish)
    {
        string topic = publish.ApplicationMessage.Topic;
        bool ours = topic.StartsWith(HouseTopics.Root, StringComparison.Ordinal);
        if (publish.ClientId == Broker.GatewayClientId || !publish.ProcessPublish || !(ours || homeAssistant.Owns(topic)))
        {
            return;
        }

        if (registry.Find(publish.ClientId) is not null || accounts.IsAdded(publish.ClientId))
        {
            Forbid(publish, "a wearable may not publish here, only its owner's tools");
        }
        else if (HouseTopics.SayDevice(topic) is string device)
        {
            // Words are for the wearable alone.
            publish.ProcessPublish = false;
            if (say.Take(device, publish.ApplicationMessage.Payload.ToArray()) is string why)
            {
                Forbid(publish, why);
            }
        }
        else if (homeAssistant.IsBirth(topic, publish.ApplicationMessage.Payload.ToArray()))
        {
            await homeAssistant.AnnounceAllAsync().ConfigureAwait(false);
        }
        else if (ours || homeAssistant.IsDiscoveryOfWearable(topic))
        {
            if (!(publish.ApplicationMessage.Retain && publish.ApplicationMessage.Payload.IsEmpty))
            {
                Forbid(publish, "only the gateway publishes here");
            }
        }
    }

    private void Forbid(InterceptingPublishEventArgs publish, string why)
    {
        publish.ProcessPublish = false;
        publish.Response.ReasonCode = MqttPubAckReasonCode.NotAuthorized;
        refusals.Add(publish.ClientId, publish.ApplicationMessage.Topic, why, (int)publish.ApplicationMessage.Payload.Length);
    }
}
