using Wearable.Contract;

namespace Wearable.Training;

/// <summary>Turns recordings and synthetic speakers into rows of features, many times over under other conditions.</summary>
public sealed class Preparer(string dataFolder, string word, int seed)
{
    private const int Rate = AudioFormat.SampleRateHz;
    private const int ChunkSeconds = 40;
    private const double SyntheticHours = 2;
    private const int NeuralSpeakers = 200;

    // Times each stretch of background is used: of a stream below an hour more often, so that a kind of sound that is rare in the data is not rare in
    // training. (Without it half of all false alarms came from twenty minutes of short commands, recorded as the words of group m are.)
    private const int LeastVersions = 3, MostVersions = 10;

    // Times each synthetic clip is used: with the word, and without it.
    private const int SyntheticCopies = 20, NeuralCopies = 14, OtherCopies = 4;
    private readonly Progress _progress = new();
    private readonly List<(float[] Chunk, int Versions)>[] _parts = [.. Enumerable.Range(0, Folds.Count).Select(_ => new List<(float[], int)>())];

    /// <summary>Neural voices; without them only the synthetic speakers of Debian's packages are heard.</summary>
    public KokoroVoices? Voices { get; init; }

    /// <summary>Makes the bank.</summary>
    /// <param name="copies">Times each real clip of the word is used.</param>
    public List<Segment> Prepare(int copies)
    {
        LoadBackground();
        List<Func<Random, Segment>> work = [];
        AddClips(work, word, true, copies);
        AddClips(work, "hey-" + word, true, copies / 2);
        string recordings = Path.Combine(dataFolder, "positive");
        foreach (string folder in Directory.Exists(recordings) ? Directory.GetDirectories(recordings) : [])
        {
            string other = Path.GetFileName(folder);
            if (other != word && other != "hey-" + word)
            {
                AddClips(work, other, false, 5);
            }
        }

        AddSynthetic(work, Synthesiser.Make(word.Replace('-', ' '), new Random(seed), _progress), SyntheticCopies, "tts");

        for (int part = 0; part < Folds.Count; part++)
        {
            int p = part;
            foreach ((float[] chunk, int versions) in _parts[part])
            {
                for (int version = 0; version < versions; version++)
                {
                    int v = version;
                    work.Add(random => new Segment("", 1 << p, 0, 0, DeviceEars.Rows(v == 0 ? chunk : Change(chunk, random), v == 0 ? 1 : Sound.LogUniform(random, 0.85, 1.18))));
                }
            }
        }

        if (Voices is not null)
        {
            AddSynthetic(work, Synthesiser.MakeNeural(word.Replace('-', ' '), Voices, NeuralSpeakers, new Random(seed), _progress), NeuralCopies, "neural");
        }

        Segment[] segments = new Segment[work.Count];
        int done = 0;
        Parallel.For(0, work.Count, i =>
        {
            segments[i] = work[i](new Random(seed * 7919 + i));
            _progress.Show("features", Interlocked.Increment(ref done), work.Count);
        });
        return [.. segments];
    }

    private void LoadBackground()
    {
        if (!Directory.Exists(Path.Combine(dataFolder, "negative")))
        {
            List<float[]> pieces = SyntheticBackground.Make(SyntheticHours, word.Replace('-', ' '), new Random(seed), _progress);
            for (int i = 0; i < pieces.Count; i++)
            {
                _parts[i % _parts.Length].Add((pieces[i], LeastVersions));
            }

            return;
        }

        foreach (string file in Directory.GetFiles(Path.Combine(dataFolder, "negative"), "*.wav").Order(StringComparer.Ordinal))
        {
            float[] all = WavFile.Read(file);
            int versions = Math.Clamp((int)Math.Ceiling(LeastVersions * 3600.0 * Rate / all.Length), LeastVersions, MostVersions);
            for (int p = 0; p < Folds.Count; p++)
            {
                (int from, int samples) = Folds.PartOf(p, all.Length).GetOffsetAndLength(all.Length);
                int to = from + samples;
                for (int i = from; i + 4 * Rate < to; i += ChunkSeconds * Rate)
                {
                    _parts[p].Add((all[i..Math.Min(to, i + ChunkSeconds * Rate)], versions));
                }
            }
        }
    }

    private void AddClips(List<Func<Random, Segment>> work, string folder, bool hasWord, int copies)
    {
        string path = Path.Combine(dataFolder, "positive", folder);
        if (!Directory.Exists(path))
        {
            return;
        }

        foreach (string file in Directory.GetFiles(path, "*.wav").Order(StringComparer.Ordinal))
        {
            float[] samples = WavFile.Read(file);
            (int from, int to) = Sound.Extent(samples);
            string group = Folds.GroupOf(file);
            for (int i = 0; i < copies; i++)
            {
                work.Add(random => Place(samples, from, to, hasWord, false, group, random));
            }
        }
    }

    private void AddSynthetic(List<Func<Random, Segment>> work, List<SyntheticClip> clips, int copies, string group)
    {
        foreach (SyntheticClip clip in clips)
        {
            for (int i = 0; i < (clip.To > 0 ? copies : OtherCopies); i++)
            {
                work.Add(random => Place(clip.Samples, clip.From, clip.To, clip.To > 0, clip.Text != word, group, random));
            }
        }
    }

