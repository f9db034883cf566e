using System.Globalization;
using System.Numerics.Tensors;
using System.Text.Json;
using Wearable.Gateway.Brain.Llm;
using Wearable.Gateway.Tests.Brain.Llm.Graphs;

namespace Wearable.Bench;

/// <summary>
/// <c>llm FOLDER [--shapes 0.1B,0.5B,1.5B] [--threads 1,2] [--llama FOLDER] [--mqtt PER_SECOND] [--block 32] [--rounds 1]</c>: first whether real small weights in FOLDER give the text of
/// their reference implementation, in both layouts of attention; then CPU time per token of random 4-bit weights in the given shapes, beside
/// llama.cpp's where a folder with its npm packages is given (its blocks are always 32); with <c>--mqtt</c> once more while so many messages a second flow through a gateway beside.
/// With several rounds the two take turns, and the median of each counts: what else the host of this machine does disturbs both alike.
/// A scale is a float32 here and a float16 there: blocks of 64 here have as many bits to a weight (4.5) as llama.cpp's of 32.
/// Last, one line of JSON.
/// </summary>
internal static class LlmBench
{
    private const int PromptTokens = 64, AnswerTokens = 32, PersonaTokens = 300;

    private static readonly Dictionary<string, DecoderShape> Shapes = new()
    {
        ["0.1B"] = new DecoderShape(512, 2048, 8, 8, 2, 64, 64_000, 2048),
        ["0.5B"] = DecoderShape.Qwen05,
        ["1.5B"] = DecoderShape.Qwen15,
    };

