using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Wearable.Gateway.Brain;
using Wearable.Gateway.Brain.Llm;

namespace Wearable.Gateway.Tests.Brain.Llm;

/// <summary>What a model may do in the house, and what it may not.</summary>
public sealed class ToolTests
{
    private readonly FakeTimeProvider _time = SkillsOnly.Clock();

    [Fact]
    public async Task Model_starts_a_timer_and_tells_what_came_of_it()
    {
        using SkillsOnly skills = new(_time);
        Calling model = new(("start_timer", new() { ["seconds"] = 300 }));
        Assert.Equal("The tool said: A timer of five minutes is running.", await AskAsync(skills, model));
        Assert.Equal([TimeSpan.FromMinutes(5)], skills.Timers.Left("toy-1"));
        Assert.Empty(skills.Timers.Left("toy-2"));
    }

    [Theory]
    [InlineData("start_timer", "seconds", 0, "No timer started: 1 to 86400 seconds expected.")]
    [InlineData("start_timer", "seconds", 1e9, "No timer started: 1 to 86400 seconds expected.")]
    [InlineData("set_volume", "percent", 900, "Volume unchanged: 10 to 100 percent expected.")]
    [InlineData("set_volume", "percent", 40, "The volume is 40 percent.")]
    [InlineData("heart_rate", "", 0, "No heart rate is measured right now.")]
    [InlineData("current_time", "", 0, "Monday, 23 November 2026, 17:05")]
    [InlineData("timers", "", 0, "No timer is running.")]
    public async Task Every_call_is_answered_in_words(string tool, string argument, double value, string answer)
    {
        using SkillsOnly skills = new(_time);
        Calling model = new((tool, argument.Length == 0 ? [] : new() { [argument] = value }));
        Assert.Equal("The tool said: " + answer, await AskAsync(skills, model));
    }

    [Fact]
    public async Task A_tool_that_is_not_there_or_is_called_wrongly_does_not_end_the_answer()
    {
        using SkillsOnly skills = new(_time);
        Assert.StartsWith("The tool said: Error", await AskAsync(skills, new Calling(("open_the_door", []))));
        Assert.StartsWith("The tool said: Error", await AskAsync(skills, new Calling(("start_timer", new() { ["seconds"] = "soon" }))));
    }

    [Fact]
    public async Task A_model_that_never_stops_calling_is_stopped()
    {
        using SkillsOnly skills = new(_time);
        Calling model = new([.. Enumerable.Repeat(("timers", new Dictionary<string, object?>()), 50)]);
        await AskAsync(skills, model);
        Assert.Equal(new BrainSettings().ToolRounds + 1, model.Asked);
    }

    [Fact]
    public async Task A_server_that_refuses_tools_is_asked_without_from_then_on()
    {
        using SkillsOnly skills = new(_time);
        Refusing model = new();
        using BrainChain chain = Chain(skills, model);
        await chain.Loaded;
        Assert.Equal("It is blue.", await AskAsync(chain));
        Assert.Equal("It is blue.", await AskAsync(chain));
        Assert.Equal([true, false, false], model.WithTools);
    }

    [Theory]
    [InlineData(null, "Not kept: remembering is switched off for this wearable. A grown-up can switch it on.", 0)]
    [InlineData(true, "Kept.", 1)]
    public async Task Nothing_of_a_child_is_kept_unless_a_grown_up_allows_it(bool? memory, string answer, int kept)
    {
        using SkillsOnly skills = new(_time, memory: memory);
        Assert.Equal("The tool said: " + answer, await AskAsync(skills, new Calling(("remember", new() { ["fact"] = "the bear is called Bruno" }))));
        Assert.Equal(kept, skills.Memory.Of("toy-1").Count);
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public async Task What_is_kept_is_told_to_the_model_only_while_remembering_is_on(bool memory, int told)
    {
        using SkillsOnly skills = new(_time, memory: memory);
        skills.Memory.Add("toy-1", "the bear is called Bruno");
        Calling model = new();
        await AskAsync(skills, model);
        Assert.Equal(told, model.Heard.Count(m => m.Role == ChatRole.System && m.Text.EndsWith("in their own words: the bear is called Bruno", StringComparison.Ordinal)));
    }

    private static BrainChain Chain(SkillsOnly skills, IChatClient model) =>
        new("test", _ => Task.FromResult(model), skills.Client, skills.Tools, new BrainSettings(), TimeProvider.System, NullLogger<BrainChain>.Instance);

    private static async Task<string> AskAsync(SkillsOnly skills, IChatClient model)
    {
        using BrainChain chain = Chain(skills, model);
        await chain.Loaded;
        return await AskAsync(chain);
    }

    private static async Task<string> AskAsync(BrainChain chain)
    {
        ChatResponse response = await chain.GetResponseAsync([new ChatMessage(ChatRole.User, "why is the sky blue")], BrainContext.Options("toy-1", "t1"));
        return response.Text.ReplaceLineEndings(" ").Trim();
    }

    // Makes its calls one by one, then says what the last one gave.
    private sealed class Calling(params (string Tool, Dictionary<string, object?> Arguments)[] calls) : IChatClient
    {
        public int Asked { get; private set; }

        public List<ChatMessage> Heard { get; private set; } = [];

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await Task.CompletedTask;
            Heard = [.. messages];
            Asked++;
            if (Asked <= calls.Length)
            {
                yield return new ChatResponseUpdate(ChatRole.Assistant, [new FunctionCallContent($"c{Asked}", calls[Asked - 1].Tool, calls[Asked - 1].Arguments)]) { FinishReason = ChatFinishReason.ToolCalls };
                yield break;
            }

            object? result = Heard.SelectMany(m => m.Contents).OfType<FunctionResultContent>().LastOrDefault()?.Result;
            yield return new ChatResponseUpdate(ChatRole.Assistant, $"The tool said: {result}");
        }

        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }

    private sealed class Refusing : IChatClient
    {
        public List<bool> WithTools { get; } = [];

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await Task.CompletedTask;
            WithTools.Add(options?.Tools?.Count > 0);
            if (WithTools[^1])
            {
                throw new HttpRequestException("model does not support tools");
            }

            yield return new ChatResponseUpdate(ChatRole.Assistant, "It is blue.");
        }

        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
