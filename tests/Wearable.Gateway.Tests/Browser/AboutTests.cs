using Wearable.Contract;
using Wearable.Firmware.Voice;
using Wearable.Gateway.Models;

namespace Wearable.Gateway.Tests.Browser;

/// <summary>Models, their cards, and versions on the page.</summary>
[Trait("needs", "chromium")]
public sealed class AboutTests
{
    [Fact]
    public async Task Versions_pinned_models_and_the_card_of_the_wake_model_are_shown()
    {
        await using PageHouse house = await PageHouse.StartAsync();
        using ChromeBrowser browser = new(new Uri(house.Page, "/#about"));
        browser.Until("document.querySelectorAll('#models tr').length > 0 && document.querySelector('#model-cards table')");
        string versions = browser.Text("#versions");
        Assert.All([$"gateway{FirmwareVersion.Text}", $"firmware of this source{FirmwareVersion.Text}", $"contract{ContractVersion.Number}", "runtime.NET ", "skills answer alone"], part => Assert.Contains(part, versions));
        Assert.Equal(ModelManifest.Read().Files.Select(file => file.Name), browser.Value<string>("[...document.querySelectorAll('#models th')].map(th => th.textContent).join(' ')").Split(' '));
        Assert.DoesNotContain("does.", browser.Text("#models"));
        Assert.Contains($"Version {WakeModelShipped.Create().Version}", browser.Text("#model-cards")); // the card is of the model that ships
        Assert.Equal("wake-both: hears \"computer\" and \"view glass\" on the chip", browser.Text("#model-cards h3"));
        browser.Picture("about-1024");
        Assert.Empty(await Axe.SeriousFaultsAsync(browser));
        browser.Resize(390);
        browser.Picture("about-390");
        Assert.True(browser.Value<long>("document.documentElement.scrollWidth") <= 390);
        browser.Click("#language");
        browser.Until("document.querySelector('#about-title').textContent === '模型与版本' && document.querySelector('#models').textContent.includes('语音活动检测')");
        browser.Click("#to-house");
        browser.Until("document.querySelector('#device').textContent.includes('协议1')"); // of the wearable itself
        Assert.Empty(browser.Problems());
    }
}
