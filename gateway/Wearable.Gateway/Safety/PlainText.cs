using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Wearable.Gateway.Safety;

/// <summary>
/// Makes text comparable: full-width and look-alike letters, accents, signs, spaced-out words, digits for letters, drawn-out letters and
/// traditional Chinese all come down to lower case words with one space between and simplified Chinese without spaces.
/// </summary>
public sealed class PlainText
{
    private const int FuzzyFrom = 6; // shorter words have too many ordinary neighbours
    private const string LookAlikes = "аaеeоoрpсcхxуyіiѕsкkмmтtвbнhοoαaεeρpνvιiκkτtυuıi";
    private const string Accented = "àaáaâaãaäaåaāaăaąaçcćcčcđdďdèeéeêeëeēeėeęeěeğgìiíiîiïiīiįiłlľlñnńnňnòoóoôoõoöoøoōoőořrśsšsşsșsťtțtùuúuûuüuūuůuűuųuýyÿyžzźzżz";
    private const string DigitLetters = "0o1i3e4a5s7t8b@a$s!i|i€e";
    // A run of one letter: linear in the text also with backtracking, which a repeated group needs.
    private static readonly Regex Drawn = new(@"([a-z])\1{2,}", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(2));

    private readonly Dictionary<char, char> _same = [];
    private readonly IReadOnlyDictionary<string, string> _misspelled;
    private readonly IReadOnlyList<string> _fuzzy;

    /// <param name="traditional">Pairs of characters: traditional, simplified.</param>
    /// <param name="misspelled">Words as speech to text or children spell them, and what they mean.</param>
    /// <param name="fuzzy">Words that are also meant when one letter is wrong.</param>
    public PlainText(string traditional, IReadOnlyDictionary<string, string> misspelled, IReadOnlyList<string> fuzzy)
    {
        _misspelled = misspelled;
        _fuzzy = [.. fuzzy.Where(w => w.Length >= FuzzyFrom)];
        foreach (string pairs in (string[])[traditional, LookAlikes, Accented])
        {
            for (int i = 0; i + 1 < pairs.Length; i += 2)
            {
                _same[pairs[i]] = pairs[i + 1];
            }
        }
    }

    /// <summary>True for a Chinese character.</summary>
    public static bool IsHan(char c) => c is >= '\u3400' and <= '\u9fff' or >= '\uf900' and <= '\ufaff';

    /// <summary>All readings of a text that rules are matched on; the first is the plain one.</summary>
    public IReadOnlyList<string> ReadingsOf(string text)
    {
        string folded = Fold(text);
        List<string> readings = [Words(folded)];
        Add(readings, Words(WithoutDigits(folded)));
        foreach (string reading in readings.ToArray())
        {
            Add(readings, Drawn.Replace(reading, "$1"));
            Add(readings, Drawn.Replace(reading, "$1$1"));
        }

        foreach (string reading in readings.ToArray())
        {
            Add(readings, JoinLetters(reading, keepArticle: false));
            Add(readings, JoinLetters(reading, keepArticle: true));
        }

        foreach (string reading in readings.ToArray())
        {
            Add(readings, Spelled(reading));
        }

        return readings;
    }

    private static void Add(List<string> readings, string reading)
    {
        if (!readings.Contains(reading))
        {
            readings.Add(reading);
        }
    }

    private string Fold(string text)
    {
        StringBuilder folded = new(text.Length);
        // With tables of its own besides: where the system has no ICU, Normalize leaves other than ASCII as it is.
        foreach (char wide in text.Normalize(NormalizationForm.FormKC))
        {
            char c = char.ToLowerInvariant(wide is >= '\uff01' and <= '\uff5e' ? (char)(wide - 0xfee0) : wide);
            // Accents and characters that are not seen (zero width spaces, joiners) would split a word.
            if (CharUnicodeInfo.GetUnicodeCategory(c) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.Format) && c is not ('\'' or '’' or '‘' or '`'))
            {
                folded.Append(_same.GetValueOrDefault(c, c));
            }
        }

        return folded.ToString();
    }

    // Letters and digits stay; signs become spaces; none is kept beside Chinese, one between Chinese and other words.
    private static string Words(string folded)
    {
        StringBuilder words = new(folded.Length + 8);
        bool gap = false;
        foreach (char c in folded)
        {
            if (!char.IsLetterOrDigit(c))
            {
                gap = true;
                continue;
            }

            if (words.Length > 0)
            {
                bool before = IsHan(words[^1]);
                bool here = IsHan(c);
                if (before != here || (gap && !here))
                {
                    words.Append(' ');
                }
            }

            words.Append(c);
            gap = false;
        }

        return words.ToString();
    }

    private static string WithoutDigits(string folded)
    {
        string[] tokens = folded.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        for (int t = 0; t < tokens.Length; t++)
        {
            string token = tokens[t].TrimEnd('!', '?', '.', ',');
            if (token == "2")
            {
                tokens[t] = "to";
            }
            else if (token.Any(char.IsAsciiLetter))
            {
                tokens[t] = string.Concat(token.Select(c => DigitLetters.IndexOf(c) is int i and >= 0 && i % 2 == 0 ? DigitLetters[i + 1] : c));
            }
        }

        return string.Join(' ', tokens);
    }

    // "b o m b" is a word; "a b o m b" may be the word or "a" before it.
    private static string JoinLetters(string reading, bool keepArticle)
    {
        List<string> joined = [];
        string[] words = reading.Split(' ');
        for (int i = 0; i < words.Length; i++)
        {
            int end = i;
            while (end < words.Length && words[end].Length == 1 && char.IsAsciiLetter(words[end][0]))
            {
                end++;
            }

            if (end - i < 3)
            {
                joined.Add(words[i]);
                continue;
            }

            if (keepArticle && words[i] is "a" or "i")
            {
                joined.Add(words[i++]);
            }

            joined.Add(string.Concat(words[i..end]));
            i = end - 1;
        }

        return string.Join(' ', joined);
    }

    private string Spelled(string reading) => string.Join(' ', reading.Split(' ').Select(Spell));

    private string Spell(string word)
    {
        if (_misspelled.TryGetValue(word, out string? meant))
        {
            return meant;
        }

        return word.Length >= FuzzyFrom - 1 && char.IsAsciiLetter(word[0]) ? _fuzzy.FirstOrDefault(f => f[0] == word[0] && IsOneOff(word, f)) ?? word : word;
    }

    // One letter more, less, other, or two neighbours swapped.
    private static bool IsOneOff(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > 1)
        {
            return false;
        }

        int start = 0;
        while (start < a.Length && start < b.Length && a[start] == b[start])
        {
            start++;
        }

        ReadOnlySpan<char> restA = a.AsSpan(start);
        ReadOnlySpan<char> restB = b.AsSpan(start);
        return a.Length == b.Length
            ? restA.Length == 0 || restA[1..].SequenceEqual(restB[1..]) || (restA.Length > 1 && restA[0] == restB[1] && restA[1] == restB[0] && restA[2..].SequenceEqual(restB[2..]))
            : a.Length > b.Length ? restA[1..].SequenceEqual(restB) : restA.SequenceEqual(restB[1..]);
    }
}
