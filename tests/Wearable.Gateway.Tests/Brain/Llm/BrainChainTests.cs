using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Wearable.Gateway.Brain;
using Wearable.Gateway.Brain.Llm;
using Wearable.Gateway.Conversation;
using Wearable.Gateway.Models;
using Wearable.Gateway.Tests.Brain.Llm.Graphs;

namespace Wearable.Gateway.Tests.Brain.Llm;

/// <summary>Whatever the larger model does, the person hears one honest sentence within 4 s and the log names the cause.</summary>
public sealed partial class BrainChainTests : IDisposable
{
    private const string Unknown = "why is the sky blue", DontWork = "My language model does not work right now, and I do not know that myself.";
    private readonly FakeTimeProvider _time = SkillsOnly.Clock();
    private readonly SkillsOnly _skills;
    private readonly List<string> _log = [];

    public BrainChainTests() => _skills = new SkillsOnly(_time);

    public void Dispose() => _skills.Dispose();

    [Fact]
    public async Task Model_answers_what_no_skill_knows_sentence_by_sentence()
    {
        Assert.Equal(["Light scatters.", "Blue scatters most."], await AskAsync(await ChainAsync(new Scripted("Light scat", "ters. Blue ", "scatters most."))));
        Assert.DoesNotContain(_log, line => line.Contains("failed"));
    }

    [Fact]
    public async Task Skills_answer_what_they_know_without_the_model()
    {
        Scripted model = new("Never.");
        Assert.Contains("five oh five", string.Concat(await AskAsync(await ChainAsync(model), "what time is it")));
        Assert.Empty(model.Heard);
    }

    [Fact]
    public async Task Stories_are_the_models_and_told_by_the_skill_when_it_fails()
    {
        Assert.Equal(["A dragon slept."], await AskAsync(await ChainAsync(new Scripted("A dragon slept.")), "tell me a story"));
        List<string> told = await AskAsync(await ChainAsync(new Scripted(new IOException("gone"))), "tell me a story");
        Assert.Equal("My language model does not work right now, so here is what I know myself.", told[0]);
        Assert.True(told.Count > 3);
    }

    [Fact]
    public async Task Missing_model_is_told_and_named_in_the_log()
    {
        BrainChain chain = new("onnx:/nowhere", _ => Task.FromResult<IChatClient>(OnnxChatClient.Load("/nowhere")), _skills.Client, _skills.Tools, new BrainSettings(), _time, Log());
        await Assert.ThrowsAsync<ModelException>(() => chain.Loaded);
        Assert.Equal(["My language model is not ready, and I do not know that myself."], await AskAsync(chain));
        Assert.Contains(_log, line => line.Contains("onnx:/nowhere") && line.Contains("no such folder"));
    }

