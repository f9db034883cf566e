using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Wearable.Contract;
using Wearable.Firmware;
using Wearable.Gateway.Conversation;
using Wearable.Gateway.Demo;
using Wearable.Gateway.Speech;
using Wearable.Simulator;
using Wearable.Simulator.Microphone;
using Wearable.Training;

namespace Wearable.Bench;

/// <summary>
/// <c>voice FOLDER</c>: word error rate of recorded people, read from the file and through the device: microphone, codec, MQTT, broker, collector,
/// end of speech. Both hear the same samples, noise included.
/// </summary>
internal static class VoiceBench
{
    private const string Help = """
        voice FOLDER [--clips N] [--speed X] [--noise DB] [--show]
          Recordings of people saying one known word or two (FOLDER/positive/WORD-WORD/GG-NNN.wav; the folder's name is what is said), N of
          them (default 60, spread over words and groups), as they are and with white noise 20 and 10 dB under the voice, which begins a
          second before the recording and ends a second after it. Each is read
          directly by the gateway's speech to text, and said into two simulated wearables that send PCM16 (codec 0) and IMA ADPCM
          (codec 30), opened by the button, over MQTT to the gateway, whose turn's transcript counts. Words of the recordings are single
          and out of any context, which the speech model spells badly: compare the rows, not with rates of sentences.
          Gateway and wearables run X times (default 4) as fast as the clock.
          --noise: only this level. --show: what differs.
          "differs": clips whose transcript is not that of the file, whichever is right. "loss": errors more than with the file, clip by
          clip, in percent of the words, with its 95 % interval: what of it may be chance.
          Last line: {"clips", and per noise level "direct", "codec_0", "codec_30", "codec_0_loss", "codec_0_interval" and so for 30, in percent of
          the words}.
        """;

    // Noise does not begin with the word: a step from quiet to noise is what voice activity takes for a voice.
    private const int NoiseAroundMs = 1000;

    private static readonly double[] NoisesDb = [double.PositiveInfinity, 20, 10];
    private static readonly int[] Codecs = [AudioCodec.Pcm16At16k, AudioCodec.ImaAdpcmAt16k];
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static async Task<int> RunAsync(string[] args)
    {
        int clips = Option(args, "--clips", 60), speed = Option(args, "--speed", 4);
        string? folder = args.FirstOrDefault();
        if (folder is null || folder.StartsWith('-') || !Directory.Exists(Path.Combine(folder, "positive")) || clips < 1 || speed < 1)
        {
            Console.WriteLine(Help);
            return folder == "--help" ? 0 : 2;
        }

        FastTime time = new(speed);
        List<(string Said, short[] Sound)> recordings = [.. Choose(folder, clips).Select(f => (Path.GetFileName(Path.GetDirectoryName(f)!).Replace('-', ' '), Wearable.Simulator.Microphone.WavFile.Read(f)))];
        SimulatedWearableOptions[] wearables = [.. Codecs.Select(c => new SimulatedWearableOptions { Id = $"codec-{c}", UpCodec = c, Seed = c + 1, Clock = time.Clock() })];
        return await BenchHouse.RunAsync(
            wearables,
            services =>
            {
                services.AddSingleton<TimeProvider>(time);
                services.AddSingleton<IChatClient>(new OneAnswer("Okay."));
                services.AddSingleton(new ConversationSettings { MaxTranscription = TimeSpan.FromSeconds(20 * speed), MaxToPlay = TimeSpan.FromSeconds(10 * speed) });
            },
            house => MeasureAsync(house, recordings, Option(args, "--noise", -1) is int db and >= 0 ? [db] : NoisesDb, args.Contains("--show")));
    }

    private static async Task<int> MeasureAsync(DemoHouse house, List<(string Said, short[] Sound)> recordings, double[] noisesDb, bool show)
    {
        ISpeechToText direct = house.Services.GetRequiredService<ISpeechToText>();
        JsonObject result = new() { ["clips"] = recordings.Count };
        Console.WriteLine($"{recordings.Count} recordings; word error rate in percent");
        Console.WriteLine("noise      file   codec 0  differs        loss   codec 30  differs        loss");
        foreach (double noiseDb in noisesDb)
        {
            Tally file = new();
            Tally[] through = [.. Codecs.Select(_ => new Tally())];
            int[] differs = new int[Codecs.Length];
            List<int>[] more = [.. Codecs.Select(_ => new List<int>())];
            for (int i = 0; i < recordings.Count; i++)
            {
                (string said, short[] clean) = recordings[i];
                short[] sound = Noisy(clean, noiseDb, i);
                Transcript read = await direct.TranscribeAsync(sound);
                int readErrors = file.Add(said, read.Text);
                (string Heard, string Why)[] turns = await Task.WhenAll(house.People.Select(p => HearAsync(house, p, sound)));
                (string[] heard, string[] why) = ([.. turns.Select(t => t.Heard)], [.. turns.Select(t => t.Why)]);
                for (int c = 0; c < Codecs.Length; c++)
                {
                    more[c].Add(through[c].Add(said, heard[c]) - readErrors);
                    bool same = string.Join(' ', WordsOf(heard[c])) == string.Join(' ', WordsOf(read.Text));
                    differs[c] += same ? 0 : 1;
                    if (show && !same)
                    {
                        Console.WriteLine($"  {said}: file \"{read.Text}\", codec {Codecs[c]} \"{heard[c]}\" {why[c]}");
                    }
                }
            }

            string level = double.IsInfinity(noiseDb) ? "none" : string.Create(CultureInfo.InvariantCulture, $"{noiseDb:0} dB");
            (double Loss, double Interval)[] losses = [.. more.Select(m => LossOf(m, file.Words))];
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{level,-6} {file.Percent,8:0.0}  {through[0].Percent,8:0.0}  {differs[0],7}  {losses[0].Loss,5:+0.0;-0.0} ±{losses[0].Interval,4:0.0}   {through[1].Percent,8:0.0}  {differs[1],7}  {losses[1].Loss,5:+0.0;-0.0} ±{losses[1].Interval,4:0.0}"));
            JsonObject row = new() { ["direct"] = Math.Round(file.Percent, 1) };
            for (int c = 0; c < Codecs.Length; c++)
            {
                row[$"codec_{Codecs[c]}"] = Math.Round(through[c].Percent, 1);
                row[$"codec_{Codecs[c]}_loss"] = Math.Round(losses[c].Loss, 1);
                row[$"codec_{Codecs[c]}_interval"] = Math.Round(losses[c].Interval, 1);
            }

            result[level] = row;
        }

        Console.WriteLine(result.ToJsonString());
        return 0;
    }

