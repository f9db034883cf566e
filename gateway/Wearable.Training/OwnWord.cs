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

    /// <summary>What to expect of such a model, in a sentence with figures (measured for "computer", see the model card of wake-both).</summary>
    public static string Expect(string dataFolder, string word)
    {
        string folder = Path.Combine(dataFolder, "positive", word);
        int own = dataFolder.Length > 0 && Directory.Exists(folder) ? Directory.GetFiles(folder, "*.wav").Length : 0;
        return own switch
        {
            0 => "no real voice is in it. So trained, \"computer\" was missed by unseen people 39 times in 100 at 20 false alarms an hour, 48 at 10, 73 at one. Ten recordings of your own make it a different thing",
            < 10 => $"{own} recordings of real voices are in it; ten of one person were measured: at one false alarm an hour that person's further \"computer\" was missed once in 37, before it 30 times",
            _ => $"{own} recordings of real voices are in it. With ten of one person, that person's further \"computer\" was missed once in 37 at one false alarm an hour (21 times in 10 dB noise); other people are heard less well",
        };
    }
}
