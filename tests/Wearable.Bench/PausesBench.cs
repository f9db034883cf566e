using System.Globalization;
using Wearable.Gateway.Models;
using Wearable.Gateway.Speech;
using Wearable.Simulator.Microphone;
using Wearable.Training;

namespace Wearable.Bench;

/// <summary>
/// <c>pauses [FOLDER]</c>: questions with a pause for thought of 100 to 700 ms in the middle, through the gateway's own end of speech. A question
/// whose end is found before its second half began is cut off. A pause is what no voice fills: from the last block of 10 ms that is less
/// than 32 dB under the loudest to the next such block.
/// </summary>
internal static class PausesBench
{
    private const string Help = """
        pauses [FOLDER] [--sweep]
          Every voice of the gateway says 24 questions with a pause of 100, 200 ... 700 ms in the middle, in a quiet room (-65 dBFS) and in
          noise 20 dB under the voice. With FOLDER (as for wake: FOLDER/positive/WORD/GG-NNN.wav) recorded people too: two words of
          the same group of recordings with the pause between them.
          --sweep: also for other silences than the shipped one, to choose it.
          A question counts as cut when the end of speech is found before its second half. Repertoires are empty: nothing was asked before.
          Last line: {"cut_percent","questions","cut","recorded_cut_percent","recorded","silence_ms"}; exit 1 when more than 2 % are cut.
        """;

    private const int SamplesPerMs = SpeechFormat.SamplesPerMs;
    private const double VoicedUnderLoudestDb = 32;
    private const int RecordedPairs = 300;
    private static readonly int[] PausesMs = [100, 200, 300, 400, 500, 600, 700];
    private static readonly double[] NoisesDb = [double.PositiveInfinity, 20];

    private static readonly (string First, string Second)[] Questions =
    [
        ("computer, set a timer", "for ten minutes"), ("computer, what is", "my heart rate right now"), ("computer, tell me a story", "about a dragon"),
        ("computer, how much time", "is left on the timer"), ("computer, remember that", "my sister is called Anna"), ("computer, what day", "is it today"),
        ("computer, can you tell me", "what time it is"), ("computer, please", "tell me a joke"), ("computer, set the volume to", "forty percent"),
        ("computer, I would like to hear", "a riddle"), ("computer, what was", "my heart rate this morning"), ("computer, wake me", "in half an hour"),
        ("computer, how far", "is it to the moon"), ("computer, do you know", "who wrote that song"), ("computer, repeat after me", "the sun is shining"),
        ("computer, could you maybe", "speak a little louder"), ("computer, forget", "what I said about the bear"), ("computer, is my pulse", "too high for sleeping"),
        ("computer, breathe with me", "for two minutes"), ("computer, why", "is the sky blue"), ("computer, cancel", "the second timer"),
        ("computer, say good night", "to everybody"), ("computer, what do you", "remember about me"), ("computer, ask me", "another riddle please"),
    ];