    // Errors of the same clip on both ways belong together: the spread of their differences says what of the sum may be chance.
    private static (double Loss, double Interval) LossOf(List<int> more, int words)
    {
        double mean = more.Average(), spread = more.Sum(m => (m - mean) * (m - mean)) / Math.Max(1, more.Count - 1);
        return (100.0 * more.Sum() / Math.Max(1, words), 100 * 1.96 * Math.Sqrt(more.Count * spread) / Math.Max(1, words));
    }

    // Presses the button, says it, and gives what the gateway understood.
    private static async Task<(string Heard, string Why)> HearAsync(DemoHouse house, DemoPerson person, short[] sound)
    {
        SimulatedWearable wearable = house.Wearables[house.People.ToList().IndexOf(person)];
        await wearable.ReachesAsync(() => wearable.Mode == DeviceMode.Idle, Limit);
        double pressedMs = wearable.Clock.NowMs;
        wearable.Button.Press();
        await wearable.ReachesAsync(() => wearable.Clock.NowMs > pressedMs + 100, Limit);
        wearable.Button.Release();
        await wearable.ReachesAsync(() => wearable.Mode == DeviceMode.Streaming, Limit);
        SpokenTurn turn = await person.SayAsync(sound, CancellationToken.None);
        return (turn.Turn?.Heard ?? "", turn.Turn?.Why ?? "no turn");
    }

    private static short[] Noisy(short[] clean, double noiseDb, int seed)
    {
        if (double.IsInfinity(noiseDb))
        {
            return clean;
        }

        // The voice: the loudest half of the blocks of 10 ms.
        double voiceDb = 10 * Math.Log10(clean.Chunk(160).Select(b => b.Average(s => (double)s * s)).OrderDescending().Take(Math.Max(1, clean.Length / 320)).Average() / 32768 / 32768);
        BackgroundNoise noise = new(seed, Math.Min(-10, voiceDb - noiseDb));
        short[] around = new short[NoiseAroundMs * SpeechFormat.SamplesPerMs];
        return [.. around.Concat(clean).Concat(around).Select(s => (short)Math.Clamp(s + noise.Next(), short.MinValue, short.MaxValue))];
    }

    // Round robin over the words and, within a word, evenly over the files, whose names begin with the group.
    private static IEnumerable<string> Choose(string folder, int clips)
    {
        string[][] words = [.. Directory.GetDirectories(Path.Combine(folder, "positive")).Order(StringComparer.Ordinal).Select(d => Directory.GetFiles(d, "*.wav").Order(StringComparer.Ordinal).ToArray())];
        int each = (clips + words.Length - 1) / words.Length;
        return words.SelectMany(files => Enumerable.Range(0, Math.Min(each, files.Length)).Select(i => (i, files[i * files.Length / Math.Min(each, files.Length)]))).OrderBy(f => f.i).Select(f => f.Item2).Take(clips);
    }

    private static int Option(string[] args, string name, int standard)
    {
        int at = Array.IndexOf(args, name);
        return at < 0 ? standard : at + 1 < args.Length && int.TryParse(args[at + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : 0;
    }

    private static string[] WordsOf(string text) =>
        string.Concat(text.ToLowerInvariant().Select(c => char.IsLetterOrDigit(c) || c == '\'' ? c : ' ')).Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private sealed class Tally
    {
        private int _errors;

        public int Words { get; private set; }

        public double Percent => 100.0 * _errors / Math.Max(1, Words);

        /// <summary>Counts a transcript; gives its errors.</summary>
        public int Add(string said, string heard)
        {
            string[] a = WordsOf(said), b = WordsOf(heard);
            Words += a.Length;
            int[] row = [.. Enumerable.Range(0, b.Length + 1)];
            for (int i = 1; i <= a.Length; i++)
            {
                int diagonal = row[0];
                row[0] = i;
                for (int j = 1; j <= b.Length; j++)
                {
                    (int above, int change) = (row[j], diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                    row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), change);
                    diagonal = above;
                }
            }

            _errors += row[b.Length];
            return row[b.Length];
        }
    }
}
