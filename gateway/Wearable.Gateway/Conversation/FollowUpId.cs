using System.Globalization;

namespace Wearable.Gateway.Conversation;

/// <summary>Ids of turns that follow an answer without a wake word: the first turn's id with <c>-f1</c>, <c>-f2</c> and so on behind it.</summary>
public static class FollowUpId
{
    /// <summary>The id of the turn that may follow.</summary>
    /// <param name="turnId">The turn that was answered.</param>
    public static string After(string turnId)
    {
        int at = turnId.LastIndexOf("-f", StringComparison.Ordinal);
        return at > 0 && int.TryParse(turnId.AsSpan(at + 2), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? string.Create(CultureInfo.InvariantCulture, $"{turnId.AsSpan(0, at)}-f{(number % 9999) + 1}")
            : turnId + "-f1";
    }
}
