using Wearable.Contract;

namespace Wearable.Gateway.Mqtt;

/// <summary>Who may listen where: a wearable that its owner added hears its own topics only.</summary>
public static class SubscribeRules
{
    /// <summary>Whether a filter matches nothing but topics of this wearable.</summary>
    /// <param name="deviceId">Its id.</param>
    /// <param name="filter">An MQTT topic filter.</param>
    public static bool IsOwn(string deviceId, string filter) =>
        filter.StartsWith(Topics.Root + deviceId + "/", StringComparison.Ordinal) || filter.StartsWith(Topics.AudioRoot + deviceId + "/", StringComparison.Ordinal);
}
