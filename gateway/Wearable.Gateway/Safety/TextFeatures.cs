using System.Text;

namespace Wearable.Gateway.Safety;

/// <summary>
/// What a text is made of, for the classifier: words, pairs, pairs with a gap and parts of words; of Chinese the characters in the same way. Each is one of
/// <see cref="Count"/> numbers by its hash, so there is no vocabulary to keep and an unknown word costs nothing.
/// </summary>
public static class TextFeatures
{
    /// <summary>Different features.</summary>
    public const int Count = 1 << 15;

    private const int PartLetters = 4, Farthest = 4, FarthestHan = 5;
    private static readonly (string Ending, int Least)[] Endings = [("ing", 3), ("ed", 3), ("ies", 2), ("es", 3), ("s", 3)];

    /// <summary>The features of a text.</summary>
    /// <param name="plain">As <see cref="PlainText"/> makes it: lower case, no signs, one space between words, none within Chinese.</param>
    /// <returns>Each feature once, in rising order.</returns>
    public static int[] Of(string plain)
    {
        List<string> tokens = Tokens(plain);
        bool chinese = tokens.Count(t => PlainText.IsHan(t[0])) * 2 > tokens.Count;
        string[] line = ["^", .. chinese ? tokens : tokens.Select(Stem), "$"];
        SortedSet<int> features = [];
        for (int i = 0; i < line.Length; i++)
        {
            features.Add(Hash("1" + line[i]));
            for (int far = 1; far <= (chinese ? FarthestHan : Farthest) && i + far < line.Length; far++)
            {
                // How far apart counts for neighbours; beyond them only which comes first.
                features.Add(Hash($"{Math.Min(far, 3) + 1}{line[i]} {line[i + far]}"));
            }

            if (chinese && i + 2 < line.Length)
            {
                features.Add(Hash("5" + line[i] + line[i + 1] + line[i + 2]));
            }

            for (int k = 0; !chinese && k + PartLetters <= line[i].Length; k++)
            {
                features.Add(Hash("6" + line[i].Substring(k, PartLetters)));
            }
        }

        return [.. features];
    }

    // Words of letters and digits; each Chinese character by itself.
    private static List<string> Tokens(string plain)
    {
        List<string> tokens = [];
        foreach (string word in plain.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (PlainText.IsHan(word[0]))
            {
                tokens.AddRange(word.Select(c => c.ToString()));
            }
            else
            {
                tokens.Add(word);
            }
        }

        return tokens;
    }

    private static string Stem(string word)
    {
        foreach ((string ending, int least) in Endings)
        {
            if (word.EndsWith(ending, StringComparison.Ordinal) && word.Length - ending.Length >= least && !word.EndsWith("ss", StringComparison.Ordinal))
            {
                return word[..^ending.Length];
            }
        }

        return word;
    }

    // FNV-1a: the same on every machine, which string.GetHashCode is not.
    private static int Hash(string text)
    {
        uint hash = 2166136261;
        foreach (byte b in Encoding.UTF8.GetBytes(text))
        {
            hash = (hash ^ b) * 16777619;
        }

        return (int)((hash ^ (hash >> 15)) % Count);
    }
}