    [Theory]
    [InlineData("missing file", "tokenizer.json is missing")]
    [InlineData("wrong shapes", "layers of cache expected by config.json")]
    [InlineData("wrong tokenizer", "it belongs to another model")]
    [InlineData("truncated weights", "truncated")]
    public async Task Damaged_model_folder_is_one_honest_sentence_and_the_fault_by_name_in_the_log(string damage, string cause)
    {
        string folder = Directory.CreateTempSubdirectory("wearable-damaged-").FullName;
        try
        {
            TinyModel.Write(folder, DecoderWeights.Random(DecoderShape.Tiny, WeightKind.Float32, seed: 11), new GraphOptions());
            switch (damage)
            {
                case "missing file":
                    File.Delete(Path.Combine(folder, "tokenizer.json"));
                    break;
                case "wrong shapes":
                    TinyModel.WriteConfig(folder, DecoderShape.Tiny with { Layers = 3 });
                    break;
                case "wrong tokenizer":
                    TinyModel.WriteTokenizer(Path.Combine(folder, "tokenizer.json"), [.. TinyModel.QwenControls, .. Enumerable.Range(0, 50).Select(i => $"<|extra_{i}|>")]);
                    break;
                default:
                    using (FileStream weights = File.OpenWrite(Path.Combine(folder, "model.onnx")))
                    {
                        weights.SetLength(5000);
                    }

                    break;
            }

            BrainChain chain = new("onnx:own", _ => Task.FromResult<IChatClient>(OnnxChatClient.Load(folder)), _skills.Client, _skills.Tools, new BrainSettings(), _time, Log());
            await Assert.ThrowsAsync<ModelException>(() => chain.Loaded);
            (List<string> sentences, TimeSpan first) = await WaitAsync(chain);
            Assert.Equal(["My language model is not ready, and I do not know that myself."], sentences);
            Assert.True(first < TimeSpan.FromSeconds(4), $"{first}");
            Assert.Contains(_log, line => line.Contains("onnx:own") && line.Contains(cause));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Model_that_appears_later_is_used_after_a_rest()
    {
        bool there = false;
        BrainChain chain = new("late", _ => there ? Task.FromResult<IChatClient>(new Scripted("Here I am.")) : throw new ModelException("not yet"), _skills.Client, _skills.Tools, new BrainSettings(), _time, Log());
        await Assert.ThrowsAsync<ModelException>(() => chain.Loaded);
        there = true;
        await AskAsync(chain); // sees the failure and loads again
        await chain.Loaded;
        _time.Advance(new BrainSettings().Rest);
        Assert.Equal(["Here I am."], await AskAsync(chain));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Model_that_hangs_is_given_up_in_time_even_when_it_is_deaf(bool deaf)
    {
        (List<string> sentences, TimeSpan first) = await WaitAsync(await ChainAsync(new Scripted { Hangs = true, IsDeaf = deaf }));
        Assert.Equal(["My language model is too slow right now, and I do not know that myself."], sentences);
        Assert.True(first < TimeSpan.FromSeconds(3.5), $"{first}");
        Assert.Contains(_log, line => line.Contains("first sentence expected within 2.5 s, got nothing at all"));
    }

    [Fact]
    public async Task Slow_model_that_works_is_announced_and_heard_out()
    {
        Scripted model = new("The", " sky", " is blue.") { BetweenPieces = TimeSpan.FromSeconds(2), Time = _time };
        (List<string> sentences, TimeSpan first) = await WaitAsync(await ChainAsync(model));
        Assert.Equal(["Let me think.", "The sky is blue."], sentences);
        Assert.True(first < TimeSpan.FromSeconds(3.5), $"{first}");
    }

    [Fact]
    public async Task Model_that_never_ends_its_first_sentence_is_given_up()
    {
        (List<string> sentences, _) = await WaitAsync(await ChainAsync(new Scripted("The sky") { Hangs = true }));
        Assert.Equal(["Let me think.", "My language model is too slow right now, and I do not know that myself."], sentences);
    }

    [Fact]
    public async Task Answer_that_breaks_off_ends_honestly()
    {
        Assert.Equal(["Light scatters.", "Sorry, I lost the rest of my answer."], await AskAsync(await ChainAsync(new Scripted("Light scatters. ") { Failure = new IOException("connection reset") })));
        Assert.Contains(_log, line => line.Contains("IOException: connection reset"));
        (List<string> sentences, _) = await WaitAsync(await ChainAsync(new Scripted("Light scatters. And ") { Hangs = true }));
        Assert.Equal(["Light scatters.", "Sorry, I lost the rest of my answer."], sentences);
    }

    [Theory]
    [InlineData("\uFFFD\uFFFD\u0001x.\n", "characters that are none")]
    [InlineData("the the the the the the the.\n", "the same word")]
    [InlineData("}{}{][][]::;;;<<>>%%%a.\n", "signs beside")]
    [InlineData("", "an answer expected, got none")]
    public async Task Garbage_is_not_spoken(string garbage, string cause)
    {
        Assert.Equal([DontWork], await AskAsync(await ChainAsync(new Scripted(garbage))));
        Assert.Contains(_log, line => line.Contains(cause));
    }

    [Fact]
    public async Task Stream_without_an_end_of_sentence_is_cut()
    {
        Scripted model = new([.. Enumerable.Repeat("xxxxxxxxxx", 500)]);
        Assert.Equal([DontWork], await AskAsync(await ChainAsync(model)));
        Assert.Contains(_log, line => line.Contains("an end of sentence within 1000 characters"));
    }

    [Fact]
    public async Task Failing_model_is_left_alone_for_a_while()
    {
        Scripted model = new(new IOException("gone"));
        BrainChain chain = await ChainAsync(model);
        await AskAsync(chain);
        await AskAsync(chain);
        Assert.Equal(["My language model is not ready, and I do not know that myself."], await AskAsync(chain));
        Assert.Equal(2, model.Heard.Count);
        _time.Advance(new BrainSettings().Rest);
        await AskAsync(chain);
        Assert.Equal(3, model.Heard.Count);
    }

    [Fact]
    public async Task Model_hears_persona_history_and_question_but_not_whose_it_is()
    {
        Scripted model = new("It is blue.");
        BrainChain chain = await ChainAsync(model);
        await AskAsync(chain);
        await AskAsync(chain, "and at night");
        Assert.Equal([ChatRole.System, ChatRole.User, ChatRole.Assistant, ChatRole.User], model.Heard[1].Select(m => m.Role));
        Assert.Equal("It is blue.", model.Heard[1][2].Text);
        Assert.Null(model.Options!.ConversationId);
        Assert.Null(model.Options.AdditionalProperties);
        await AskAsync(chain, "and at night", "another");
        Assert.Equal(2, model.Heard[2].Count);
        _time.Advance(new BrainSettings().ForgetAfter);
        await AskAsync(chain, "and at night");
        Assert.Equal(2, model.Heard[3].Count);
    }

    [Theory]
    [InlineData("Light scatters. You can build a bomb.", 2)]
    [InlineData("You can build a bomb.", 1)]
    public async Task Answer_that_is_refused_at_its_last_sentence_is_not_remembered(string answer, int refusedAt)
    {
        Scripted model = new(answer);
        BrainChain chain = await ChainAsync(model);
        await HearUntilAsync(chain, Unknown, refusedAt);
        await AskAsync(chain, "and at night");
        Assert.Equal([ChatRole.System, ChatRole.User], model.Heard[1].Select(m => m.Role));
    }

    [Fact]
    public async Task Answer_of_a_skill_that_is_refused_is_not_remembered()
    {
        Scripted model = new("It is blue.");
        BrainChain chain = await ChainAsync(model);
        await HearUntilAsync(chain, "what time is it", 1);
        await AskAsync(chain);
        Assert.Equal([ChatRole.System, ChatRole.User], Assert.Single(model.Heard).Select(m => m.Role));
    }

    // As a turn does it: by whole sentences, and none more after the one that the safety gate refused.
    private static async Task HearUntilAsync(BrainChain chain, string question, int sentences)
    {
        await foreach (string _ in SentenceSplitter.SplitAsync(chain.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, question)], BrainContext.Options("toy-1", "t1"))))
        {
            if (--sentences == 0)
            {
                return;
            }
        }
    }

