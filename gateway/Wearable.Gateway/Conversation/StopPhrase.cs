namespace Wearable.Gateway.Conversation;

/// <summary>"Stop" is obeyed with silence: whoever wants quiet wants no "okay" either, and no follow-up.</summary>
public static class StopPhrase
{
    private static readonly HashSet<string> Phrases =
    [
        "stop", "stopit", "stopplease", "pleasestop", "stoptalking", "bequiet", "quiet", "shutup", "nevermind", "thatsenough", "enough", "停", "停下", "别说了", "安静",
    ];

    /// <summary>True when the whole question is a wish for silence.</summary>
    public static bool Matches(string question) => Phrases.Contains(string.Concat(question.Where(char.IsLetterOrDigit)).ToLowerInvariant());
}
