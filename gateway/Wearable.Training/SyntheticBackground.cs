using System.Globalization;
using Wearable.Contract;

namespace Wearable.Training;

/// <summary>
/// Sound in which nobody says the word, for an owner who has no recordings: espeak-ng's languages reading made-up words and English
/// sentences, tones, hiss and knocks. Poorer than a room's real background: a model that knows only this gives more false alarms.
/// </summary>
public static class SyntheticBackground
{
    private const int Rate = AudioFormat.SampleRateHz;

    private static readonly string[] Languages =
    [
        "en-us", "en-gb", "en-gb-scotland", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "nb", "fi", "pl", "cs", "sk", "hu", "ro", "bg",
        "ru", "uk", "el", "tr", "hi", "bn", "ta", "cmn", "yue", "ja", "ko", "vi", "id", "sw", "fa", "ka", "et", "lv", "lt", "hr", "is",
    ];

    private static readonly string[] Variants = ["m1", "m2", "m3", "m4", "m7", "f1", "f2", "f3", "f4", "f5", "croak", "whisper"];
    private static readonly string[] Onsets = ["b", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "j", "z", "st", "tr", "pl", "kr", "sh", "ch", ""];
    private static readonly string[] Vowels = ["a", "e", "i", "o", "u", "ai", "ou", "ee", "oo", "a", "e"];
    private static readonly string[] Codas = ["", "", "", "n", "m", "s", "t", "k", "r", "l", "p", "nd", "st"];

    /// <summary>Pieces of about half a minute, the same for the same seed.</summary>
    /// <param name="hours">How much altogether; an eighth of it is not speech.</param>
    /// <param name="avoid">The word: sentences that contain it are left out.</param>
    /// <param name="random">Chance.</param>
    /// <param name="progress">Bar.</param>
    public static List<float[]> Make(double hours, string avoid, Random random, Progress progress)
    {
        List<float[]> pieces = [];
        double wanted = hours * 3600, made = 0;
        while (made < wanted)
        {
            progress.Show("background", (int)made, (int)wanted);
            float[] piece = random.Next(8) == 0 ? Sounds(random) : Talk(avoid, random);
            if (piece.Length < 4 * Rate)
            {
                throw new InvalidOperationException("background: espeak-ng made no sound; is the package espeak-ng installed?");
            }

            pieces.Add(piece);
            made += piece.Length / (double)Rate;
        }

        return pieces;
    }

    private static float[] Talk(string avoid, Random random)
    {
        List<float> all = [];
        string voice = Languages[random.Next(Languages.Length)] + "+" + Variants[random.Next(Variants.Length)];
        int speed = random.Next(110, 220), pitch = random.Next(15, 90);
        for (int i = 0; i < 5; i++)
        {
            string text = random.Next(3) == 0 ? Synthesiser.Sentence(avoid, random) : Babble(random);
            string options = string.Create(CultureInfo.InvariantCulture, $"-v {voice} -s {speed} -p {pitch} \"{text}\" -w ");
            all.AddRange(Synthesiser.Run("espeak-ng", options) ?? []);
            all.AddRange(new float[random.Next(Rate / 10, Rate)]);
        }

        return [.. all];
    }

    private static string Babble(Random random) => string.Join(' ', Enumerable.Range(0, random.Next(6, 14)).Select(_ =>
        string.Concat(Enumerable.Range(0, random.Next(1, 5)).Select(_ => Onsets[random.Next(Onsets.Length)] + Vowels[random.Next(Vowels.Length)] + Codas[random.Next(Codas.Length)]))));

    // Chords that come and go, knocks, hiss that swells.
    private static float[] Sounds(Random random)
    {
        float[] x = new float[30 * Rate];
        for (int n = random.Next(20, 80); n > 0; n--)
        {
            int at = random.Next(x.Length), length = random.Next(Rate / 50, 2 * Rate);
            double hz = Sound.LogUniform(random, 80, 4000), glide = random.NextDouble() * 0.4 - 0.2, level = Math.Pow(10, -random.NextDouble() * 30 / 20) * 0.2;
            int kind = random.Next(3);
            for (int i = 0; i < length && at + i < x.Length; i++)
            {
                double shape = Math.Exp(-4.0 * i / length) * Math.Min(1, i / 80.0), phase = 2 * Math.PI * hz * i * (1 + glide * i / length) / Rate;
                x[at + i] += (float)(level * shape * (kind == 0 ? Math.Sin(phase) : kind == 1 ? Math.Sin(phase) + 0.6 * Math.Sin(phase * 2) + 0.4 * Math.Sin(phase * 3) : Sound.Gauss(random)));
            }
        }

        return x;
    }
}
