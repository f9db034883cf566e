namespace Wearable.Training;

/// <summary>Someone who reads texts aloud.</summary>
/// <param name="Voice">What it is made of.</param>
/// <param name="Say">Sound of a text at 16 kHz; null when there came none.</param>
/// <param name="Running">How many sentences that begin with the word it says.</param>
/// <param name="Others">How many without it.</param>
internal sealed record Speaker(string Voice, Func<string, float[]?> Say, int Running, int Others);

/// <summary>
/// Speakers who were never born: each is one of the neural voices, or lies between two or three of them, and has a tempo and an accent of its own.
/// </summary>
internal static class NeuralSpeakers
{
    private const double Slowest = 0.7, Fastest = 1.35;

    /// <summary>Draws speakers.</summary>
    /// <param name="voices">The model.</param>
    /// <param name="count">How many.</param>
    /// <param name="random">Chance.</param>
    public static List<Speaker> Make(KokoroVoices voices, int count, Random random)
    {
        KokoroPhonemes phonemes = new();
        Lock reading = new();
        List<Speaker> speakers = [];
        for (int i = 0; i < count; i++)
        {
            // Every voice once as it is; the rest mixed.
            (int Voice, float Share)[] mix = i < voices.Names.Count ? [(i, 1)] : Mix(voices.Names.Count, random);
            double speed = Sound.LogUniform(random, Slowest, Fastest);

            // Half of them with one of the two accents that the voices were trained with.
            int accent = random.Next(2) == 0 ? random.Next(2) : random.Next(KokoroPhonemes.Count);
            string name = string.Join('+', mix.Select(m => voices.Names[m.Voice])) + ", " + KokoroPhonemes.NameOf(accent);
            speakers.Add(new Speaker(name, text =>
            {
                string sounds;
                lock (reading)
                {
                    sounds = phonemes.Of(text, accent);
                }

                return voices.Say(sounds, mix, speed);
            }, 2, 3));
        }

        return speakers;
    }

    private static (int Voice, float Share)[] Mix(int voices, Random random)
    {
        int[] who = [.. Enumerable.Range(0, 2 + random.Next(2)).Select(_ => random.Next(voices))];
        double[] share = [.. who.Select(_ => 0.2 + random.NextDouble())];
        return [.. who.Select((w, k) => (w, (float)(share[k] / share.Sum())))];
    }
}
