using Wearable.Contract;

namespace Wearable.Gateway.Mqtt;

/// <summary>
/// Who may publish where: a wearable under its own id only, never on the gateway's topics; tools may send commands and settings.
/// The client id is believed here; proving it is the job of device identity.
/// </summary>
public static class PublishRules
{
    /// <summary>Why this client may not publish there, or null when it may.</summary>
    /// <param name="clientId">Its MQTT client id.</param>
    /// <param name="topic">A topic of the contract.</param>
    /// <param name="isWearable">Whether this client id is a known wearable.</param>
    public static string? Refuse(string clientId, TopicName topic, Func<string, bool> isWearable)
    {
        switch (topic.Kind)
        {
            case TopicKind.Turn:
            case TopicKind.AudioDown:
                return "only the gateway publishes here";
            case TopicKind.Command:
            case TopicKind.ConfigDesired:
            case TopicKind.WakeModel:
                return isWearable(clientId) ? "a wearable may not publish here, only the gateway and its owner's tools" : null;
            default:
                return clientId == topic.DeviceId ? null : $"client id \"{topic.DeviceId}\" expected, the topic's wearable, got \"{clientId}\"";
        }
    }
}
