using Wearable.Contract;

namespace Wearable.Gateway.Integrations;

/// <summary>
/// Topics between the gateway and other programs of the house (Home Assistant, Node-RED, a script), beside the wearables' contract: wearables
/// neither read nor write them.
/// </summary>
public static class HouseTopics
{
    /// <summary>Root of them all, with the version.</summary>
    public const string Root = "wearable-house/v1/";

    private const string SayLevel = "/say";

    /// <summary>Retained, from the gateway: <c>online</c>, or <c>offline</c> when the wearable has been away for a while.</summary>
    public static string Availability(string deviceId) => Root + deviceId + "/available";

    /// <summary>To the gateway: plain text that the wearable says aloud. Never passed on to others, never retained.</summary>
    public static string Say(string deviceId) => Root + deviceId + SayLevel;

    /// <summary>From the gateway, what became of a text: <c>{"said":true}</c>, or <c>{"said":false,"why":"..."}</c>.</summary>
    public static string Said(string deviceId) => Root + deviceId + "/said";

    /// <summary>The wearable of a say topic; null for every other topic.</summary>
    public static string? SayDevice(string topic)
    {
        if (!topic.StartsWith(Root, StringComparison.Ordinal) || !topic.EndsWith(SayLevel, StringComparison.Ordinal) || topic.Length < Root.Length + SayLevel.Length)
        {
            return null;
        }

        string id = topic[Root.Length..^SayLevel.Length];
        return Ids.IsValid(id) ? id : null;
    }
}
