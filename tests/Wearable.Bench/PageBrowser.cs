using System.Globalization;
using OpenQA.Selenium;
using OpenQA.Selenium.Chrome;

namespace Wearable.Bench;

/// <summary>What Chromium took so far.</summary>
/// <param name="PageCpuSeconds">CPU time of the processes that run pages.</param>
/// <param name="AllCpuSeconds">CPU time of all its processes.</param>
/// <param name="PageMb">Memory that the largest page process has for itself; the program's code, which processes share, is not in it.</param>
internal sealed record ChromiumUse(double PageCpuSeconds, double AllCpuSeconds, double PageMb);

/// <summary>A Chromium without a window, driven by ChromeDriver, and what it takes by /proc.</summary>
internal sealed class PageBrowser : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly string _profile = Directory.CreateTempSubdirectory("wearable-chromium-").FullName;
    private readonly ChromeDriverService _service = ChromeDriverService.CreateDefaultService();
    private readonly ChromeDriver _driver;

    public PageBrowser()
    {
        ChromeOptions options = new();
        options.AddArguments(
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-extensions", "--disable-background-networking", "--no-first-run",
            $"--user-data-dir={_profile}", "--lang=en-US", "--window-size=1280,900");
        options.SetLoggingPreference(LogType.Browser, OpenQA.Selenium.LogLevel.All);
        _service.SuppressInitialDiagnosticInformation = true;
        _service.LogPath = Path.Combine(_profile, "chromedriver.log");
        _driver = new ChromeDriver(_service, options, TimeSpan.FromSeconds(90));
        _driver.ExecuteCdpCommand("Page.addScriptToEvaluateOnNewDocument", new Dictionary<string, object?> { ["source"] = Watch });
        _driver.ExecuteCdpCommand("Performance.enable", []);
    }

    // Notes when everything a person looks for is there, and one frame later, when it was drawn.
    private const string Watch = """
        addEventListener('DOMContentLoaded', () => {
          const look = new MutationObserver(() => {
            if (document.querySelectorAll('#fleet .card').length < window.wanted || !/\d/.test(document.querySelector('#bpm')?.textContent) || !document.querySelector('#chart canvas')) return;
            look.disconnect();
            requestAnimationFrame(() => requestAnimationFrame(() => { window.useful = performance.now(); }));
          });
          window.wanted = Number(new URLSearchParams(location.search).get('wearables'));
          look.observe(document.body, { childList: true, subtree: true, characterData: true });
        });
        """;

    /// <summary>Loads the page with an empty cache; gives ms to the first useful paint and to the first of anything.</summary>
    public (double Useful, double First) Open(Uri page, int wearables)
    {
        _driver.Navigate().GoToUrl("about:blank");
        _driver.ExecuteCdpCommand("Network.clearBrowserCache", []);
        _driver.Navigate().GoToUrl(new Uri(page, FormattableString.Invariant($"?wearables={wearables}")));
        for (long began = TimeProvider.System.GetTimestamp(); ; Thread.Sleep(20))
        {
            if (_driver.ExecuteScript("return window.useful ?? null") is object useful)
            {
                double first = Convert.ToDouble(_driver.ExecuteScript("return performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"), CultureInfo.InvariantCulture);
                return (Convert.ToDouble(useful, CultureInfo.InvariantCulture), first);
            }

            if (TimeProvider.System.GetElapsedTime(began) > Patience)
            {
                throw new TimeoutException($"{page}: {wearables} cards, a heart rate and its chart expected within {Patience.TotalSeconds} s, it shows: {_driver.ExecuteScript("return document.body.innerText")}");
            }
        }
    }

    /// <summary>Goes to a view of the page.</summary>
    public void Show(string hash) => _driver.ExecuteScript($"location.hash = '{hash}'");

    /// <summary>Memory of the page's objects in use.</summary>
    public double HeapMb()
    {
        var metrics = (Dictionary<string, object?>)_driver.ExecuteCdpCommand("Performance.getMetrics", [])!;
        foreach (Dictionary<string, object?> metric in ((IEnumerable<object>)metrics["metrics"]!).Cast<Dictionary<string, object?>>())
        {
            if ((string)metric["name"]! == "JSHeapUsedSize")
            {
                return Convert.ToDouble(metric["value"], CultureInfo.InvariantCulture) / 1e6;
            }
        }

        throw new InvalidOperationException("Chromium does not tell JSHeapUsedSize");
    }

    /// <summary>Errors in the page's console since last asked.</summary>
    public int Errors()
    {
        List<LogEntry> errors = [.. _driver.Manage().Logs.GetLog(LogType.Browser).Where(entry => entry.Level >= OpenQA.Selenium.LogLevel.Severe)];
        errors.ForEach(error => Console.WriteLine("page: " + error.Message));
        return errors.Count;
    }

    /// <summary>What all processes under ChromeDriver took so far.</summary>
    public ChromiumUse Use()
    {
        const double TicksPerSecond = 100; // USER_HZ of Linux
        Dictionary<int, (int Parent, double Seconds)> all = [];
        foreach (string folder in Directory.GetDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), out _)))
        {
            if (Read(Path.Combine(folder, "stat")) is string stat)
            {
                // The name in brackets may hold anything; what follows it is numbers.
                string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                all[int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture)] = (int.Parse(fields[1], CultureInfo.InvariantCulture), (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond);
            }
        }

        int[] ours = [.. all.Keys.Where(process => IsUnder(process, _service.ProcessId, all) && process != _service.ProcessId)];
        int[] pages = [.. ours.Where(process => Read($"/proc/{process}/cmdline")?.Contains("--type=renderer", StringComparison.Ordinal) == true)];
        return new ChromiumUse(pages.Sum(p => all[p].Seconds), ours.Sum(p => all[p].Seconds), pages.Length == 0 ? 0 : pages.Max(PrivateMb));
    }

    public void Dispose()
    {
        _driver.Quit();
        _driver.Dispose();
        _service.Dispose();
        try
        {
            Directory.Delete(_profile, recursive: true);
        }
        catch (IOException)
        {
            // A helper process of the browser still closes a file; the system's temporary folder is emptied anyway.
        }
    }

    private static bool IsUnder(int process, int root, Dictionary<int, (int Parent, double Seconds)> all)
    {
        for (int at = process, depth = 0; depth < 20 && all.TryGetValue(at, out (int Parent, double Seconds) entry); at = entry.Parent, depth++)
        {
            if (at == root)
            {
                return true;
            }
        }

        return false;
    }

    private static double PrivateMb(int process) => (Read($"/proc/{process}/smaps_rollup") ?? "").Split('\n')
        .Where(line => line.StartsWith("Private_", StringComparison.Ordinal))
        .Sum(line => double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture)) * 1024 / 1e6;

    private static string? Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // a process that has just ended
        }
    }
}
