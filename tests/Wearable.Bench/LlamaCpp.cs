using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Wearable.Gateway.Tests.Brain.Llm.Graphs;

namespace Wearable.Bench;

/// <summary>
/// llama.cpp on the same shape with random Q4_0 weights, driven through the npm packages <c>node-llama-cpp</c> and
/// <c>@node-llama-cpp/linux-x64</c>, to stand beside our own figures in the same run.
/// </summary>
internal static class LlamaCpp
{
    private const string Script = """
        import {getLlama} from "node-llama-cpp";
        const [file, threads, prompt, answer] = [process.argv[2], ...process.argv.slice(3).map(Number)];
        const llama = await getLlama({gpu: false, build: "never", maxThreads: threads, progressLogs: false, logLevel: "error"});
        const model = await llama.loadModel({modelPath: file, gpuLayers: 0});
        const context = await model.createContext({contextSize: 512, batchSize: 64, threads});
        const sequence = context.getSequence();
        const tokens = Array.from({length: prompt}, (_, i) => 300 + i * 7919 % 20000);
        const cpu = () => { const u = process.cpuUsage(); return (u.user + u.system) / 1000; };
        let made = 0, began = 0, last = 0, best = 1e9;
        for await (const _ of sequence.evaluate(tokens, {temperature: 0, yieldEogToken: true})) if (made++ === 16) break;
        made = 0;
        await sequence.clearHistory();
        for await (const _ of sequence.evaluate(tokens, {temperature: 0, yieldEogToken: true})) {
            const now = performance.now();
            if (made === 0) began = cpu(); else best = Math.min(best, now - last);
            last = now;
            if (made++ === answer) break;
        }
        console.log("RESULT " + ((cpu() - began) / answer) + " " + (1000 / best));
        process.exit(0);
        """;

    /// <summary>CPU ms per token and best tokens per second; null with the reason when it cannot be driven.</summary>
    public static (double CpuMs, double BestPerSecond)? Measure(string nodeFolder, string folder, DecoderShape shape, int threads, int promptTokens, int answerTokens, out string reason)
    {
        string file = Path.Combine(folder, "random.gguf");
        if (!File.Exists(file))
        {
            WriteRandom(file, shape, seed: 1);
        }

        // Beside node_modules, because that is where Node.js looks for packages.
        string script = Path.Combine(nodeFolder, $"wearable-bench-{Environment.ProcessId}.mjs");
        try
        {
            File.WriteAllText(script, Script);
            ProcessStartInfo start = new("node", [script, file, .. new[] { threads, promptTokens, answerTokens }.Select(n => n.ToString(CultureInfo.InvariantCulture))])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = nodeFolder,
            };
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (output.Split('\n').FirstOrDefault(l => l.StartsWith("RESULT ", StringComparison.Ordinal)) is { } line)
            {
                double[] values = [.. line.Split(' ').Skip(1).Select(v => double.Parse(v, CultureInfo.InvariantCulture))];
                reason = "";
                return (values[0], values[1]);
            }

            reason = $"llama.cpp gave no result (code {process.ExitCode}): {(errors.Result + output).ReplaceLineEndings(" ")}";
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException or UnauthorizedAccessException)
        {
            reason = $"llama.cpp cannot be started: {e.Message}";
        }
        finally
        {
            File.Delete(script);
        }

