namespace Wearable.Gateway.Speech;

/// <summary>A speech model that lost its way says the same words until it is stopped.</summary>
public static class RepeatLoop
{
    private const int Repeats = 4, LongestPhrase = 12;

    /// <summary>Where the text is to be cut when its end is one phrase said at least four times in a row.</summary>
    /// <returns>How many tokens to keep (the phrase once); all of them when nothing repeats.</returns>
    public static int Keep(IReadOnlyList<int> tokens)
    {
        for (int phrase = 1; phrase <= LongestPhrase && phrase * Repeats <= tokens.Count; phrase++)
        {
            int same = 0;
            while (same + phrase < tokens.Count && tokens[tokens.Count - 1 - same] == tokens[tokens.Count - 1 - same - phrase])
            {
                same++;
            }

            if (same >= phrase * (Repeats - 1))
            {
                return tokens.Count - same;
            }
        }

        return tokens.Count;
    }
}
