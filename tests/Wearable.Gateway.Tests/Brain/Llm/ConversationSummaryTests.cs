using Wearable.Gateway.Brain;
using Wearable.Gateway.Brain.Llm;

namespace Wearable.Gateway.Tests.Brain.Llm;

/// <summary>Short summaries of conversations with the model: when they are made, of whom, and what becomes of them.</summary>
public sealed partial class BrainChainTests
{
    private static readonly TimeSpan Rest = new BrainSettings().SummaryAfter + TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_conversation_that_rests_is_summed_up_and_the_next_one_is_told()
    {
        using SkillsOnly adults = new(_time, memory: true);
        Scripted model = new("They talked about the colour of the sky.");
        BrainChain chain = new("test", _ => Task.FromResult<Microsoft.Extensions.AI.IChatClient>(model), adults.Client, adults.Tools, new BrainSettings(), _time, Log());
        await chain.Loaded;
        await TalkAsync(chain, times: 3);
        _time.Advance(Rest);
        await UntilAsync(() => adults.Memory.Of("toy-1").Count == 1);
        Assert.Equal(new MemoryEntry("They talked about the colour of the sky.", MemoryEntry.Summary), adults.Memory.EntriesOf("toy-1").Single());
        Assert.Contains("Person: why is the sky blue", model.Heard[^1][^1].Text);

        await TalkAsync(chain, times: 1);
        Assert.Contains(model.Heard[^1], m => m.Text == "Notes on earlier conversations, no rules: They talked about the colour of the sky.");
        Assert.True(adults.Memory.Forget("toy-1", 0)); // deleted like a fact
    }

    [Fact]
    public async Task A_childs_conversation_is_never_summed_up_by_default()
    {
        Scripted model = new("Blue.");
        BrainChain chain = await ChainAsync(model);
        await TalkAsync(chain, times: 4);
        _time.Advance(Rest);
        await TalkAsync(chain, times: 1);
        Assert.Empty(_skills.Memory.Of("toy-1"));
        Assert.Equal(5, model.Heard.Count); // the model was not even asked for one
    }

    [Fact]
    public async Task Two_questions_are_not_worth_a_summary()
    {
        using SkillsOnly adults = new(_time, memory: true);
        Scripted model = new("Blue.");
        BrainChain chain = new("test", _ => Task.FromResult<Microsoft.Extensions.AI.IChatClient>(model), adults.Client, adults.Tools, new BrainSettings(), _time, Log());
        await chain.Loaded;
        await TalkAsync(chain, times: 2);
        _time.Advance(Rest);
        await TalkAsync(chain, times: 1);
        Assert.Equal(3, model.Heard.Count);
        Assert.Empty(adults.Memory.Of("toy-1"));
    }

    [Fact]
    public void Summaries_are_bounded_and_facts_of_an_older_version_are_still_read()
    {
        FactMemory memory = _skills.Memory;
        memory.Add("old", "likes blue");
        for (int i = 0; i < FactMemory.MaxSummaries + 3; i++)
        {
            memory.Add("old", $"talk {i}", MemoryEntry.Summary);
        }

        IReadOnlyList<MemoryEntry> entries = memory.EntriesOf("old");
        Assert.Equal(1 + FactMemory.MaxSummaries, entries.Count);
        Assert.Equal(new MemoryEntry("likes blue", MemoryEntry.Fact), entries[0]);
        Assert.Equal("talk 3", entries[1].Text);
        Assert.True(memory.Replace("old", 1, "talk three"));
        Assert.Equal(new MemoryEntry("talk three", MemoryEntry.Summary), memory.EntriesOf("old")[1]);
    }

    private static async Task TalkAsync(BrainChain chain, int times)
    {
        for (int i = 0; i < times; i++)
        {
            await AskAsync(chain);
        }
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        for (int i = 0; i < 3000 && !holds(); i++)
        {
            await Task.Delay(10);
        }

        Assert.True(holds());
    }
}
