using System.Text;

namespace Wearable.Gateway.Conversation;

/// <summary>
/// Finds the wake word at the start of a transcript. Speech to text spells it in many ways ("Computer," "Compute a", "commuter"), so each
/// run of one to three leading words is compared by edit distance without spaces.
/// </summary>
public static class WakePhrase
{
    // "computer" against "commuter" is 1 of 8, "imputer" 1.5, "confeder" 2, "competitor" 3. What the device was only just sure of must read like the
    // word; what it was very sure of may be spelled worse ("confud her").
    private const double UnsureShare = 0.3, SureShare = 0.6;
    private const int MaxWordsBefore = 2;
    private static readonly string[] Alike = ["aeiouy", "mn", "pbfv", "td", "ckgq", "szx"];

    /// <summary>Looks for the word.</summary>
    /// <param name="transcript">As heard.</param>
    /// <param name="word">The wake word.</param>
    /// <param name="certainty">How sure the device was: 0 at its threshold, 1 at score 100.</param>
    /// <param name="question">What follows it; the whole transcript when it is not there.</param>
    /// <returns>True when the transcript starts with the word, up to two stray words before it.</returns>
    public static bool TryStrip(string transcript, string word, double certainty, out string question)
    {
        (string Text, int End)[] words = [.. Words(transcript)];
        string wanted = Letters(word);
        double allowed = UnsureShare + ((SureShare - UnsureShare) * Math.Clamp(certainty, 0, 1));
        double nearest = double.MaxValue;
        int nearestEnd = 0;
        for (int start = 0; start <= Math.Min(MaxWordsBefore, words.Length - 1); start++)
        {
            int best = 0;
            double bestShare = double.MaxValue;
            for (int count = 1; count <= 3 && start + count <= words.Length; count++)
            {
                string heard = string.Concat(words[start..(start + count)].Select(w => w.Text));
                double share = Distance(heard, wanted) / wanted.Length;
                if (share < bestShare)
                {
                    (best, bestShare) = (count, share);
                }
            }

            if (bestShare < nearest)
            {
                (nearest, nearestEnd) = (bestShare, words[start + best - 1].End);
            }
        }

        if (nearest <= allowed)
        {
            question = transcript[nearestEnd..].TrimStart(' ', ',', '.', '!', '?', ':', ';', '-', '…');
            return true;
        }

        question = transcript.Trim();
        return false;
    }

    /// <summary>
    /// For a wake word that was heard but is spelled beyond recognition ("Home-buted, what time is it?"): what comes after the first comma or full stop
    /// within the first four words; the whole text when there is none.
    /// </summary>
    public static string BehindFirstPause(string transcript)
    {
        int words = 0;
        for (int i = 0; i < transcript.Length && words < 4; i++)
        {
            if (transcript[i] is ',' or '.' or '?' or '!' && transcript[(i + 1)..].Any(char.IsLetterOrDigit))
            {
                return transcript[(i + 1)..].Trim();
            }

            words += transcript[i] == ' ' ? 1 : 0;
        }

        return transcript.Trim();
    }

    private static IEnumerable<(string Text, int End)> Words(string text)
    {
        StringBuilder word = new();
        for (int i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && (char.IsLetterOrDigit(text[i]) || text[i] == '\''))
            {
                if (char.IsLetterOrDigit(text[i]))
                {
                    word.Append(char.ToLowerInvariant(text[i]));
                }
            }
            else if (word.Length > 0)
            {
                yield return (word.ToString(), i);
                word.Clear();
            }
        }
    }

    private static string Letters(string text) => string.Concat(text.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    // Edit distance in which sounds that speech to text confuses cost half: "confeder" is 2 from "computer", not 4.
    private static double Distance(string a, string b)
    {
        double[] row = [.. Enumerable.Range(0, b.Length + 1).Select(n => (double)n)];
        for (int i = 1; i <= a.Length; i++)
        {
            double diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                double above = row[j];
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + Cost(a[i - 1], b[j - 1]));
                diagonal = above;
            }
        }

        return row[b.Length];
    }

    private static double Cost(char a, char b) => a == b ? 0 : Array.Exists(Alike, group => group.Contains(a) && group.Contains(b)) ? 0.5 : 1;
}