    public static async Task<int> RunAsync(string[] args)
    {
        string? folder = args.FirstOrDefault(a => !a.StartsWith('-'));
        bool sweep = args.Contains("--sweep");
        if (args.Contains("--help") || args.Any(a => a.StartsWith('-') && a != "--sweep") || (folder is not null && !Directory.Exists(folder)))
        {
            Console.WriteLine(Help);
            return args.Contains("--help") ? 0 : 2;
        }

        ModelFiles files = await new ModelStore(new ModelStoreOptions()).EnsureAsync();
        using SpeechEngines engines = await SpeechEngines.LoadAsync(files);
        List<Question> made = await SpeakAsync(engines.TextToSpeech);
        List<Question> recorded = folder is null ? [] : Record(folder, engines.VoiceActivity);
        EndOfSpeechSettings shipped = new();
        int[] silences = sweep ? [448, 512, 576, 608, 640, 672, 704, 736, shipped.SilenceMs] : [shipped.SilenceMs];
        Score last = default, lastRecorded = default;
        foreach (int silenceMs in silences.Distinct())
        {
            EndOfSpeechSettings settings = shipped with { SilenceMs = silenceMs };
            last = Run(engines.VoiceActivity, settings, made, $"silence {silenceMs} ms, spoken by the gateway's voices");
            lastRecorded = recorded.Count == 0 ? default : Run(engines.VoiceActivity, settings, recorded, $"silence {silenceMs} ms, recorded people");
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"cut_percent\":{last.Percent:0.00},\"questions\":{last.All},\"cut\":{last.Cut},\"recorded_cut_percent\":{(lastRecorded.All == 0 ? "null" : lastRecorded.Percent.ToString("0.00", CultureInfo.InvariantCulture))},\"recorded\":{lastRecorded.All},\"silence_ms\":{shipped.SilenceMs}}}"));
        return last.Percent <= 2 && lastRecorded.Percent <= 2 ? 0 : 1;
    }

    private static Score Run(IVoiceActivity activity, EndOfSpeechSettings settings, List<Question> questions, string title)
    {
        Console.WriteLine(title);
        Console.WriteLine("pause ms      " + string.Concat(PausesMs.Select(p => $"{p,7}")) + "   end found, ms of quiet p50");
        Score all = default;
        foreach (double noiseDb in NoisesDb)
        {
            Score[] row = new Score[PausesMs.Length];
            List<double> waits = [];
            Lock gate = new();
            Parallel.For(0, questions.Count * PausesMs.Length, job =>
            {
                (Question question, int pause) = (questions[job / PausesMs.Length], job % PausesMs.Length);
                (bool cut, double waitedMs) = Hear(activity, settings, question, PausesMs[pause], noiseDb, job);
                lock (gate)
                {
                    row[pause] = new Score(row[pause].Cut + (cut ? 1 : 0), row[pause].All + 1);
                    if (!cut && waitedMs > 0)
                    {
                        waits.Add(waitedMs);
                    }
                }
            });
            waits.Sort();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{(double.IsInfinity(noiseDb) ? "quiet" : noiseDb + " dB"),-8} cut % {string.Concat(row.Select(r => r.Percent.ToString("0.0", CultureInfo.InvariantCulture).PadLeft(7)))}   {LatencyBench.Percentile(waits, 50):0}"));
            all = new Score(all.Cut + row.Sum(r => r.Cut), all.All + row.Sum(r => r.All));
        }

        return all;
    }

    // Whether the question was cut, and how long it was quiet behind its end when that was found.
    private static (bool Cut, double WaitedMs) Hear(IVoiceActivity activity, EndOfSpeechSettings settings, Question question, int pauseMs, double noiseDb, int seed)
    {
        int secondAt = (BeforeMs * SamplesPerMs) + question.First.Length + (pauseMs * SamplesPerMs);
        int endAt = secondAt + question.Second.Length;
        short[] sound = new short[endAt + (AfterMs * SamplesPerMs)];
        question.First.CopyTo(sound, BeforeMs * SamplesPerMs);
        question.Second.CopyTo(sound, secondAt);
        double voiceDb = 20 * Math.Log10(Math.Sqrt(question.First.Concat(question.Second).Average(s => (double)s * s)) / 32768);
        BackgroundNoise noise = new(seed, double.IsInfinity(noiseDb) ? BackgroundNoise.QuietRoomDb : voiceDb - noiseDb);
        for (int i = 0; i < sound.Length; i++)
        {
            sound[i] = (short)Math.Clamp(sound[i] + noise.Next(), short.MinValue, short.MaxValue);
        }

        using EndOfSpeechDetector ears = new(activity.Open(), settings);
        for (int at = 0; at < sound.Length; at += Contract.AudioFormat.PacketSamples)
        {
            int end = Math.Min(sound.Length, at + Contract.AudioFormat.PacketSamples);
            if (ears.Hear(sound.AsSpan(at, end - at)).HasFlag(SpeechEvents.Ended))
            {
                return (end <= secondAt, (end - endAt) / (double)SamplesPerMs);
            }
        }

        return (false, 0);
    }

    private const int BeforeMs = 400, AfterMs = 2000;

    private static async Task<List<Question>> SpeakAsync(ITextToSpeech speech)
    {
        List<Question> made = [];
        foreach (string voice in speech.Voices)
        {
            foreach ((string first, string second) in Questions)
            {
                made.Add(new Question(
                    Trim((await speech.SpeakAsync(first, new SpeakingStyle(voice))).Samples), Trim((await speech.SpeakAsync(second, new SpeakingStyle(voice))).Samples)));
            }
        }

        return made;
    }

    // Two different words, or two recordings of one, from the same group; the same pairs in every run.
    private static List<Question> Record(string folder, IVoiceActivity activity)
    {
        Random random = new(1);
        List<Question> pairs = [];
        IGrouping<string, string>[] groups =
        [
            .. Directory.GetFiles(Path.Combine(folder, "positive"), "*.wav", SearchOption.AllDirectories).Order(StringComparer.Ordinal).GroupBy(Folds.GroupOf).Where(g => g.Count() > 1),
        ];
        for (int i = 0; i < RecordedPairs && groups.Length > 0; i++)
        {
            string[] files = [.. groups[i % groups.Length]];
            short[] first = Word(files[random.Next(files.Length)], activity), second = Word(files[random.Next(files.Length)], activity);
            if (first.Length > 0 && second.Length > 0)
            {
                pairs.Add(new Question(first, second));
            }
        }

        return pairs;
    }

    // The longest stretch of voice in a recording: around the word there are clicks, breaths and other people.
    private static short[] Word(string file, IVoiceActivity activity)
    {
        const int mayBeQuiet = 5; // windows of 32 ms between the syllables of one word
        short[] samples = Wearable.Simulator.Microphone.WavFile.Read(file);
        using IVoiceActivityStream stream = activity.Open();
        int window = stream.WindowSamples, from = -1, last = -1, bestFrom = 0, bestTo = 0;
        for (int i = 0; (i + 1) * window <= samples.Length; i++)
        {
            if (stream.Score(samples.AsSpan(i * window, window)) < 0.5f)
            {
                continue;
            }

            from = from >= 0 && i - last <= mayBeQuiet ? from : i;
            last = i;
            if (last + 1 - from > bestTo - bestFrom)
            {
                (bestFrom, bestTo) = (from, last + 1);
            }
        }

        return bestTo == 0 ? [] : Trim(samples[(bestFrom * window)..(bestTo * window)]);
    }

    // From the first to the last voiced block.
    private static short[] Trim(short[] samples)
    {
        const int block = 10 * SamplesPerMs;
        double[] energies = [.. samples.Chunk(block).Select(b => b.Sum(s => (double)s * s))];
        double limit = energies.Max() * Math.Pow(10, -VoicedUnderLoudestDb / 10);
        int from = Array.FindIndex(energies, e => e >= limit), to = Array.FindLastIndex(energies, e => e >= limit);
        return samples[(from * block)..Math.Min(samples.Length, (to + 1) * block)];
    }

    private sealed record Question(short[] First, short[] Second);

    private readonly record struct Score(int Cut, int All)
    {
        public double Percent => All == 0 ? 0 : 100.0 * Cut / All;
    }
}
