using System.Diagnostics;
using System.Globalization;

namespace Wearable.Training;

/// <summary>One synthetic clip: its sound and where the word is (To 0: no word in it).</summary>
public sealed record SyntheticClip(float[] Samples, int From, int To, string Voice, string Text);

/// <summary>
/// Synthetic speakers from flite and espeak-ng (Debian packages): the word alone, the word followed without a pause by a
/// sentence, and sentences with words that sound alike.
/// </summary>
public static class Synthesiser
{
    private static readonly string[] FliteVoices = ["slt", "rms", "awb", "kal", "kal16"];
    private static readonly string[] EspeakVoices = ["en-us", "en-gb", "en-gb-scotland", "en-gb-x-rp", "en-gb-x-gbclan", "en-029"];
    private static readonly string[] EspeakVariants = ["m1", "m2", "m3", "m4", "m6", "m7", "f1", "f2", "f3", "f4", "f5", "croak"];

    private static readonly string[] ForeignVoices = ["de", "de", "de", "nl", "nl", "nl"];
    private static readonly string[] FestivalVoices = ["kal_diphone", "ked_diphone", "cmu_us_slt_arctic_hts"];

    private static readonly string[] Followers =
    [
        "what time is it", "how are you today", "what is my heart rate", "turn on the light", "tell me a story",
        "who wrote that book", "set a timer for ten minutes", "please stop", "is it going to rain tomorrow", "play some music",
        "where is my phone", "sing me a song", "why is the sky blue", "open the door", "can you hear me", "good morning",
    ];

    private static readonly string[] Others =
    [
        "what time is it", "the commuter train was late again", "she asked the community for help", "they compete every year",
        "come Peter we must go", "the company bought a new scooter", "the composer met the conductor", "it was a complete surprise",
        "the commander gave the order", "a pewter cup stood on the table", "the tutor confused her completely", "compare the two pictures",
        "the competitor was disputed", "I put her book on the shelf", "he came to the party with her", "the shooter missed",
        "you could accumulate more of it", "compute the sum of both", "we commute to work", "the future is bright",
        "how is my pulse today", "please tell me what the weather will be tomorrow", "one two three four five six seven eight nine ten",
        "the quick brown fox jumps over the lazy dog", "I would like a cup of tea and a piece of cake", "repute or dispute",
        "the minister attributes it to the contributor", "a cute otter", "combine both parts", "the impure water", "conduit and router",
        "commuter", "community", "compete", "come here", "pewter", "tutor", "comforter", "commander", "recruiter", "can do it",
    ];

    /// <summary>Clips with and without the word, the same for the same seed.</summary>
    /// <param name="word">The word as it is spelled.</param>
    /// <param name="random">Chance.</param>
    /// <param name="progress">Bar.</param>
    public static List<SyntheticClip> Make(string word, Random random, Progress progress) => Make(word, Speakers(random), random, progress);

    /// <summary>Clips of neural speakers, see <see cref="NeuralSpeakers"/>.</summary>
    /// <param name="word">The word as it is spelled.</param>
    /// <param name="voices">The model.</param>
    /// <param name="count">Speakers.</param>
    /// <param name="random">Chance.</param>
    /// <param name="progress">Bar.</param>
    public static List<SyntheticClip> MakeNeural(string word, KokoroVoices voices, int count, Random random, Progress progress) =>
        Make(word, NeuralSpeakers.Make(voices, count, random), random, progress);

