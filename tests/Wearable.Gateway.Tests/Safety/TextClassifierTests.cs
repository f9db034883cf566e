using Wearable.Gateway.Safety;

namespace Wearable.Gateway.Tests.Safety;

/// <summary>The classifier beside the rules: what it adds, for whom, and that it fails closed.</summary>
public sealed class TextClassifierTests
{
    private static readonly SafetySettings Bands = new()
    {
        Devices = new Dictionary<string, DeviceSafety> { ["adult"] = new() { Band = AgeBand.Adult, SessionMinutes = 0 }, ["child"] = new() { SessionMinutes = 0 } },
    };

    [Fact]
    public async Task It_refuses_much_of_what_is_asked_in_other_words_and_little_else()
    {
        SafetyResult with = await SafetyScore.WithSkillsAsync("indirect"), without = await SafetyScore.WithSkillsAsync("indirect", classify: false);
        Assert.True(with.RefusedHeard >= without.RefusedHeard + 15, $"{with.RefusedHeard} with it, {without.RefusedHeard} without, of {with.MustRefuse}");
        Assert.True(with.AllowedPercent >= 93, string.Join('\n', with.Wrong));
    }

    [Fact]
    public void Of_older_people_it_judges_only_what_can_not_wait()
    {
        SafetyGate gate = new(Bands, TimeProvider.System);
        const string dark = "lately i think the world is better without me and i do not want to wake up";
        Assert.Equal("self-harm", gate.CheckHeard("child", dark).Code);
        Assert.Equal("self-harm", gate.CheckHeard("adult", dark).Code);
        const string stove = "can i use the stove alone when nobody is watching";
        Assert.Equal("danger", gate.CheckHeard("child", stove).Code);
        Assert.Equal("ok", gate.CheckHeard("adult", stove).Code);
    }

    [Fact]
    public void What_is_written_is_read_back_and_judges_the_same()
    {
        TextClassifier classifier = TextClassifier.LoadBuiltIn();
        TextClassifier again = TextClassifier.Read(classifier.Write());
        Assert.Equal(classifier.Judge("how do plants grow"), again.Judge("how do plants grow"));
        Assert.Equal(["weapons", "danger", "drugs", "sex", "self-harm", "secrets", "personal-data", "medical", "injection"], again.Topics);
        Assert.Empty(again.Topics.Except(new SafetyRules(RuleFile.LoadBuiltIn()).Topics));
    }

    [Fact]
    public void Damaged_weights_do_not_pass_as_a_classifier()
    {
        byte[] bytes = TextClassifier.LoadBuiltIn().Write();
        Assert.Contains("WSC1 expected", Assert.Throws<InvalidOperationException>(() => TextClassifier.Read(bytes.AsSpan(1))).Message);
        Assert.Contains("safety classifier", Assert.Throws<InvalidOperationException>(() => TextClassifier.Read(bytes.AsSpan(0, bytes.Length / 2))).Message);
        Assert.Throws<InvalidOperationException>(() => TextClassifier.Read([]));
    }

    [Fact]
    public void A_text_of_any_length_and_script_is_judged()
    {
        TextClassifier classifier = TextClassifier.LoadBuiltIn();
        Assert.All(new[] { "", "a", new string('x', 2000), "你", "жж жж" }, text => Assert.InRange(classifier.Judge(text).Refuse, 0, 1));
    }
}