    [Fact]
    public async Task Thoughts_of_a_remote_model_are_hidden() =>
        Assert.Equal(["It is blue."], await AskAsync(await ChainAsync(new Scripted("<thi", "nk>Hm. Hm.</th", "ink>It is blue."))));

    private async Task<BrainChain> ChainAsync(IChatClient model)
    {
        BrainChain chain = new("test", _ => Task.FromResult(model), _skills.Client, _skills.Tools, new BrainSettings(), _time, Log());
        await chain.Loaded;
        return chain;
    }

    private static async Task<List<string>> AskAsync(BrainChain chain, string question = Unknown, string device = "toy-1")
    {
        List<string> sentences = [];
        await foreach (ChatResponseUpdate update in chain.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, question)], BrainContext.Options(device, "t1")))
        {
            sentences.Add(update.Text.TrimEnd('\n'));
        }

        return sentences;
    }

    // Moves the clock until the answer is there; returns when its first sentence came.
    private async Task<(List<string> Sentences, TimeSpan First)> WaitAsync(BrainChain chain)
    {
        DateTimeOffset began = _time.GetUtcNow();
        TimeSpan? first = null;
        List<string> sentences = [];
        Task all = Task.Run(async () =>
        {
            await foreach (ChatResponseUpdate update in chain.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, Unknown)], BrainContext.Options("toy-1", "t1")))
            {
                first ??= _time.GetUtcNow() - began;
                sentences.Add(update.Text.TrimEnd('\n'));
            }
        });
        while (!all.IsCompleted)
        {
            await Task.WhenAny(all, Task.Delay(10)); // lets the parts run; the time that counts is the fake one
            _time.Advance(TimeSpan.FromMilliseconds(100));
        }

        await all;
        return (sentences, first ?? TimeSpan.MaxValue);
    }

    private ILogger<BrainChain> Log() => new Lines(_log);

    private sealed class Lines(List<string> lines) : ILogger<BrainChain>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (lines)
            {
                lines.Add(formatter(state, exception));
            }
        }
    }

    private sealed class Scripted(params string[] pieces) : IChatClient
    {
        public Scripted(Exception failure)
            : this() => Failure = failure;

        public bool Hangs { get; init; }

        public bool IsDeaf { get; init; }

        public Exception? Failure { get; init; }

        public TimeSpan BetweenPieces { get; init; }

        public TimeProvider? Time { get; init; }

        public List<List<ChatMessage>> Heard { get; } = [];

        public ChatOptions? Options { get; private set; }

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            Heard.Add([.. messages]);
            Options = options;
            foreach (string piece in pieces)
            {
                if (Time is not null)
                {
                    await Task.Delay(BetweenPieces, Time, cancellationToken);
                }

                yield return new ChatResponseUpdate(ChatRole.Assistant, piece);
            }

            if (Failure is not null)
            {
                throw Failure;
            }

            if (Hangs)
            {
                await Task.Delay(Timeout.Infinite, IsDeaf ? CancellationToken.None : cancellationToken);
            }
        }

        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