    private static List<Speaker> Speakers(Random random)
    {
        List<Speaker> speakers = [];
        foreach (string voice in FliteVoices)
        {
            for (int i = 0; i < 8; i++)
            {
                double stretch = i == 0 ? 1 : 0.8 + random.NextDouble() * 0.6;
                double pitch = voice == "slt" ? 120 + random.NextDouble() * 140 : 70 + random.NextDouble() * 90;
                string options = i == 0 ? "" : F($"--setf duration_stretch={stretch:0.00} --setf int_f0_target_mean={pitch:0}");
                speakers.Add(new Speaker("flite-" + voice, text => Run("flite", $"-voice {voice} {options} -t \"{text}\" -o "), 5, 5));
            }
        }

        foreach (string voice in EspeakVoices)
        {
            foreach (string variant in EspeakVariants)
            {
                int speed = random.Next(120, 210), pitch = random.Next(20, 85);
                speakers.Add(new Speaker("espeak-" + voice + "+" + variant, text => Run("espeak-ng", $"-v {voice}+{variant} -s {speed} -p {pitch} \"{text}\" -w "), 2, 5));
            }
        }

        foreach (string voice in ForeignVoices)
        {
            // Accents: voices of other languages reading the word's English sounds as best they can.
            int speed = random.Next(120, 190), pitch = random.Next(20, 85);
            string variant = EspeakVariants[random.Next(EspeakVariants.Length)];
            speakers.Add(new Speaker("espeak-" + voice, text => Run("espeak-ng", $"-v {voice}+{variant} -s {speed} -p {pitch} \"{text}\" -w "), 2, 5));
        }

        foreach (string voice in FestivalVoices)
        {
            speakers.Add(new Speaker("festival-" + voice, text => Run("text2wave", $"-eval \"(voice_{voice})\" -o ", text), 2, 5));
        }

        return speakers;
    }

    private static List<SyntheticClip> Make(string word, List<Speaker> speakers, Random random, Progress progress)
    {
        string[] parts = PartsOf(word);
        // All draws first, in the order they always had; then the speakers speak side by side.
        List<(Speaker Speaker, string[] Running, string[] Others)> plans = [];
        foreach (Speaker speaker in speakers)
        {
            string[] leads = [.. Enumerable.Range(0, speaker.Running).Select(_ => word + (random.Next(2) == 0 ? ", " : " ") + Followers[random.Next(Followers.Length)])];
            string[] others = [.. Enumerable.Range(0, speaker.Others).Select(i => i == 0 && parts.Length > 0 ? parts[random.Next(parts.Length)] : Sentence(word, random))];
            plans.Add((speaker, leads, others));
        }

        List<SyntheticClip>[] made = new List<SyntheticClip>[plans.Count];
        int done = 0;
        Parallel.For(0, plans.Count, p =>
        {
            ((string voice, Func<string, float[]?> say, _, _), string[] leads, string[] others) = plans[p];
            List<SyntheticClip> clips = made[p] = [];
            progress.Show("synthetic speakers", Interlocked.Increment(ref done), plans.Count);
            if (say(word) is not { } alone)
            {
                return;
            }

            (int from, int to) = Sound.Extent(alone);
            clips.Add(new SyntheticClip(alone, from, to, voice, word));
            foreach (string text in leads)
            {
                if (say(text) is { } together)
                {
                    // The word leads, so it ends about where it ends when said alone (a little earlier in running speech).
                    int start = Sound.Extent(together).From;
                    clips.Add(new SyntheticClip(together, start, start + (int)((to - from) * 0.92), voice, text));
                }
            }

            foreach (string text in others)
            {
                if (say(text) is { } other)
                {
                    clips.Add(new SyntheticClip(other, 0, 0, voice, text));
                }
            }
        });
        return [.. made.SelectMany(c => c)];
    }

    /// <summary>A sentence without the word in it.</summary>
    internal static string Sentence(string avoid, Random random)
    {
        string[] all = [.. Others.Concat(Followers).Where(s => !s.Contains(avoid, StringComparison.OrdinalIgnoreCase))];
        return all[random.Next(all.Length)];
    }

    // Halves of a single word, which must not be enough. Not the words of a phrase: with "glass" alone among the counterexamples more of "view glass" was missed.
    private static string[] PartsOf(string word) =>
        word.Contains(' ', StringComparison.Ordinal) || word.Length < 4 ? [] : [word[..(word.Length / 2)], word[(word.Length / 2)..]];

    private static string F(FormattableString s) => s.ToString(CultureInfo.InvariantCulture);

    /// <summary>One program's sound, or null when it made none.</summary>
    internal static float[]? Run(string program, string arguments, string input = "")
    {
        string file = Path.GetTempFileName();
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments + file) { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true })
                ?? throw new InvalidOperationException($"{program} did not start");
            process.StandardInput.Write(input);
            process.StandardInput.Close();
            process.WaitForExit();
            if (process.ExitCode != 0 || new FileInfo(file).Length < 1000)
            {
                return null;
            }

            return WavFile.Read(file);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
