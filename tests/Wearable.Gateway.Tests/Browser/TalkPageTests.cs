using Microsoft.Extensions.DependencyInjection;
using OpenQA.Selenium;
using OpenQA.Selenium.Interactions;
using Wearable.Contract;
using Wearable.Gateway.Conversation;
using Wearable.Gateway.Demo;
using Wearable.Gateway.Speech;
using Wearable.Gateway.Talk;
using Wearable.Gateway.Tests.Models;
using Wearable.Simulator.Microphone;

namespace Wearable.Gateway.Tests.Browser;

/// <summary>
/// Talking from the page: Chromium's fake microphone plays a sentence of the gateway's own voice over and over, the page carries it to a wearable that
/// runs the firmware, and the answer comes back to Chromium's loudspeaker.
/// </summary>
[Trait("needs", "chromium")]
public sealed class TalkPageTests
{
    private const string State = "(await import('./js/talk.js')).talkState()";

    // The file goes round and the question is to be heard from its beginning: not in the short silence of a "t", but 400 ms after it.
    private const string QuestionIsOver = """
        const done = arguments[arguments.length - 1];
        import('./js/talk.js').then(({ talkState }) => {
          let loud = false, quiet = 0;
          const look = setInterval(() => {
            const { level } = talkState();
            if (level > -40) [loud, quiet] = [true, 0];
            else if (loud && level < -60 && ++quiet === 20) { clearInterval(look); done(); }
          }, 20);
        });
        """;

    [Fact]
    public async Task A_question_said_while_the_button_is_held_is_answered_and_played()
    {
        await using Talk talk = await Talk.StartAsync("what time is it?", quietMs: 3000);
        ChromeBrowser browser = talk.Browser;
        browser.Click("#talk-on");
        browser.Until("document.querySelector('#talk-mode').textContent === 'browser-1: idle'");
        Assert.Contains("nothing leaves this browser until you hold", browser.Text("#talk-mic"));
        browser.Until("document.querySelector('[data-device=browser-1]')?.getAttribute('aria-pressed') === 'true'");

        browser.Driver.ExecuteAsyncScript(QuestionIsOver);
        IWebElement button = browser.Driver.FindElement(By.Id("talk-hold"));
        new Actions(browser.Driver).ClickAndHold(button).Perform();
        browser.Until("['Streaming what you say', 'Held: sound goes to your gateway'].includes(document.querySelector('#talk-mic').textContent) && !document.querySelector('#mic-now').hidden");
        browser.Picture("talk-held");
        UntilAwaited(browser, State + ".modes.includes('thinking')");
        new Actions(browser.Driver).Release(button).Perform();
        UntilAwaited(browser, State + ".modes.at(-1) === 'idle' && " + State + ".modes.length > 1");
        Assert.Equal("idle streaming thinking speaking idle", browser.Awaited<string>(State + ".modes.join(' ')"));
        browser.Until("document.querySelector('#turn-phase').textContent.endsWith('done') && document.querySelector('#turn-words').textContent.includes('It is ')");

        // More than a second of it went through the browser's loudspeaker, and it was loud.
        Assert.InRange(browser.Awaited<long>(State + ".playedSamples"), AudioFormat.SampleRateHz, 20 * AudioFormat.SampleRateHz);
        Assert.True(Convert.ToDouble(browser.Awaited<object>(State + ".peak"), null) > 0.05);
        Assert.Empty(browser.Problems());
    }

    [Fact]
    public async Task With_an_open_microphone_the_word_wakes_it()
    {
        await using Talk talk = await Talk.StartAsync("computer, what time is it?", quietMs: 6000);
        ChromeBrowser browser = talk.Browser;
        browser.Click("#talk-on");
        browser.Until("document.querySelector('#talk-mode').textContent === 'browser-1: idle'");
        browser.Click("#talk-open");
        Assert.Contains("listens for its word", browser.Text("#talk-mic"));
        browser.Until("document.querySelector('#wakes .badge')?.textContent === 'heard'", seconds: 40);
        UntilAwaited(browser, State + ".modes.includes('speaking')");
        browser.Picture("talk-open");
        Assert.Empty(await Axe.SeriousFaultsAsync(browser));

        // The file goes round: on a busy machine a round may be misheard.
        browser.Until("document.querySelector('#turn-phase').textContent.endsWith('done') && document.querySelector('#turn-words').textContent.includes('It is ')", seconds: 90);
        Assert.Contains("computer", browser.Text("#wakes"));
        Assert.InRange(Convert.ToInt64(browser.Awaited<object>(State + ".meter.instructions"), null), 50_000, 2_000_000);
        Assert.Matches("[0-9.]+ M / 2 M \\([0-9]+ %\\)", browser.Text("#talk-work-text"));
        browser.Click("#talk-end");
        browser.Until("document.querySelector('#talk-mic').textContent === 'Microphone off' && document.querySelector('#mic-now').hidden");
        browser.Until("document.querySelector('[data-device=browser-1]').textContent.includes('offline')");
        Assert.Equal(0, talk.House.Gateway.Get<BrowserPlaces>().Open);
        Assert.Empty(browser.Problems());
    }

