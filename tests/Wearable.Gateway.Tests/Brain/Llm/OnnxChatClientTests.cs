using Microsoft.Extensions.AI;
using Wearable.Gateway.Brain.Llm;
using Wearable.Gateway.Models;
using Wearable.Gateway.Tests.Brain.Llm.Graphs;

namespace Wearable.Gateway.Tests.Brain.Llm;

/// <summary>Whole model folders with random weights: what is said, reused, stored, refused.</summary>
public sealed class OnnxChatClientTests : IDisposable
{
    private static readonly SamplerSettings Greedy = new() { Temperature = 0, RepetitionPenalty = 1 };
    private static readonly ChatMessage[] First = [new(ChatRole.System, "You are a kind bear."), new(ChatRole.User, "Hello he said")];
    private readonly string _folder = Directory.CreateTempSubdirectory("wearable-llm-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Answer_is_what_the_reference_says_after_the_templates_tokens()
    {
        DecoderWeights weights = Write();
        LlmTokenizer tokenizer = LlmTokenizer.Read(Path.Combine(_folder, "tokenizer.json"));
        int[] prompt = ChatTemplate.For(tokenizer, _folder).Write(First, null, true).Tokens;
        ReferenceDecoder reference = new(WithoutControls(weights), false);
        string expected = tokenizer.Decode(reference.Greedy(prompt, 24));
        using OnnxChatClient client = Load();
        ChatResponse answer = await client.GetResponseAsync(First, new ChatOptions { MaxOutputTokens = 24 });
        Assert.Equal(expected, answer.Text);
        Assert.Equal(ChatFinishReason.Length, answer.FinishReason);
        Assert.Equal(prompt.Length, answer.Usage!.InputTokenCount);
        Assert.Equal(24, answer.Usage.OutputTokenCount);
    }

    [Fact]
    public async Task Same_seed_gives_the_same_answer()
    {
        Write();
        using OnnxChatClient client = Load(o => o with { Sampling = new SamplerSettings { Temperature = 1, TopP = 1, TopK = 0 } });
        string first = (await client.GetResponseAsync(First, new ChatOptions { Seed = 5, MaxOutputTokens = 20 })).Text;
        Assert.Equal(first, (await client.GetResponseAsync(First, new ChatOptions { Seed = 5, MaxOutputTokens = 20 })).Text);
        Assert.NotEqual(first, (await client.GetResponseAsync(First, new ChatOptions { Seed = 6, MaxOutputTokens = 20 })).Text);
    }

    [Fact]
    public async Task Next_turn_reads_only_what_is_new_and_says_the_same_as_without_a_cache()
    {
        Write();
        using OnnxChatClient client = Load();
        string said = (await client.GetResponseAsync(First, new ChatOptions { MaxOutputTokens = 8 })).Text;
        ChatMessage[] second = [.. First, new(ChatRole.Assistant, said), new(ChatRole.User, "And then")];
        ChatOptions options = new() { MaxOutputTokens = 20 };
        string cached = (await client.GetResponseAsync(second, options)).Text;
        LlmTokenizer tokenizer = LlmTokenizer.Read(Path.Combine(_folder, "tokenizer.json"));
        Assert.True(client.LastReusedTokens >= ChatTemplate.For(tokenizer, _folder).Write(First, null, true).Tokens.Length, $"{client.LastReusedTokens} reused");
        using OnnxChatClient fresh = Load();
        Assert.Equal(cached, (await fresh.GetResponseAsync(second, options)).Text);
        Assert.Equal(0, fresh.LastReusedTokens - PrefixLength(tokenizer)); // only the persona, read a moment before
    }

    [Fact]
    public async Task Prefix_survives_a_restart_and_changes_nothing()
    {
        Write();
        string kept = Path.Combine(_folder, "prefixes");
        string expected;
        using (OnnxChatClient first = Load(o => o with { PrefixFolder = kept }))
        {
            await first.WarmAsync(First[..1]);
            expected = (await first.GetResponseAsync(First, new ChatOptions { MaxOutputTokens = 20 })).Text;
        }

        string file = Assert.Single(Directory.GetFiles(kept));
        DateTime written = File.GetLastWriteTimeUtc(file);
        using OnnxChatClient second = Load(o => o with { PrefixFolder = kept });
        Assert.Equal(expected, (await second.GetResponseAsync(First, new ChatOptions { MaxOutputTokens = 20 })).Text);
        Assert.Equal(written, File.GetLastWriteTimeUtc(file));
    }

    [Fact]
    public void Prefix_of_another_model_or_damaged_one_is_not_used()
    {
        Write();
        using DecoderModel model = DecoderModel.Load(ModelFolder.Open(_folder), 128, 1);
        int[] prefix = [1, 2, 3, 4];
        model.Read(prefix, CancellationToken.None);
        PrefixStore store = new(_folder, "this model");
        Assert.True(store.TrySave(model, prefix));
        Assert.True(store.TryRestore(model, prefix));
        Assert.False(new PrefixStore(_folder, "another model").TryRestore(model, prefix));
        Assert.False(store.TryRestore(model, [1, 2, 3]));
        byte[] bytes = File.ReadAllBytes(store.PathOf(prefix));
        bytes[100] ^= 1;
        File.WriteAllBytes(store.PathOf(prefix), bytes);
        Assert.False(store.TryRestore(model, prefix));
        File.WriteAllBytes(store.PathOf(prefix), bytes[..50]);
        Assert.False(store.TryRestore(model, prefix));
    }

    [Fact]
    public async Task Cancelling_ends_the_answer_at_once_and_the_next_one_is_right()
    {
        Write();
        using OnnxChatClient client = Load();
        string expected = (await client.GetResponseAsync(First, new ChatOptions { MaxOutputTokens = 20 })).Text;
        using CancellationTokenSource stop = new();
        int pieces = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (ChatResponseUpdate _ in client.GetStreamingResponseAsync(First, new ChatOptions { MaxOutputTokens = 60 }, stop.Token))
            {
                if (++pieces == 3)
                {
                    stop.Cancel();
                }
            }
        });
        Assert.Equal(3, pieces);
        Assert.Equal(expected, (await client.GetResponseAsync(First, new ChatOptions { MaxOutputTokens = 20 })).Text);
    }

    [Fact]
    public async Task Two_callers_are_answered_one_behind_the_other()
    {
        Write();
        using OnnxChatClient client = Load();
        ChatMessage[] other = [First[0], new(ChatRole.User, "Something else")];
        ChatOptions options = new() { MaxOutputTokens = 16 };
        string first = (await client.GetResponseAsync(First, options)).Text, second = (await client.GetResponseAsync(other, options)).Text;
        ChatResponse[] both = await Task.WhenAll(client.GetResponseAsync(First, options), client.GetResponseAsync(other, options));
        Assert.Equal([first, second], both.Select(r => r.Text));
    }

    [Fact]
    public async Task Old_turns_are_left_out_when_a_conversation_does_not_fit()
    {
        Write();
        using OnnxChatClient client = Load(o => o with { MaxTokens = 128 });
        ChatMessage[] longOne = [First[0], .. Enumerable.Range(0, 10).SelectMany(i => new[] { new ChatMessage(ChatRole.User, $"Question {i} that was asked"), new ChatMessage(ChatRole.Assistant, "An answer") }), First[1]];
        ChatOptions options = new() { MaxOutputTokens = 10 };
        ChatResponse answer = await client.GetResponseAsync(longOne, options);
        Assert.InRange(answer.Usage!.InputTokenCount!.Value, 60, 118);
        InvalidOperationException refused = await Assert.ThrowsAsync<InvalidOperationException>(() => client.GetResponseAsync([new ChatMessage(ChatRole.User, new string('x', 500))], options));
        Assert.Contains("a prompt of at most 118 tokens expected, got", refused.Message);
    }

    [Fact]
    public async Task Thought_is_hidden_and_bounded()
    {
        Write(TinyModel.DeepSeekControls);
        using OnnxChatClient client = Load(o => o with { Thinking = Thinking.Hidden, MaxThinkTokens = 5 });
        ChatResponse answer = await client.GetResponseAsync(First, new ChatOptions { MaxOutputTokens = 12 });
        Assert.DoesNotContain("think>", answer.Text);
        // Thought, its closing mark and two line breaks, then the answer.
        Assert.InRange(answer.Usage!.OutputTokenCount!.Value, 13, 5 + 3 + 12);
    }

    [Fact]
    public async Task Model_stops_at_its_stop_token_and_stop_words()
    {
        Write(bias: 260);
        using OnnxChatClient client = Load();
        ChatResponse ended = await client.GetResponseAsync(First, new ChatOptions { MaxOutputTokens = 20 });
        Assert.Equal(ChatFinishReason.Stop, ended.FinishReason);
        Assert.Equal("", ended.Text);

        Write();
        using OnnxChatClient other = Load();
        string whole = (await other.GetResponseAsync(First, new ChatOptions { MaxOutputTokens = 20 })).Text;
        string cut = (await other.GetResponseAsync(First, new ChatOptions { MaxOutputTokens = 20, StopSequences = [whole[6].ToString()] })).Text;
        Assert.Equal(whole[..whole.IndexOf(whole[6])], cut);
    }

    [Fact]
    public void Missing_folder_is_named() => Refuses("no such folder", Path.Combine(_folder, "nowhere"));

    [Theory]
    [InlineData("config.json")]
    [InlineData("tokenizer.json")]
    [InlineData("model.onnx")]
    [InlineData("model.onnx_data")]
    public void Missing_file_is_named(string file)
    {
        Write();
        File.Delete(Path.Combine(_folder, file));
        Refuses($"{file} is missing");
    }

    [Fact]
    public void Truncated_graph_is_named_with_sizes()
    {
        Write();
        Cut("model.onnx", 5000);
        Refuses("model.onnx: truncated");
    }

    [Fact]
    public void Truncated_weights_are_named_with_sizes()
    {
        Write();
        Cut("model.onnx_data", 5000);
        Refuses("model.onnx_data: truncated: ", "got 5000");
    }

    [Fact]
    public void File_that_is_no_graph_is_named()
    {
        Write();
        File.WriteAllText(Path.Combine(_folder, "model.onnx"), "version https://git-lfs.github.com/spec/v1\noid sha256:0\n");
        Refuses("model.onnx: ");
    }

    [Fact]
    public void Other_shapes_than_config_says_are_named()
    {
        Write();
        TinyModel.WriteConfig(_folder, DecoderShape.Tiny with { Layers = 3 });
        Refuses("3 layers of cache expected by config.json, got 2");
        TinyModel.WriteConfig(_folder, DecoderShape.Tiny with { Vocabulary = 300 });
        Refuses("logits of 300 tokens expected by config.json, got 288");
    }

    [Fact]
    public void Weights_of_the_wrong_shape_are_named()
    {
        DecoderWeights weights = DecoderWeights.Random(DecoderShape.Tiny, WeightKind.Float32, 1);
        LayerWeights wrong = weights.Layers[0] with { Up = weights.Layers[0].Query };
        TinyModel.Write(_folder, weights with { Layers = [wrong, weights.Layers[1]] }, new GraphOptions());
        Refuses("model.onnx: a decoder that fits its own weights expected");
    }

    [Fact]
    public void Tokenizer_of_another_model_is_named()
    {
        Write();
        TinyModel.WriteTokenizer(Path.Combine(_folder, "tokenizer.json"), [.. TinyModel.QwenControls, .. Enumerable.Range(0, 50).Select(i => $"<|extra_{i}|>")]);
        Refuses("at most 288 tokens expected by config.json, got 311; it belongs to another model");
        Write();
        TinyModel.WriteConfig(_folder, DecoderShape.Tiny, endToken: 65);
        Refuses("a control token expected at 65");
    }

    [Fact]
    public void Graph_without_cache_is_named()
    {
        Write();
        using (OnnxWriter onnx = new(Path.Combine(_folder, "model.onnx")))
        {
            onnx.Input("input_ids", OnnxType.Float, "batch", "sequence");
            onnx.Node("Identity", ["input_ids"], outputs: ["logits"]);
            onnx.Output("logits", OnnxType.Float, "batch", "sequence");
            onnx.Save();
        }

        Refuses("a decoder with a cache expected (inputs past_key_values.0.key and so on), got input_ids");
    }

    private DecoderWeights Write(string[]? controls = null, int? bias = null)
    {
        DecoderWeights weights = WithoutControls(DecoderWeights.Random(DecoderShape.Tiny, WeightKind.Float32, seed: 11));
        if (bias is int token)
        {
            // All other tokens lose: the head's rows are zero but for one that follows the state's sign through two opposite tokens.
            Array.Clear(weights.Head.Values);
            weights = weights with { FinalNorm = [.. weights.FinalNorm.Select(_ => 1f)] };
            LayerWeights last = weights.Layers[^1];
            Array.Clear(last.Output.Values);
            Array.Clear(last.Down.Values);
            Array.Clear(weights.Layers[0].Output.Values);
            Array.Clear(weights.Layers[0].Down.Values);
            for (int t = 0; t < weights.Shape.Vocabulary; t++)
            {
                weights.Embedding[t * weights.Shape.Width] = 1; // a dimension that is always positive
            }

            weights.Head.Values[token * weights.Shape.Width] = 10;
        }

        TinyModel.Write(_folder, weights, new GraphOptions { InsideBytes = 4000 }, controls);
        return weights;
    }

    // Random weights should talk, not stop: the rows of the control tokens are zero and others bend away from them.
    private static DecoderWeights WithoutControls(DecoderWeights weights)
    {
        Array.Clear(weights.Head.Values, TinyModel.FirstControl * weights.Shape.Width, (weights.Shape.Vocabulary - TinyModel.FirstControl) * weights.Shape.Width);
        return weights;
    }

    private OnnxChatClient Load(Func<OnnxChatOptions, OnnxChatOptions>? change = null)
    {
        OnnxChatOptions options = new() { MaxTokens = 256, Threads = 1, Sampling = Greedy };
        return OnnxChatClient.Load(_folder, change?.Invoke(options) ?? options);
    }

    private int PrefixLength(LlmTokenizer tokenizer) => ChatTemplate.For(tokenizer, _folder).Write(First, null, true).PrefixLength;

    private void Cut(string file, long bytes)
    {
        using FileStream stream = File.OpenWrite(Path.Combine(_folder, file));
        stream.SetLength(bytes);
    }

    private void Refuses(string part, string? second = null)
    {
        bool isPath = second is not null && Path.IsPathRooted(second);
        ModelException refused = Assert.Throws<ModelException>(() => OnnxChatClient.Load(isPath ? second! : _folder));
        Assert.Contains(part, refused.Message);
        Assert.DoesNotContain('\n', refused.Message);
        if (second is not null && !isPath)
        {
            Assert.Contains(second, refused.Message);
        }
    }
}
