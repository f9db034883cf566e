using System.Globalization;

namespace Wearable.Gateway.Brain.Llm;

/// <summary>Tells words from noise: what a broken model or server streams is not spoken.</summary>
internal static class AnswerCheck
{
    private const int MaxRepeats = 5, MaxWordChars = 60;

    /// <summary>What is wrong with a sentence; null when it can be spoken.</summary>
    public static string? Problem(string sentence)
    {
        int letters = 0, others = 0;
        foreach (char c in sentence)
        {
            if (c == '\uFFFD' || (char.IsControl(c) && !char.IsWhiteSpace(c)))
            {
                return "characters that are none";
            }

            if (char.IsLetterOrDigit(c))
            {
                letters++;
            }
            else if (!char.IsWhiteSpace(c) && !char.IsSurrogate(c) && char.GetUnicodeCategory(c) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark))
            {
                others++;
            }
        }

        if (others > 8 && others > letters)
        {
            return $"{others} signs beside {letters} letters";
        }

        string[] words = sentence.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Any(w => w.Length > MaxWordChars && w.All(char.IsAscii)))
        {
            return $"a word of more than {MaxWordChars} letters";
        }

        int run = 1;
        for (int i = 1; i < words.Length; i++)
        {
            run = string.Equals(words[i], words[i - 1], StringComparison.OrdinalIgnoreCase) ? run + 1 : 1;
            if (run > MaxRepeats)
            {
                return $"the same word {run} times";
            }
        }

        return null;
    }
}
