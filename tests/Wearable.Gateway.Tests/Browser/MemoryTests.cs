using Microsoft.Extensions.DependencyInjection;
using OpenQA.Selenium;
using Wearable.Gateway.Brain;
using Wearable.Gateway.Safety;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests.Browser;

/// <summary>The owner sees, corrects and deletes on the page what a wearable was asked to remember.</summary>
public sealed class MemoryTests
{
    [Fact]
    public async Task A_fact_is_added_corrected_and_deleted_on_the_page()
    {
        await using PageHouse house = await PageHouse.StartAsync(services => services.AddSingleton(SafetySettingsFile.Parse("""{ "default": { "band": "adult" } }""")));
        FactMemory memory = house.Gateway.Get<FactMemory>();
        memory.Add("bear", "the cat is called <b>Tom</b>");
        using ChromeBrowser browser = new(house.Page);
        browser.Until("document.querySelector('#memory input')?.value === 'the cat is called <b>Tom</b>'");
        browser.Driver.FindElement(By.Id("memory-text")).SendKeys("I live in Rome" + Keys.Enter);
        browser.Until("document.querySelectorAll('#memory li').length === 2");
        IWebElement first = browser.Driver.FindElement(By.CssSelector("#memory input"));
        first.SendKeys(Keys.Control + "a" + Keys.Control); // the second lets it go
        first.SendKeys("the cat is called Tim" + Keys.Tab);
        browser.Until("document.querySelector('#memory input').value === 'the cat is called Tim' && document.querySelector('#memory-said').textContent === ''");
        browser.Click("#memory li:nth-child(2) button");
        browser.Until("document.querySelectorAll('#memory li').length === 1");
        Assert.Equal(["the cat is called Tim"], memory.Of("bear"));
        browser.Picture("memory");
        Assert.Empty(await Axe.SeriousFaultsAsync(browser));
        Assert.Empty(browser.Problems());
    }

    [Fact]
    public async Task For_a_child_the_page_says_that_remembering_is_off()
    {
        await using PageHouse house = await PageHouse.StartAsync();
        using ChromeBrowser browser = new(house.Page);
        browser.Until("!document.querySelector('#memory-off').hidden && document.querySelector('#memory-new').hidden");
        Assert.Empty(browser.Problems());
    }
}
