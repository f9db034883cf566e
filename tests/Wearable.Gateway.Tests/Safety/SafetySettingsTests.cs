using System.Text;
using Wearable.Gateway.Safety;

namespace Wearable.Gateway.Tests.Safety;

/// <summary>The owner's file: what it sets and how it is refused.</summary>
public sealed class SafetySettingsTests
{
    [Fact]
    public void A_device_takes_what_it_does_not_name_from_the_default()
    {
        SafetySettings settings = SafetySettingsFile.Parse(
            """{ "default": { "band": "8-12", "quiet_hours": "20:00-07:30", "session_minutes": 15 }, "devices": { "a": { "band": "adult", "helpline": "Call 1." } } }""");
        Assert.Equal(new DeviceSafety { Band = AgeBand.From8To12, QuietFrom = new TimeOnly(20, 0), QuietTo = new TimeOnly(7, 30), SessionMinutes = 15 }, settings.Of("other"));
        Assert.Equal((AgeBand.Adult, 15, "Call 1."), (settings.Of("a").Band, settings.Of("a").SessionMinutes, settings.Of("a").Helpline));
        Assert.True(settings.Of("a").IsQuietAt(new TimeOnly(7, 29)));
        Assert.False(settings.Of("a").IsQuietAt(new TimeOnly(7, 30)));
    }

    [Fact]
    public void Without_a_file_a_child_under_eight_is_assumed()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("wearable-safety-");
        try
        {
            Assert.Equal(AgeBand.Under8, SafetySettingsFile.Load(folder.FullName).Of("any").Band);
            File.WriteAllText(Path.Combine(folder.FullName, SafetySettingsFile.Name), "{ not json");
            GatewayStartException refused = Assert.Throws<GatewayStartException>(() => SafetySettingsFile.Load(folder.FullName));
            Assert.Contains(SafetySettingsFile.Name, refused.Message);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("""{ "default": { "band": "baby" } }""", "default.band: one of under-8, 8-12, teen, adult expected, got \"baby\"")]
    [InlineData("""{ "devices": { "a": { "quiet_hours": "20-7" } } }""", "devices.a.quiet_hours: two different times such as \"20:00-07:00\", or \"\" for none, expected, got \"20-7\"")]
    [InlineData("""{ "default": { "session_minutes": -1 } }""", "default.session_minutes: minutes from 0 (no limit) to 1440 expected, got -1")]
    [InlineData("""{ "default": { "age": 7 } }""", "default: band, quiet_hours, session_minutes, helpline or memory expected, got \"age\"")]
    [InlineData("""{ "standard": { } }""", "default or devices expected, got \"standard\"")]
    [InlineData("""[]""", "the file: an object expected, got []")]
    public void A_setting_that_is_not_understood_is_named(string json, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => SafetySettingsFile.Parse(json)).Message);

    [Fact]
    public void A_broken_rule_stops_the_start_and_is_named()
    {
        RuleFile good = RuleFile.LoadBuiltIn();
        RuleFile broken = good with { Topics = [new TopicEntry("weapons", "adult", new Said("No.", "不。"), [new RuleEntry(["(gun"])])] };
        Assert.Contains("weapons: pattern \"(gun\"", Assert.Throws<InvalidOperationException>(() => new SafetyRules(broken)).Message);
        Assert.Throws<InvalidOperationException>(() => RuleFile.Read(new MemoryStream(Encoding.UTF8.GetBytes("{}"))));
    }
}