        return null;
    }

    // GGUF version 3: header, values, tensor table, then the tensors, each at a multiple of 32.
    private static void WriteRandom(string path, DecoderShape shape, int seed)
    {
        List<(string Name, long[] Dims, bool Quantised)> tensors = [("token_embd.weight", [shape.Width, shape.Vocabulary], true)];
        int queries = shape.Heads * shape.HeadSize, keys = shape.KeyValueHeads * shape.HeadSize;
        for (int i = 0; i < shape.Layers; i++)
        {
            string block = $"blk.{i}.";
            tensors.AddRange([
                (block + "attn_norm.weight", [shape.Width], false), (block + "ffn_norm.weight", [shape.Width], false),
                (block + "attn_q.weight", [shape.Width, queries], true), (block + "attn_q.bias", [queries], false),
                (block + "attn_k.weight", [shape.Width, keys], true), (block + "attn_k.bias", [keys], false),
                (block + "attn_v.weight", [shape.Width, keys], true), (block + "attn_v.bias", [keys], false),
                (block + "attn_output.weight", [queries, shape.Width], true),
                (block + "ffn_gate.weight", [shape.Width, shape.Hidden], true), (block + "ffn_up.weight", [shape.Width, shape.Hidden], true),
                (block + "ffn_down.weight", [shape.Hidden, shape.Width], true)]);
        }

        tensors.AddRange([("output_norm.weight", [shape.Width], false), ("output.weight", [shape.Width, shape.Vocabulary], true)]);
        using BinaryWriter file = new(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20));
        List<Action> values = [];
        void Key(string key, uint type, Action value) => values.Add(() =>
        {
            Text(file, key);
            file.Write(type);
            value();
        });
        void Number(string key, int value) => Key(key, 4, () => file.Write((uint)value));
        Key("general.architecture", 8, () => Text(file, "qwen2"));
        Number("qwen2.block_count", shape.Layers);
        Number("qwen2.context_length", shape.MaxPositions);
        Number("qwen2.embedding_length", shape.Width);
        Number("qwen2.feed_forward_length", shape.Hidden);
        Number("qwen2.attention.head_count", shape.Heads);
        Number("qwen2.attention.head_count_kv", shape.KeyValueHeads);
        Key("qwen2.attention.layer_norm_rms_epsilon", 6, () => file.Write(shape.Epsilon));
        Key("qwen2.rope.freq_base", 6, () => file.Write(shape.RopeBase));
        Key("tokenizer.ggml.model", 8, () => Text(file, "gpt2"));
        Key("tokenizer.ggml.pre", 8, () => Text(file, "qwen2"));
        Key("tokenizer.ggml.tokens", 9, () => Array(8, shape.Vocabulary, i => Text(file, Token(i))));
        Key("tokenizer.ggml.token_type", 9, () => Array(5, shape.Vocabulary, _ => file.Write(1)));
        Key("tokenizer.ggml.merges", 9, () => Array(8, 1, _ => Text(file, "h e")));
        Number("tokenizer.ggml.eos_token_id", shape.Vocabulary - 1);
        void Array(uint type, int count, Action<int> write)
        {
            file.Write(type);
            file.Write((ulong)count);
            for (int i = 0; i < count; i++)
            {
                write(i);
            }
        }

        file.Write("GGUF"u8);
        file.Write(3u);
        file.Write((ulong)tensors.Count);
        file.Write((ulong)values.Count);
        values.ForEach(v => v());
        long offset = 0;
        foreach ((string name, long[] dims, bool quantised) in tensors)
        {
            Text(file, name);
            file.Write((uint)dims.Length);
            System.Array.ForEach(dims, d => file.Write((ulong)d));
            file.Write(quantised ? 2u : 0u); // Q4_0 or float32
            file.Write((ulong)offset);
            offset += Aligned(Bytes(dims, quantised));
        }

        Random random = new(seed);
        Pad(file);
        foreach ((_, long[] dims, bool quantised) in tensors)
        {
            WriteTensor(file, dims, quantised, random);
            Pad(file);
        }
    }

    private static void WriteTensor(BinaryWriter file, long[] dims, bool quantised, Random random)
    {
        long bytes = Bytes(dims, quantised);
        if (!quantised)
        {
            file.Write(MemoryMarshal.AsBytes<float>(Enumerable.Repeat(1f, (int)(bytes / 4)).ToArray()));
            return;
        }

        byte[] row = new byte[dims[0] / 32 * 18];
        byte[] scale = BitConverter.GetBytes((Half)(0.25f / MathF.Sqrt(dims[0])));
        for (long left = bytes; left > 0; left -= row.Length)
        {
            random.NextBytes(row);
            for (int block = 0; block < row.Length; block += 18)
            {
                (row[block], row[block + 1]) = (scale[0], scale[1]);
            }

            file.Write(row);
        }
    }

    private static string Token(int i) => i < 256 ? TinyByte(i) : i == 256 ? "he" : $"t{i}";

    private static string TinyByte(int b) => b is (>= 33 and <= 126) or (>= 161 and <= 172) or (>= 174) ? ((char)b).ToString() : ((char)(256 + b + (b > 126 ? 1000 : 0))).ToString();

    private static long Bytes(long[] dims, bool quantised)
    {
        long count = dims.Aggregate(1L, (a, b) => a * b);
        return quantised ? count / 32 * 18 : count * 4;
    }

    private static long Aligned(long bytes) => (bytes + 31) / 32 * 32;

    private static void Pad(BinaryWriter file)
    {
        file.Flush();
        long position = file.BaseStream.Position;
        file.Write(new byte[Aligned(position) - position]);
    }

    private static void Text(BinaryWriter file, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        file.Write((ulong)bytes.Length);
        file.Write(bytes);
    }
}
