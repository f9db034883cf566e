using Wearable.Contract;
using Wearable.Gateway.Mqtt;

namespace Wearable.Gateway.Tests.Browser;

/// <summary>The page in a real Chromium, against the real gateway.</summary>
[Trait("needs", "chromium")]
public sealed class PageTests
{
    [Fact]
    public async Task The_fleet_shows_state_microphone_battery_memory_signal_and_overruns()
    {
        await using PageHouse house = await PageHouse.StartAsync();
        using ChromeBrowser browser = new(house.Page);
        browser.Until("document.querySelector('[data-device=bear]')?.textContent.includes('overruns 2')");
        string card = browser.Text("[data-device=bear]");
        Assert.All(["online", "Waits for its word", "idle", "battery 81 %", "free memory 88 KB", "signal -61 dBm", "overruns 2"], part => Assert.Contains(part, card));
        await house.HealthAsync(overruns: 3);
        browser.Until("document.querySelector('[data-device=bear]').textContent.includes('overruns 3')");
        Assert.Empty(browser.Problems());
    }

    [Fact]
    public async Task The_heart_chart_moves_with_beats_and_says_that_it_is_no_medical_device()
    {
        await using PageHouse house = await PageHouse.StartAsync();
        await house.PulseAsync(700);
        using ChromeBrowser browser = new(house.Page);
        browser.Until("document.querySelector('#bpm').textContent.startsWith('70') && document.querySelector('#chart canvas')");
        const string State = "(await import('./js/heart-live.js')).liveState()";
        long before = Ask(browser, State + ".readings"), beats = Ask(browser, State + ".beats");
        Assert.Equal((1, 3), (before, beats));
        string picture = browser.Value<string>("document.querySelector('#chart canvas').toDataURL()");
        await house.PulseAsync(820);
        browser.Until("document.querySelector('#bpm').textContent.startsWith('82')");
        Assert.Equal((2, 6), (Ask(browser, State + ".readings"), Ask(browser, State + ".beats")));
        Assert.NotEqual(picture, browser.Value<string>("document.querySelector('#chart canvas').toDataURL()"));
        Assert.Contains("Not a medical device", browser.Text(".disclaimer"));
        Assert.Empty(browser.Problems());
    }

    [Fact]
    public async Task Wake_scores_and_near_misses_stand_against_the_threshold()
    {
        await using PageHouse house = await PageHouse.StartAsync();
        await house.WakeAsync(88);
        using ChromeBrowser browser = new(house.Page);
        browser.Until("document.querySelectorAll('#wakes .badge').length === 1"); // from the store
        await house.NearMissAsync(47);
        browser.Until("document.querySelectorAll('#wakes .badge').length === 2"); // live
        Assert.Equal("near miss", browser.Text("#wakes li:first-child .badge"));
        Assert.Contains("score 47 · threshold 60 · -40 dB", browser.Text("#wakes li:first-child"));
        Assert.Contains("score 88", browser.Text("#wakes li:last-child"));
        Assert.Empty(browser.Problems());
    }

    [Fact]
    public async Task A_turn_is_a_waterfall_of_its_stages_and_a_past_one_can_be_chosen()
    {
        await using PageHouse house = await PageHouse.StartAsync();
        await house.TurnAsync("ab-1", "what time is it", "it is noon");
        await house.TurnAsync("ab-2", "tell me a joke", "no");
        using ChromeBrowser browser = new(house.Page);
        browser.Until("document.querySelectorAll('#turns .turn').length === 2 && document.querySelectorAll('#stages .bar').length === 6");
        Assert.Contains("1410 ms", browser.Text("#stages li:nth-child(5)"));
        Assert.Contains("tell me a joke", browser.Text("#turn-words"));
        browser.Click("[data-turn=ab-1]");
        browser.Until("document.querySelector('#turn-words').textContent.includes('what time is it')");
        Assert.Empty(browser.Problems());
    }

    [Fact]
    public async Task Faults_are_listed_with_their_count()
    {
        await using PageHouse house = await PageHouse.StartAsync();
        using ChromeBrowser browser = new(house.Page);
        browser.Until("document.querySelector('#faults').textContent.includes('No fault was told')");
        await house.FaultAsync("sensor", "no answer on the bus");
        browser.Until("document.querySelector('#faults').textContent.includes('sensor × 3')");
        Assert.Contains("no answer on the bus", browser.Text("#faults"));
        browser.Click(".card"); // reads again what is stored: the same fault, once
        await house.FaultAsync("memory", "low");
        browser.Until("document.querySelector('#faults').textContent.includes('memory × 3')");
        Assert.Equal(2, browser.Value<long>("document.querySelectorAll('#faults li').length"));
    }

    [Fact]
    public async Task Settings_desired_stand_beside_those_reported()
    {
        await using PageHouse house = await PageHouse.StartAsync();
        ConfigMessage wish = new() { Version = 2 };
        wish.Add("volume_percent", 40);
        wish.Add("threshold_1", 170);
        await house.Gateway.Get<IDeviceSender>().SendConfigAsync("bear", wish, TestContext.Current.CancellationToken);
        using ChromeBrowser browser = new(house.Page);
        browser.Until("document.querySelector('#settings').textContent.includes('volume_percent40–waiting')");
        ConfigMessage told = new() { Version = 2, Refused = "threshold_1" };
        told.Add("volume_percent", 40);
        told.Add("barge_in", 0);
        await house.TellAsync(house.Bear.ConfigReported, told);
        browser.Until("document.querySelector('#settings').textContent.includes('volume_percent4040applied')");
        Assert.Contains("threshold_1170–refused", browser.Text("#settings"));
        Assert.Contains("barge_in–0its own", browser.Text("#settings"));
        Assert.Empty(browser.Problems());
    }

    [Fact]
    public async Task Text_of_a_device_is_never_markup()
    {
        await using PageHouse house = await PageHouse.StartAsync();
        const string Markup = "<img src=x onerror=\"window.hurt=1\"><b>bold</b>";
        await house.FaultAsync("sensor", Markup);
        await house.TurnAsync("ab-1", Markup, "<script>window.hurt=1</script>");
        using ChromeBrowser browser = new(house.Page);
        browser.Until("document.querySelector('#faults').textContent.includes('onerror')");
        browser.Until("document.querySelector('#turn-words').textContent.includes('<script>')");
        Assert.Equal(0, browser.Value<long>("document.querySelectorAll('main img, main script, #faults b').length"));
        Assert.True(browser.Value<bool>("window.hurt === undefined"));
        Assert.Empty(browser.Problems());
    }

    [Fact]
    public async Task A_lost_gateway_is_said()
    {
        await using PageHouse house = await PageHouse.StartAsync();
        using ChromeBrowser browser = new(house.Page);
        browser.Until("document.querySelector('#stream').textContent === 'Live'");
        await house.Gateway.StopAsync();
        browser.Until("document.querySelector('#stream').textContent.includes('lost')");
    }

    private static long Ask(ChromeBrowser browser, string expression) =>
        (long)browser.Driver.ExecuteAsyncScript($"const done = arguments[arguments.length - 1]; (async () => {expression})().then(done);")!;
}
