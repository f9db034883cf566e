using OpenQA.Selenium;
using Wearable.Gateway.Dashboard;

namespace Wearable.Gateway.Tests.Browser;

/// <summary>How the page looks and is reached: widths, themes, languages, keyboard, accessibility. WEARABLE_SCREENSHOTS=FOLDER keeps pictures.</summary>
[Trait("needs", "chromium")]
public sealed class LookTests
{
    private const string Full = "document.querySelectorAll('#turns .turn').length === 2 && document.querySelectorAll('#wakes .badge').length === 3 && document.querySelector('#chart canvas')";

    [Theory]
    [InlineData(390, "light", "en-US")]
    [InlineData(390, "dark", "zh-CN")]
    [InlineData(1024, "dark", "en-US")]
    [InlineData(1920, "light", "zh-CN")]
    [InlineData(1920, "dark", "en-US")]
    public async Task The_page_has_no_serious_accessibility_fault_and_never_scrolls_sideways(int width, string theme, string language)
    {
        await using PageHouse house = await LivedInAsync();
        using ChromeBrowser browser = new(house.Page, width, language: language);
        browser.Until(Full);
        if (browser.Value<string>("document.documentElement.dataset.theme") != theme)
        {
            browser.Click("#theme");
        }

        browser.Until($"document.documentElement.dataset.theme === '{theme}'");
        Assert.Equal(language == "zh-CN" ? "zh-CN" : "en", browser.Value<string>("document.documentElement.lang"));
        browser.Picture($"page-{width}-{theme}-{language[..2]}");
        Assert.Empty(await Axe.SeriousFaultsAsync(browser));
        Assert.True(browser.Value<long>("document.documentElement.scrollWidth") <= width);
        Assert.Empty(browser.Problems());
    }

    [Fact]
    public async Task A_picture_without_words_would_be_such_a_fault()
    {
        await using PageHouse house = await PageHouse.StartAsync();
        using ChromeBrowser browser = new(house.Page);
        browser.Driver.ExecuteScript("const picture = document.createElement('img'); picture.src = 'icon.svg'; document.querySelector('main').append(picture);");
        Assert.Contains(await Axe.SeriousFaultsAsync(browser), fault => fault.StartsWith("image-alt", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Language_and_theme_change_at_once_and_are_remembered()
    {
        await using PageHouse house = await LivedInAsync();
        using ChromeBrowser browser = new(house.Page);
        browser.Until(Full);
        string before = browser.Value<string>("getComputedStyle(document.body).backgroundColor");
        browser.Click("#theme");
        Assert.NotEqual(before, browser.Value<string>("getComputedStyle(document.body).backgroundColor"));
        browser.Click("#language");
        browser.Until("document.querySelector('#heart-title').textContent === '心率' && document.querySelector('[data-device=bear]').textContent.includes('电量')");
        string theme = browser.Value<string>("document.documentElement.dataset.theme");
        browser.Driver.Navigate().Refresh();
        browser.Until("document.querySelector('#heart-title').textContent === '心率'");
        Assert.Equal(theme, browser.Value<string>("document.documentElement.dataset.theme"));
        Assert.DoesNotContain(browser.Value<string>("document.body.innerText").Split('\n'), line => line.Contains("undefined", StringComparison.Ordinal));
        Assert.Empty(browser.Problems());
    }

    [Fact]
    public async Task Every_text_stands_in_both_languages()
    {
        await using PageHouse house = await PageHouse.StartAsync();
        using ChromeBrowser browser = new(house.Page);
        object? missing = browser.Driver.ExecuteAsyncScript("""
            const done = arguments[arguments.length - 1];
            Promise.all([import('./js/texts-en.js'), import('./js/texts-zh.js')]).then(([en, zh]) => {
              const a = Object.keys(en.default), b = Object.keys(zh.default);
              const asked = [...document.querySelectorAll('[data-i18n], [data-i18n-label]')].map(e => e.dataset.i18n ?? e.dataset.i18nLabel);
              done([...a.filter(k => !b.includes(k)), ...b.filter(k => !a.includes(k)), ...asked.filter(k => !a.includes(k))].join(' '));
            });
            """);
        Assert.Equal("", missing);
    }

    [Fact]
    public void Every_script_of_the_page_is_asked_for_at_once()
    {
        string folder = DashboardFiles.PageFolder, page = File.ReadAllText(Path.Combine(folder, "index.html"));
        string[] scripts = [.. Directory.GetFiles(Path.Combine(folder, "js")).Select(file => "js/" + Path.GetFileName(file)).Where(name => name is not ("js/talk-worklet.js" or "js/resample.js"))];
        Assert.All(scripts, name => Assert.Contains($"\"{name}\"", page));
    }

    [Fact]
    public async Task A_wearable_is_chosen_with_the_keyboard()
    {
        await using PageHouse house = await LivedInAsync();
        using ChromeBrowser browser = new(house.Page);
        browser.Until(Full);
        for (int i = 0; i < 20 && !browser.Value<bool>("document.activeElement?.dataset?.turn === 'ab-1'"); i++)
        {
            new OpenQA.Selenium.Interactions.Actions(browser.Driver).SendKeys(Keys.Tab).Perform();
            Assert.NotEqual("none", browser.Value<string>("getComputedStyle(document.activeElement).outlineStyle"));
        }

        new OpenQA.Selenium.Interactions.Actions(browser.Driver).SendKeys(Keys.Enter).Perform();
        browser.Until("document.querySelector('#turn-words').textContent.includes('what time is it')");
    }

    private static async Task<PageHouse> LivedInAsync()
    {
        PageHouse house = await PageHouse.StartAsync();
        await house.TurnAsync("ab-1", "what time is it", "it is noon");
        await house.TurnAsync("ab-2", "tell me a joke", "why did the bear cross the road");
        await house.WakeAsync(88);
        await house.NearMissAsync(47);
        await house.WakeAsync(93);
        await house.FaultAsync("sensor", "no answer on the bus");
        for (int i = 0; i < 6; i++)
        {
            await house.PulseAsync(700 + (10 * i), quality: 70 + (4 * i));
        }

        return house;
    }
}
