using System.Text;

namespace Wearable.Gateway.Speech;

/// <summary>Brings text into what Flite can read: plain ASCII words and punctuation. Numbers and units are Flite's job.</summary>
public static class SpeakableText
{
    /// <summary>Longer text is cut at the last sentence or word before it: about a minute of speech.</summary>
    public const int MaxCharacters = 1000;

    // No voice reads a longer "word" in a useful way, and Flite's lexicon works letter by letter.
    private const int LongestWord = 48;

    private const string SentenceEnds = ".!?", PhraseEnds = ",;:";

    // À (U+00C0) to ÿ (U+00FF) without their accents; × and ÷ become words below.
    private const string Latin1 = "AAAAAAACEEEEIIIIDNOOOOO OUUUUYTsaaaaaaaceeeeiiiidnooooo ouuuuyty";

    /// <summary>The words as Flite takes them; empty when nothing can be said.</summary>
    public static string Clean(string text)
    {
        var clean = new StringBuilder(Math.Min(text.Length, MaxCharacters) + 16);
        bool anyWord = false;
        int word = 0;
        foreach (char raw in text)
        {
            foreach (char c in Replace(raw))
            {
                bool blank = c == ' ';
                if (blank && (clean.Length == 0 || clean[^1] == ' '))
                {
                    continue;
                }

                word = blank ? 0 : word + 1;
                if (word > LongestWord)
                {
                    clean.Append(' ');
                    word = 1;
                }

                clean.Append(c);
                anyWord |= char.IsAsciiLetterOrDigit(c);
            }

            if (clean.Length > MaxCharacters)
            {
                break;
            }
        }

        string all = clean.ToString();
        return !anyWord ? "" : all.Length <= MaxCharacters ? all.TrimEnd() : all[..Cut(all, MaxCharacters)].TrimEnd();
    }

    /// <summary>Cuts cleaned text into pieces of at most so many characters, at sentences, else at phrases, else at words.</summary>
    public static IEnumerable<string> Pieces(string clean, int maxCharacters)
    {
        while (clean.Length > maxCharacters)
        {
            int cut = Cut(clean, maxCharacters);
            yield return clean[..cut].Trim();
            clean = clean[cut..].TrimStart();
        }

        if (clean.Length > 0)
        {
            yield return clean;
        }
    }

    private static int Cut(string text, int max)
    {
        foreach (string ends in (string[])[SentenceEnds, PhraseEnds, ""])
        {
            for (int i = max; i > max / 4; i--)
            {
                if (text[i] == ' ' && (ends.Length == 0 || ends.Contains(text[i - 1])))
                {
                    return i;
                }
            }
        }

        return max;
    }

    private static string Replace(char c) => c switch
    {
        '\u2018' or '\u2019' or '\u02BC' => "'",
        '\u201C' or '\u201D' or '"' => " ",
        '\u2013' or '\u2014' => ", ",
        '\u2026' => ". ",
        '\u00B0' => " degrees ",
        '\u00D7' => " times ",
        '\u00F7' => " divided by ",
        '\u20AC' => " euros ",
        '\u00A3' => " pounds ",
        '&' => " and ",
        '+' => " plus ",
        '=' => " equals ",
        >= '\u00C0' and <= '\u00FF' => Latin1[c - '\u00C0'].ToString(),
        '<' or '>' or '_' or '*' or '#' or '`' or '|' or '~' or '^' or '\\' or '[' or ']' or '{' or '}' => " ",
        > ' ' and <= '~' => c.ToString(),
        _ => " ",
    };
}
