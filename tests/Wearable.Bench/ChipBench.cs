using System.Globalization;
using Wearable.Contract;
using Wearable.Gateway.Models;
using Wearable.Gateway.Speech;
using Wearable.Simulator.Microphone;
using Wearable.Workloads;

namespace Wearable.Bench;

/// <summary>
/// <c>chip [FOLDER [EVERY]]</c>: conversations on a simulated chip of 2 M IL/s in virtual time: each voice of the gateway says the word and a question
/// while the hand moves. With a folder as in <c>wake</c>, every EVERYth recorded word of FOLDER/positive/computer too, for the time from
/// the word's end to <c>evt/wake</c>. Last line JSON. Exit 1 when sound was lost or an answer had a gap.
/// </summary>
internal static class ChipBench
{
    private const string Word = "computer", Question = "what time is it, and what day is it today?";

    public static async Task<int> RunAsync(string[] args)
    {
        if (args.Length > 0 && !Directory.Exists(args[0]))
        {
            Console.Error.WriteLine($"chip [FOLDER [EVERY]]: a folder with positive/{Word}/*.wav expected, got {args[0]}");
            return 2;
        }

        using WorkloadMeter meter = new(AppContext.BaseDirectory);
        List<ClockedResult> made = await SpeakAsync(meter);
        List<double> delays = [.. made.SelectMany(r => r.Load.WakeDelaysMs)];
        int words = made.Sum(r => r.Script.Turns);
        int woken = made.Sum(r => r.Wakes);
        if (args.Length > 0)
        {
            int every = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1;
            List<ClockedResult> recorded = Play(meter, Path.Combine(args[0], "positive", Word), every);
            delays = [.. recorded.SelectMany(r => r.Load.WakeDelaysMs)];
            (words, woken) = (recorded.Count, recorded.Sum(r => r.Wakes));
            made.AddRange(recorded);
        }

        // A word noticed before its own end has no delay to speak of.
        delays.AddRange(Enumerable.Repeat(0.0, woken - delays.Count));
        delays.Sort();
        int overruns = made.Sum(r => r.Load.Overruns), gaps = made.Sum(r => r.Load.AnswerGaps);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"words\":{words},\"woken\":{woken},\"wake_p50_ms\":{LatencyBench.Percentile(delays, 50):0},\"wake_p95_ms\":{LatencyBench.Percentile(delays, 95):0},\"worst_pass_ms\":{made.Max(r => r.Load.WorstPassMs):0.0},\"busiest_second_percent\":{made.Max(r => r.Load.WorstSecondPercent):0},\"overruns\":{overruns},\"answer_gaps\":{gaps}}}"));
        return overruns + gaps == 0 ? 0 : 1;
    }

    private static async Task<List<ClockedResult>> SpeakAsync(WorkloadMeter meter)
    {
        ModelFiles models = await new ModelStore(new ModelStoreOptions()).EnsureAsync();
        using FliteTextToSpeech speech = new(models.PathOf("flite"), models.CompiledFolder);
        List<ClockedResult> results = [];
        foreach (string voice in speech.Voices)
        {
            short[] word = (await speech.SpeakAsync(Word + ".", new SpeakingStyle(voice))).Samples;
            short[] question = (await speech.SpeakAsync(Question, new SpeakingStyle(voice))).Samples;
            foreach ((string name, int codec) in new[] { ("PCM", AudioCodec.Pcm16At16k), ("ADPCM", AudioCodec.ImaAdpcmAt16k) })
            {
                ClockedResult result = meter.Converse(new ClockedScript(Budget.Chip, codec, word, question) { Turns = 3 });
                results.Add(result);
                Console.WriteLine($"{voice,-4} {name,-6} woken {result.Wakes}/3, {result.Load}");
            }
        }

        return results;
    }

    private static List<ClockedResult> Play(WorkloadMeter meter, string folder, int every)
    {
        List<ClockedResult> results = [];
        foreach ((string file, int i) in Directory.GetFiles(folder, "*.wav").Order(StringComparer.Ordinal).Select((f, i) => (f, i)))
        {
            if (i % every == 0)
            {
                results.Add(meter.Converse(new ClockedScript(Budget.Chip, AudioCodec.Pcm16At16k, WavFile.Read(file), []) { Turns = 1 }));
            }
        }

        return results;
    }
}