    [Theory]
    [InlineData("en-US", "There is no microphone")]
    [InlineData("zh-CN", "没有麦克风")]
    public async Task Without_a_microphone_the_page_says_so(string language, string sentence)
    {
        await using PageHouse house = await PageHouse.StartAsync();
        using ChromeBrowser browser = new(house.Page, language: language, arguments: "--use-fake-ui-for-media-stream");
        browser.Click("#talk-on");
        browser.Until($"document.querySelector('#talk-said').textContent.includes('{sentence}')");
        Assert.Equal(0, house.Gateway.Get<BrowserPlaces>().Open);
    }

    [Fact]
    public async Task A_microphone_that_the_browser_refuses_is_said_with_its_cure()
    {
        await using PageHouse house = await PageHouse.StartAsync();
        using ChromeBrowser browser = new(house.Page, arguments: "--use-fake-device-for-media-stream");
        browser.Driver.ExecuteCdpCommand("Browser.setPermission", new Dictionary<string, object?> { ["permission"] = new Dictionary<string, object?> { ["name"] = "microphone" }, ["setting"] = "denied" });
        browser.Click("#talk-on");
        browser.Until("document.querySelector('#talk-said').textContent.includes('allow it for this page')");
        Assert.True(browser.Value<bool>("document.querySelector('#talk-part').hidden"));
    }

    [Fact]
    public async Task A_page_that_is_not_secure_says_how_it_becomes_so()
    {
        await using PageHouse house = await PageHouse.StartAsync();
        using ChromeBrowser browser = new(new Uri($"http://gateway.lan:{house.Page.Port}"), arguments: "--host-resolver-rules=MAP gateway.lan 127.0.0.1");
        browser.Click("#talk-on");
        browser.Until("document.querySelector('#talk-said').textContent.includes('https:// address')");
    }

    [Fact]
    public async Task A_lost_connection_is_said_and_the_microphone_is_off()
    {
        await using Talk talk = await Talk.StartAsync("what time is it?", quietMs: 2500, voice: false);
        ChromeBrowser browser = talk.Browser;
        browser.Click("#talk-on");
        browser.Until("document.querySelector('#talk-mode').textContent === 'browser-1: idle'");
        await talk.House.Gateway.StopAsync();
        browser.Until("document.querySelector('#talk-said').textContent === 'The connection ended: the gateway stops' && document.querySelector('#talk-mic').textContent === 'Microphone off'");
    }

    private static void UntilAwaited(ChromeBrowser browser, string expression)
    {
        for (long began = TimeProvider.System.GetTimestamp(); !browser.Awaited<bool>(expression); Thread.Sleep(25))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(40), $"the page never came to: {expression}; it is at {browser.Awaited<string>($"JSON.stringify({State})")}");
        }
    }

    /// <summary>A gateway with its voice and a Chromium whose microphone hears one sentence again and again.</summary>
    private sealed class Talk : IAsyncDisposable
    {
        private readonly string _file = Path.Combine(Path.GetTempPath(), $"wearable-talk-{Guid.NewGuid():N}.wav");

        private Talk(PageHouse house) => House = house;

        public PageHouse House { get; }

        public ChromeBrowser Browser { get; private set; } = null!;

        public static async Task<Talk> StartAsync(string sentence, int quietMs, bool voice = true)
        {
            SpeechEngines engines = await TestModels.Engines;
            Talk talk = new(await PageHouse.StartAsync(services =>
            {
                if (voice)
                {
                    // As parts, so that this gateway does not dispose what other tests use.
                    services.AddSingleton(engines.VoiceActivity).AddSingleton(engines.SpeechToText).AddSingleton(engines.WordScorer).AddSingleton(engines.TextToSpeech);
                    services.AddConversation();
                }
            }));
            SpokenText spoken = await engines.TextToSpeech.SpeakAsync(sentence, new SpeakingStyle(DemoPerson.Voices[0]), TestContext.Current.CancellationToken);
            short[] quiet = new short[quietMs * AudioFormat.SampleRateHz / 1000];
            await File.WriteAllBytesAsync(talk._file, WavFile.ToBytes([.. spoken.Samples, .. quiet]), TestContext.Current.CancellationToken);
            talk.Browser = new ChromeBrowser(
                talk.House.Page, arguments: ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", "--use-file-for-fake-audio-capture=" + talk._file]);
            return talk;
        }

        public async ValueTask DisposeAsync()
        {
            Browser?.Dispose();
            await House.DisposeAsync();
            File.Delete(_file);
        }
    }
}
