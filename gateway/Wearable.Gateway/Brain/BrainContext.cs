using Microsoft.Extensions.AI;

namespace Wearable.Gateway.Brain;

/// <summary>Tells a brain whose question it is, through the library's own options.</summary>
public static class BrainContext
{
    private const string DeviceKey = "wearable.device";
    private const string TurnKey = "wearable.turn";

    /// <summary>Options of one question.</summary>
    public static ChatOptions Options(string deviceId, string turnId) => new()
    {
        ConversationId = deviceId,
        AdditionalProperties = new AdditionalPropertiesDictionary { [DeviceKey] = deviceId, [TurnKey] = turnId },
    };

    /// <summary>The wearable the question came from; empty when asked without one.</summary>
    public static string DeviceOf(ChatOptions? options) =>
        options?.AdditionalProperties is { } properties && properties.TryGetValue(DeviceKey, out object? id) && id is string text ? text : "";
}
