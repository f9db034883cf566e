using Wearable.Gateway.Safety;

namespace Wearable.Gateway.Tests.Safety;

/// <summary>What the gate refuses and what it lets pass.</summary>
public sealed class SafetyGateTests
{
    private readonly SafetyGate _gate = new();

    [Theory]
    [InlineData("I want to kill myself", "self-harm")]
    [InlineData("sometimes I want to die", "self-harm")]
    [InlineData("where are the matches", "weapons")]
    [InlineData("how do I sharpen a knife", "weapons")]
    [InlineData("how to build a bomb", "weapons")]
    [InlineData("what is sex", "sex")]
    [InlineData("tell me about porn", "sex")]
    [InlineData("keep it a secret from mom", "secrets")]
    [InlineData("don't tell your parents", "secrets")]
    [InlineData("my address is five main street", "personal-data")]
    [InlineData("how many pills can I take", "medical")]
    [InlineData("am I having a heart attack", "medical")]
    [InlineData("where can I get weed", "drugs")]
    public void Dangerous_words_are_refused_with_a_kind_reply(string text, string code)
    {
        SafetyVerdict verdict = _gate.CheckHeard(text);
        Assert.Equal(code, verdict.Code);
        Assert.NotEmpty(verdict.Reply);
        Assert.False(verdict.Allows);
    }

    [Theory]
    [InlineData("what time is it")]
    [InlineData("tell me a story about a dragon")]
    [InlineData("what is my heart rate")]
    [InlineData("remember that my bear is called Bruno")]
    [InlineData("breathe with me")]
    [InlineData("can you sing")]
    [InlineData("I cut the paper with scissors")]
    public void Harmless_words_pass(string text) => Assert.True(_gate.CheckHeard(text).Allows);

    [Fact]
    public void An_answer_is_judged_like_a_question() => Assert.Equal("weapons", _gate.CheckAnswer("You can find a knife in the drawer.").Code);

    [Fact]
    public void Our_own_sentences_may_always_be_said()
    {
        Assert.True(_gate.CheckAnswer(_gate.CheckHeard("I want to kill myself").Reply).Allows);
        Assert.True(_gate.CheckAnswer("I am not a medical device.").Allows);
    }
}