    // A clip somewhere in a room with something else going on, in front of some microphone.
    private Segment Place(float[] clip, int from, int to, bool hasWord, bool goesOn, string group, Random random)
    {
        if (to == 0)
        {
            to = clip.Length;
        }

        int marginBefore = Math.Min(from, random.Next(0, Rate / 5)), marginAfter = goesOn ? clip.Length - to : Math.Min(clip.Length - to, random.Next(Rate / 20, Rate / 3));
        double speed = Sound.LogUniform(random, 0.84, 1.2);
        float[] voice = Sound.Resample(clip[(from - marginBefore)..(to + marginAfter)], speed);
        int wordFrom = (int)(marginBefore / speed), wordTo = Math.Min(voice.Length, (int)((to - from + marginBefore) / speed));
        float level = Sound.SpeechLevel(voice, wordFrom, wordTo);
        int parts = 0;
        int part = random.Next(Folds.Count);

        int lead = random.Next(3 * Rate / 2, 3 * Rate);
        int tail = Rate;
        float[] x = new float[lead + voice.Length + tail];
        Add(x, voice, lead, 1 / level);
        if (!goesOn && random.NextDouble() < 0.35)
        {
            // Someone goes on talking right after the word.
            int gap = random.Next(0, Rate / 8);
            float[] next = Piece(part, x.Length, random);
            AddFaded(x, next, lead + wordTo + gap, Math.Pow(10, (random.NextDouble() * 12 - 9) / 20) / Sound.SpeechLevel(next, 0, next.Length));
            parts |= 1 << part;
        }

        if (random.NextDouble() < 0.45)
        {
            x = Sound.Room(x, random, Sound.LogUniform(random, 80, 600), random.NextDouble() * 28 - 14);
        }

        double snrDb = random.NextDouble() < 0.5 ? random.NextDouble() * 24 - 2 : random.NextDouble() * 46 - 1;
        double kind = random.NextDouble();
        if (kind < 0.45)
        {
            float[] noise = Piece(part, x.Length, random);
            Add(x, noise, 0, Math.Pow(10, -snrDb / 20) / Sound.SpeechLevel(noise, 0, noise.Length));
            parts |= 1 << part;
        }
        else if (kind < 0.8)
        {
            AddNoise(x, Math.Pow(10, -snrDb / 20), random);
        }

        Finish(x, Math.Pow(10, (-44 + random.NextDouble() * 34) / 20), random);
        double tempo = random.NextDouble() < 0.6 ? Sound.LogUniform(random, 0.78, 1.25) : 1;
        sbyte[] rows = DeviceEars.Rows(x, tempo);
        int rowFrom = (int)((lead + wordFrom) / (AudioFormat.HopSamples * tempo)), rowTo = (int)((lead + wordTo) / (AudioFormat.HopSamples * tempo));

        // Only the neighbourhood is kept; what came before has set the floors.
        int cut = Math.Max(0, rowFrom - 60);
        return new Segment(group, parts, hasWord ? rowFrom - cut : 0, hasWord ? rowTo - cut : 0, rows[(cut * 16)..]);
    }

    private static float[] Change(float[] chunk, Random random)
    {
        float[] x = (float[])chunk.Clone();
        float level = Sound.SpeechLevel(x, 0, x.Length);
        double speed = 0.88 + random.NextDouble() * 0.24;
        x = Sound.Resample(x, speed);
        if (random.NextDouble() < 0.2)
        {
            x = Sound.Room(x, random, Sound.LogUniform(random, 80, 500), random.NextDouble() * 15);
        }

        if (random.NextDouble() < 0.4)
        {
            AddNoise(x, level * Math.Pow(10, -random.NextDouble() * 40 / 20), random);
        }

        Finish(x, Math.Pow(10, (-44 + random.NextDouble() * 34) / 20) / level, random);
        return x;
    }

    private static void Finish(float[] x, double gain, Random random)
    {
        if (random.NextDouble() < 0.6)
        {
            Sound.Colour(x, random);
        }

        double self = Math.Pow(10, (-86 + random.NextDouble() * 24) / 20);
        for (int i = 0; i < x.Length; i++)
        {
            x[i] = (float)(x[i] * gain + self * (random.NextDouble() * 2 - 1));
        }
    }

    private float[] Piece(int part, int length, Random random)
    {
        float[] chunk;
        do
        {
            chunk = _parts[part][random.Next(_parts[part].Count)].Chunk;
        }
        while (chunk.Length < length);
        int at = random.Next(chunk.Length - length + 1);
        return chunk[at..(at + length)];
    }

    private static void Add(float[] x, float[] y, int at, double gain)
    {
        for (int i = 0; i < y.Length && at + i < x.Length; i++)
        {
            x[at + i] += (float)(y[i] * gain);
        }
    }

    private static void AddFaded(float[] x, float[] y, int at, double gain)
    {
        for (int i = 0; at + i < x.Length; i++)
        {
            x[at + i] += (float)(y[i] * gain * Math.Min(1, i / 320.0));
        }
    }

    // White to brown, with a slow wobble.
    private static void AddNoise(float[] x, double level, Random random)
    {
        double keep = random.NextDouble() < 0.3 ? 0 : 1 - Sound.LogUniform(random, 0.02, 0.8);
        double low = 0, scale = level * Math.Sqrt((1 + keep) / (1 - keep)) * Math.Sqrt(3);
        double wobble = random.NextDouble() * 0.5, hz = 0.3 + random.NextDouble() * 4;
        for (int i = 0; i < x.Length; i++)
        {
            low = keep * low + (1 - keep) * (random.NextDouble() * 2 - 1);
            x[i] += (float)(low * scale * (1 + wobble * Math.Sin(i * hz * 2 * Math.PI / Rate)));
        }
    }
}
