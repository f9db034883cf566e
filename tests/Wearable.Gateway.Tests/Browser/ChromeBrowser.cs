using System.Diagnostics;
using OpenQA.Selenium;
using OpenQA.Selenium.Chrome;

namespace Wearable.Gateway.Tests.Browser;

/// <summary>
/// A real Chromium without a window, driven by the ChromeDriver of this machine. A machine that lacks one of them skips the test and says so.
/// </summary>
public sealed class ChromeBrowser : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly string _profile = Directory.CreateTempSubdirectory("wearable-chromium-").FullName;

    /// <summary>Opens a page with this much room, px.</summary>
    public ChromeBrowser(Uri page, int width = 1024, int height = 900, string language = "en-US", params string[] arguments)
    {
        string? chromium = OnPath("chromium", "chromium-browser", "google-chrome"), driver = OnPath("chromedriver");
        Assert.SkipWhen(chromium is null || driver is null, "chromium and chromedriver are not installed");
        ChromeOptions options = new() { BinaryLocation = chromium };
        options.AddArguments(
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--disable-extensions", "--disable-background-networking",
            "--no-first-run", $"--user-data-dir={_profile}", $"--lang={language}", $"--window-size={width},{height}");
        options.AddArguments(arguments);
        options.AddUserProfilePreference("intl.accept_languages", language);
        options.SetLoggingPreference(LogType.Browser, LogLevel.All);
        ChromeDriverService service = ChromeDriverService.CreateDefaultService(Path.GetDirectoryName(driver), Path.GetFileName(driver));
        service.SuppressInitialDiagnosticInformation = true;
        service.LogPath = Path.Combine(_profile, "chromedriver.log");
        Driver = new ChromeDriver(service, options, TimeSpan.FromSeconds(90));
        Resize(width, height);
        Driver.Navigate().GoToUrl(page);
    }

    public ChromeDriver Driver { get; }

    /// <summary>Exactly this much room for the page (a window cannot be narrower than 500 px), as a telephone has it.</summary>
    public void Resize(int width, int height = 900) => Driver.ExecuteCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        new Dictionary<string, object?> { ["width"] = width, ["height"] = height, ["deviceScaleFactor"] = 1, ["mobile"] = false });

    /// <summary>The value of a JavaScript expression.</summary>
    public T Value<T>(string expression) => (T)Driver.ExecuteScript($"return ({expression});")!;

    /// <summary>The value of a JavaScript expression that may wait for something: <c>(await import('./js/talk.js')).talkState()</c>.</summary>
    public T Awaited<T>(string expression) => (T)Driver.ExecuteAsyncScript($"const done = arguments[arguments.length - 1]; (async () => {expression})().then(done);")!;

    public string Text(string selector) => Value<string>($"document.querySelector({Quoted(selector)})?.textContent ?? ''");

    /// <summary>Clicks what is there now; the page may draw it anew between finding and clicking.</summary>
    public void Click(string selector)
    {
        for (int tries = 0; ; tries++)
        {
            try
            {
                Driver.FindElement(By.CssSelector(selector)).Click();
                return;
            }
            catch (StaleElementReferenceException) when (tries < 20)
            {
            }
        }
    }

    /// <summary>Waits for a JavaScript expression to become true; fails after 20 s (or as long as said) with what the page shows.</summary>
    public void Until(string expression, int? seconds = null)
    {
        TimeSpan patience = seconds is int s ? TimeSpan.FromSeconds(s) : Patience;
        Stopwatch waited = Stopwatch.StartNew();
        while (!Value<bool>($"Boolean({expression})"))
        {
            Assert.True(waited.Elapsed < patience, $"the page never came to: {expression}; it shows:\n{Text("body")}\n{string.Join('\n', Problems())}");
            Thread.Sleep(25);
        }
    }

    /// <summary>Errors in the page's console since last asked.</summary>
    public IReadOnlyList<string> Problems() => [.. Driver.Manage().Logs.GetLog(LogType.Browser).Where(entry => entry.Level >= LogLevel.Severe).Select(entry => entry.Message)];

    /// <summary>Keeps a picture of the whole page where WEARABLE_SCREENSHOTS names a folder.</summary>
    public void Picture(string name)
    {
        if (Environment.GetEnvironmentVariable("WEARABLE_SCREENSHOTS") is not { Length: > 0 } folder)
        {
            return;
        }

        var picture = (Dictionary<string, object?>)Driver.ExecuteCdpCommand("Page.captureScreenshot", new Dictionary<string, object?> { ["captureBeyondViewport"] = true })!;
        File.WriteAllBytes(Path.Combine(folder, name + ".png"), Convert.FromBase64String((string)picture["data"]!));
    }

    public static string Quoted(string text) => System.Text.Json.JsonSerializer.Serialize(text);

    public void Dispose()
    {
        Driver.Quit();
        Driver.Dispose();
        try
        {
            Directory.Delete(_profile, recursive: true);
        }
        catch (IOException)
        {
            // A helper process of the browser still closes a file; the system's temporary folder is emptied anyway.
        }
    }

    private static string? OnPath(params string[] names) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .SelectMany(folder => names.Select(name => Path.Combine(folder, OperatingSystem.IsWindows() ? name + ".exe" : name)))
        .FirstOrDefault(File.Exists);
}
