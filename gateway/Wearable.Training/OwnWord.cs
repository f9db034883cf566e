namespace Wearable.Training;

/// <summary>A word an owner spells: synthetic speakers say it, synthetic or real background stands against it, real recordings improve it.</summary>
public static class OwnWord
{
    private const int Copies = 60;

    /// <summary>Makes the segments.</summary>
    /// <param name="word">As a folder name: hello-bear.</param>
    /// <param name="dataFolder">FOLDER/positive/WORD and FOLDER/negative, either may be missing; empty: no recordings at all.</param>
    /// <param name="seed">Same seed, same segments.</param>
    /// <exception cref="ArgumentException">Not a word a person could say.</exception>
    public static List<Segment> Prepare(string word, string dataFolder, int seed)
    {
        string letters = word.Replace("-", "", StringComparison.Ordinal);
        if (letters.Length is < 3 or > 30 || !letters.All(char.IsAsciiLetterLower))
        {
            throw new ArgumentException($"--word: 3 to 30 letters of a-z and spaces between words expected, got \"{word}\"");
        }

        if (dataFolder.Length > 0 && !Directory.Exists(dataFolder))
        {
            throw new ArgumentException($"--data: a folder expected, {dataFolder} is not there");
        }

        return new Preparer(dataFolder.Length > 0 ? dataFolder : Path.Combine(Path.GetTempPath(), "no-recordings"), word, seed).Prepare(Copies);
    }

    /// <summary>What to expect of such a model, in a sentence with figures (measured for "computer", see the model card).</summary>
    public static string Expect(string dataFolder, string word)
    {
        int own = dataFolder.Length > 0 && Directory.Exists(Path.Combine(dataFolder, "positive", word)) ? Directory.GetFiles(Path.Combine(dataFolder, "positive", word), "*.wav").Length : 0;
        return own > 0 ? $"{own} recordings of your own are in it" : "no real voice is in it";
    }
}