    public static int Run(string[] args)
    {
        string? folder = args.Length > 0 && !args[0].StartsWith('-') ? args[0] : null;
        string[] shapes = Value(args, "--shapes", "0.1B").Split(',');
        int[] threads = [.. Value(args, "--threads", "1").Split(',').Select(t => int.Parse(t, CultureInfo.InvariantCulture))];
        string llama = Value(args, "--llama", "");
        int mqtt = int.Parse(Value(args, "--mqtt", "0"), NumberStyles.None, CultureInfo.InvariantCulture);
        int block = int.Parse(Value(args, "--block", "32"), NumberStyles.None, CultureInfo.InvariantCulture);
        if (block is not (32 or 64 or 128))
        {
            Console.Error.WriteLine($"--block: 32, 64 or 128 inputs to a scale expected, got {block}");
            return 2;
        }

        int rounds = Math.Max(1, int.Parse(Value(args, "--rounds", "1"), NumberStyles.None, CultureInfo.InvariantCulture));
        if (shapes.FirstOrDefault(s => !Shapes.ContainsKey(s)) is { } unknown)
        {
            Console.Error.WriteLine($"--shapes: of {string.Join(", ", Shapes.Keys)} expected, got \"{unknown}\"");
            return 2;
        }

        string work = Directory.CreateTempSubdirectory("wearable-llm-bench-").FullName;
        try
        {
            bool? correct = folder is null ? null : Stories(folder, work);
            if (correct is null)
            {
                Console.WriteLine("correctness on real weights skipped: give the folder with stories260K.bin");
            }

            List<object> rows = [.. shapes.SelectMany(name => Measure(name, threads, llama, mqtt, block, rounds, work))];
            Console.WriteLine(JsonSerializer.Serialize(new { stories260K_equal = correct, shapes = rows }));
            return correct == false ? 1 : 0;
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static bool Stories(string folder, string work)
    {
        StoriesModel stories = StoriesModel.Read(folder);
        string expected = File.ReadAllText(Path.Combine(folder, "stories260K.greedy.txt")).TrimEnd('\n');
        bool all = true;
        foreach (Attention attention in Enum.GetValues<Attention>())
        {
            string own = Directory.CreateDirectory(Path.Combine(work, attention.ToString())).FullName;
            TinyModel.Write(own, stories.Weights, new GraphOptions { Attention = attention });
            using DecoderModel model = DecoderModel.Load(ModelFolder.Open(own), maxTokens: stories.Weights.Shape.MaxPositions, threads: 1);
            List<int> tokens = [];
            int next = StoriesModel.Begin;
            while (tokens.Count < 256) // the steps of the reference
            {
                next = TensorPrimitives.IndexOfMax<float>(model.Read([next], CancellationToken.None));
                if (next == StoriesModel.Begin)
                {
                    break;
                }

                tokens.Add(next);
            }

            string text = stories.Text(tokens).TrimEnd('\n');
            int same = text.Zip(expected).TakeWhile(pair => pair.First == pair.Second).Count();
            Console.WriteLine($"stories260K, {attention} attention: {same} of {expected.Length} characters as the reference, {text.Length} written in {tokens.Count} tokens");
            all &= text == expected;
        }

        return all;
    }

    private static IEnumerable<object> Measure(string name, int[] threads, string llama, int mqtt, int block, int rounds, string work)
    {
        DecoderShape shape = Shapes[name];
        string folder = Directory.CreateDirectory(Path.Combine(work, name)).FullName;
        DecoderGraph.WriteRandom(Path.Combine(folder, "model.onnx"), shape, seed: 1, block);
        TinyModel.WriteConfig(folder, shape);
        TinyModel.WriteTokenizer(Path.Combine(folder, "tokenizer.json"), TinyModel.QwenControls);
        foreach ((int count, int flowing) in threads.SelectMany(t => mqtt > 0 ? new[] { (t, 0), (t, mqtt) } : [(t, 0)]))
        {
            using MqttFlow? flow = flowing > 0 ? MqttFlow.Start(flowing) : null;
            string how = $"{name}, {count} thread(s){(flow is null ? "" : $", {flowing} messages/s beside")}";
            List<DecoderSpeed> speeds = [];
            List<double> others = [];
            using DecoderModel model = DecoderModel.Load(ModelFolder.Open(folder), maxTokens: 512, count);
            for (int round = 0; round < rounds; round++)
            {
                speeds.Add(DecoderSpeed.Measure(model, PromptTokens, AnswerTokens));
                Console.WriteLine($"{how}: {speeds[^1]}");
                string reason = "no --llama FOLDER given (npm i node-llama-cpp @node-llama-cpp/linux-x64)";
                if (llama.Length > 0 && LlamaCpp.Measure(Path.GetFullPath(llama), folder, shape, count, PromptTokens, AnswerTokens, out reason) is { } other)
                {
                    others.Add(other.CpuMs);
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{how}: llama.cpp {other.CpuMs:0.0} CPU ms a token, best {other.BestPerSecond:0.0} tokens/s"));
                }
                else
                {
                    Console.WriteLine($"{how}: llama.cpp not measured: {reason}");
                }
            }

            (double cold, double warm) = Persona(model, folder);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{how}: persona of {PersonaTokens} tokens {cold:0} ms computed, {warm:0} ms restored from disk"));
            double own = Median.Of(speeds.Select(speed => speed.CpuMsPerToken));
            double? beside = others.Count > 0 ? Median.Of(others) : null;
            double? flowed = flow?.Stop();
            yield return new
            {
                shape = name,
                block,
                threads = count,
                mqtt_per_s = flowed is double f ? Math.Round(f) : 0,
                cpu_ms_per_token = Math.Round(own, 2),
                llamacpp_cpu_ms_per_token = beside is double b ? Math.Round(b, 2) : (double?)null,
                ratio = beside is double c ? Math.Round(own / c, 3) : (double?)null,
                prefill_cpu_ms_64 = Math.Round(Median.Of(speeds.Select(speed => speed.PrefillCpuMs))),
                persona_300_computed_ms = Math.Round(cold),
                persona_300_restored_ms = Math.Round(warm),
            };
        }

        Directory.Delete(folder, recursive: true);
    }

    // What a restart costs with and without the stored prefix, wall time, fingerprint of the model included.
    private static (double ColdMs, double WarmMs) Persona(DecoderModel model, string folder)
    {
        int[] persona = [.. Enumerable.Range(0, PersonaTokens).Select(i => 300 + (i * 31))];
        model.Truncate(0);
        long began = System.Diagnostics.Stopwatch.GetTimestamp();
        model.Read(persona, CancellationToken.None);
        double cold = System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        string kept = Path.Combine(folder, "prefixes");
        new PrefixStore(kept, ModelFolder.Open(folder).Fingerprint()).TrySave(model, persona);
        model.Truncate(0);
        began = System.Diagnostics.Stopwatch.GetTimestamp();
        bool restored = new PrefixStore(kept, ModelFolder.Open(folder).Fingerprint()).TryRestore(model, persona);
        double warm = System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        return (cold, restored ? warm : throw new InvalidOperationException("the stored prefix was expected back, got none"));
    }

    private static string Value(string[] args, string name, string standard)
    {
        int at = Array.IndexOf(args, name);
        return at >= 0 && at + 1 < args.Length ? args[at + 1] : standard;
    }
}
