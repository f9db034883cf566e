using System.Text.Json;
using Wearable.Gateway.Models;
using Wearable.Gateway.Speech;
using Wearable.Gateway.Tests.Brain.Llm.Graphs;

namespace Wearable.Gateway.Tests.Speech.Languages;

/// <summary>A member of the Moonshine family with other sizes and another vocabulary, made here: sizes are read, caches are passed on.</summary>
public sealed class MoonshineFamilyTests : IDisposable
{
    private const int Heads = 3, HeadSize = 5, Layers = 2, Vocabulary = 300, Logits = 320;
    private readonly string _folder = Directory.CreateTempSubdirectory("wearable-moonshine-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("", false)]
    [InlineData("onnx", true)]
    public async Task Another_language_is_read_with_its_own_sizes_and_vocabulary(string place, bool masks)
    {
        Write(place, masks);
        using MoonshineSpeechToText listening = (MoonshineSpeechToText)SpeechFolder.Load(_folder, "zh", 1);
        Assert.Equal("zh", listening.Language);
        Transcript heard = await listening.TranscribeAsync(Tones.Of((500, 800)));
        Assert.Equal((TranscriptOutcome.Text, "你好é"), (heard.Outcome, heard.Text)); // é is written as two bytes
    }

    [Fact]
    public void Every_fault_of_a_folder_is_one_sentence_that_names_it()
    {
        Write("", masks: false);
        string tokenizer = Path.Combine(_folder, "tokenizer.json"), decoder = Path.Combine(_folder, "decoder_model_merged.onnx");
        string whole = File.ReadAllText(tokenizer);
        File.WriteAllText(tokenizer, """{ "model": { "vocab": { "a": 0 } }, "added_tokens": [] }""");
        Assert.Contains("the tokenizer of another kind of model", Problem());
        File.WriteAllText(tokenizer, "{");
        Assert.Contains("a Hugging Face tokenizer expected, got a file that is none", Problem());
        File.Delete(tokenizer);
        Assert.Contains("tokenizer.json is missing; a Moonshine folder needs", Problem());
        File.WriteAllText(tokenizer, whole);

        byte[] graph = File.ReadAllBytes(decoder);
        File.WriteAllBytes(decoder, graph[..(graph.Length / 2)]);
        Assert.Contains("decoder_model_merged.onnx: truncated", Problem());
        File.Copy(Path.Combine(_folder, "encoder_model.onnx"), decoder, overwrite: true);
        Assert.Contains("past_key_values.0.decoder.key with known heads and sizes expected, got []", Problem());
    }

    [Fact]
    public void A_decoder_of_a_smaller_vocabulary_is_refused()
    {
        Write("", masks: false, logits: 100);
        Assert.Contains("at most 100 pieces of text expected, got 300", Problem());
    }

    private string Problem() => Assert.Throws<ModelException>(() => SpeechFolder.Load(_folder, "zh", 1)).Message;

    // Writes the pieces 260, 261, 0xC3, 0xA9 one behind the other, and the end only if the cache of the step before came along.
    private void Write(string place, bool masks, int logits = Logits)
    {
        string graphs = Directory.CreateDirectory(Path.Combine(_folder, place)).FullName;
        Dictionary<string, int> vocabulary = new() { ["<unk>"] = 0, ["<s>"] = 1, ["</s>"] = 2 };
        for (int b = 0; b < 256; b++)
        {
            vocabulary[$"<0x{b:X2}>"] = 3 + b;
        }

        (vocabulary["▁你"], vocabulary["好"], vocabulary["▁z"]) = (260, 261, Vocabulary - 1);
        File.WriteAllText(Path.Combine(_folder, "tokenizer.json"), JsonSerializer.Serialize(new
        {
            model = new { type = "BPE", vocab = vocabulary },
            added_tokens = new[] { new { id = 1, content = "<s>", special = true }, new { id = 2, content = "</s>", special = true } },
        }));

        using (OnnxWriter encoder = new(Path.Combine(graphs, "encoder_model.onnx")))
        {
            encoder.Input("input_values", OnnxType.Float, "batch", "samples");
            if (masks)
            {
                encoder.Input("attention_mask", OnnxType.Int64, "batch", "samples");
            }

            encoder.Longs("frames", [3], 1, -1, 16);
            encoder.Longs("from", [1], 0);
            encoder.Longs("to", [1], 800);
            encoder.Longs("axis", [1], 1);
            encoder.Node("Reshape", [encoder.Node("Slice", ["input_values", "from", "to", "axis"]), "frames"], outputs: ["last_hidden_state"]);
            encoder.Output("last_hidden_state", OnnxType.Float, "batch", "frames", 16);
            encoder.Save();
        }

        using OnnxWriter decoder = new(Path.Combine(graphs, "decoder_model_merged.onnx"));
        decoder.Input("input_ids", OnnxType.Int64, "batch", 1);
        decoder.Input("encoder_hidden_states", OnnxType.Float, "batch", "frames", 16);
        decoder.Input("use_cache_branch", OnnxType.Bool, 1);
        if (masks)
        {
            decoder.Input("encoder_attention_mask", OnnxType.Int64, "batch", "frames");
        }

        decoder.Output("logits", OnnxType.Float, "batch", 1, logits);
        float[] next = new float[Vocabulary * logits];
        foreach ((int from, int to) in new[] { (1, 260), (260, 261), (261, 3 + 0xC3), (3 + 0xC3, 3 + 0xA9), (3 + 0xA9, 3 + 0xA9) })
        {
            if (to < logits)
            {
                next[(from * logits) + to] = 10;
            }
        }

        decoder.Floats("next", [Vocabulary, logits], next);
        float[] end = new float[logits];
        end[2] = 0.2f; // times 15 for each step in the cache: 9 at the fourth step, 12 at the fifth, against the 10 of a piece
        decoder.Floats("end", [1, 1, logits], end);
        decoder.Floats("ones", [1, Heads, 1, HeadSize], [.. Enumerable.Repeat(1f, Heads * HeadSize)]);
        foreach (string kind in (string[])["decoder.key", "decoder.value", "encoder.key", "encoder.value"])
        {
            for (int layer = 0; layer < Layers; layer++)
            {
                decoder.Input($"past_key_values.{layer}.{kind}", OnnxType.Float, "batch", Heads, "past", HeadSize);
                decoder.Output($"present.{layer}.{kind}", OnnxType.Float, "batch", Heads, "all", HeadSize);
                bool counts = layer == 0 && kind == "decoder.key";
                // Without a past the sum is 0; each step adds one to what came.
                string sum = counts ? decoder.Node("ReduceSum", [$"past_key_values.{layer}.{kind}"], [("keepdims", 0)]) : "";
                decoder.Node(counts ? "Add" : "Identity", counts ? ["ones", decoder.Node("Mul", [sum, Fraction(decoder)])] : ["ones"], outputs: [$"present.{layer}.{kind}"]);
                if (counts)
                {
                    decoder.Node("Add", [decoder.Node("Gather", ["next", "input_ids"]), decoder.Node("Mul", ["end", sum])], outputs: ["logits"]);
                }
            }
        }

        decoder.Save();
    }

    // The mean of the past: so the cache counts steps.
    private static string Fraction(OnnxWriter decoder) => decoder.Floats("fraction", [], [1f / (Heads * HeadSize)]);
}
