using System.Globalization;
using System.Text;

namespace Wearable.Gateway.Brain;

/// <summary>What was asked, made easy to match: lower case words without signs, number words as numbers.</summary>
public sealed class Question
{
    private static readonly string[] Small =
    [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen",
        "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    ];

    private static readonly string[] Tens = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

    /// <summary>Takes a question as it was heard.</summary>
    public Question(string text)
    {
        Text = text.Trim();
        Words = [.. Split(Text)];
        Line = " " + string.Join(' ', Words) + " ";
    }

    /// <summary>As heard.</summary>
    public string Text { get; }

    /// <summary>Words, lower case, apostrophes removed ("whats").</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>All words with a space before, between and behind.</summary>
    private string Line { get; }

    /// <summary>True when any of the phrases stands in the question as whole words.</summary>
    public bool Says(params ReadOnlySpan<string> phrases)
    {
        foreach (string phrase in phrases)
        {
            if (Line.Contains(" " + phrase + " ", StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What follows the first of the phrases that is there, as heard; null when none is or nothing follows.</summary>
    public string? After(params ReadOnlySpan<string> phrases)
    {
        foreach (string phrase in phrases)
        {
            int words = phrase.Count(' ') + 1;
            for (int i = 0; i + words < Words.Count; i++)
            {
                if (string.Join(' ', Words.Skip(i).Take(words)) == phrase)
                {
                    string rest = string.Join(' ', Text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(i + words)).Trim(' ', '.', ',', '!', '?', ':');
                    return rest.Length > 0 ? rest : null;
                }
            }
        }

        return null;
    }

    /// <summary>The numbers in the question, in order, with the index of the word behind each.</summary>
    public IEnumerable<(int Value, int NextWord)> Numbers()
    {
        for (int i = 0; i < Words.Count; i++)
        {
            if (TryNumber(Words, i, out int value, out int used))
            {
                yield return (value, i + used);
                i += used - 1;
            }
        }
    }

    private static bool TryNumber(IReadOnlyList<string> words, int at, out int value, out int used)
    {
        used = 1;
        if (int.TryParse(words[at], NumberStyles.None, CultureInfo.InvariantCulture, out value))
        {
            return true;
        }

        value = Array.IndexOf(Small, words[at]);
        if (value >= 0)
        {
            return true;
        }

        int tens = Array.IndexOf(Tens, words[at]);
        if (tens < 0)
        {
            if (words[at] is "a" or "an" && at + 1 < words.Count && words[at + 1] is "minute" or "hour" or "second" or "hundred")
            {
                value = words[at + 1] == "hundred" ? 100 : 1;
                used = words[at + 1] == "hundred" ? 2 : 1;
                return true;
            }

            return false;
        }

        value = (tens + 2) * 10;
        int ones = at + 1 < words.Count ? Array.IndexOf(Small, words[at + 1]) : -1;
        if (ones is >= 1 and <= 9)
        {
            value += ones;
            used = 2;
        }

        return true;
    }

    private static IEnumerable<string> Split(string text)
    {
        StringBuilder word = new();
        foreach (char c in text + " ")
        {
            if (char.IsLetterOrDigit(c))
            {
                word.Append(char.ToLowerInvariant(c));
            }
            else if (c is not ('\'' or '’') && word.Length > 0)
            {
                yield return word.ToString();
                word.Clear();
            }
        }
    }
}
