using OpenQA.Selenium;
using Wearable.Gateway.Brain;
using Wearable.Gateway.Devices;

namespace Wearable.Gateway.Tests.Browser;

/// <summary>The owner erases a person on the page, which asks for the id first.</summary>
public sealed class ForgetTests
{
    [Fact]
    public async Task A_person_is_erased_once_the_id_was_typed()
    {
        await using PageHouse house = await PageHouse.StartAsync();
        house.Gateway.Get<FactMemory>().Add("bear", "the cat is called Tom");
        using ChromeBrowser browser = new(house.Page);
        browser.Until("document.querySelector('#detail-title').textContent === 'bear' && document.querySelector('#forget').checkVisibility()");
        browser.Driver.FindElement(By.Id("forget-id")).SendKeys("rabbit" + Keys.Enter);
        browser.Until("document.querySelector('#forget-why').textContent.endsWith('bear')");
        Assert.NotNull(house.Gateway.Get<DeviceRegistry>().Find("bear"));
        browser.Picture("forget");
        Assert.Empty(await Axe.SeriousFaultsAsync(browser));
        browser.Driver.FindElement(By.Id("forget-id")).SendKeys(Keys.Control + "a" + Keys.Control);
        browser.Driver.FindElement(By.Id("forget-id")).SendKeys("bear" + Keys.Enter);
        browser.Until("document.querySelector('#forget-said').textContent.includes('nothing left')");
        Assert.Null(house.Gateway.Get<DeviceRegistry>().Find("bear"));
        Assert.Empty(house.Gateway.Get<FactMemory>().Of("bear"));
        browser.Until("!document.querySelector('[data-device=bear]')");
        browser.Picture("forgotten");
        Assert.Empty(browser.Problems());
    }
}
