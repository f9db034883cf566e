using Wearable.Gateway.Conversation;

namespace Wearable.Gateway.Tests.Conversation;

/// <summary>Ears that do not write English can not read an English wake word: the second opinion alone decides, and without one the device is believed.</summary>
public sealed partial class TurnTests
{
    [Fact]
    public async Task Foreign_ears_hear_only_what_was_said_behind_the_wake_word()
    {
        (_listening.Language, _listening.Text) = ("zh", "现在几点？");
        _hub = Hub(new ScriptedScorer { LogProbability = 0 });
        await SpeakAsync("t-61");
        TurnRecord turn = await _ended.NextAsync();
        Assert.Equal(("done", "现在几点？", "现在几点？"), (turn.Outcome, turn.Heard, _brain.Asked));
        // 1,500 ms of speech less the 600 ms that the word took, and 240 ms around the end.
        Assert.InRange(_listening.Samples, (900 + 100) * 16, (900 + 300) * 16);
    }

    [Fact]
    public async Task The_second_opinion_rejects_a_wake_in_any_language()
    {
        (_listening.Language, _listening.Text) = ("zh", "今天天气很好。");
        _hub = Hub(new ScriptedScorer { LogProbability = -30 });
        await SpeakAsync("t-62");
        Assert.Equal(("rejected", TurnReasons.NotConfirmed), Outcome(await _ended.NextAsync()));
    }

    [Fact]
    public async Task Foreign_ears_without_a_second_opinion_believe_the_device()
    {
        (_listening.Language, _listening.Text) = ("zh", "现在几点？");
        await SpeakAsync("t-63");
        Assert.Equal("done", (await _ended.NextAsync()).Outcome);
        Assert.Equal("现在几点？", _brain.Asked);
    }
}
