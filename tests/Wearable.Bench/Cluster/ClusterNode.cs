using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace Wearable.Bench.Cluster;

/// <summary>The gateway as its owner starts it, in a process of its own with its real models, to be killed and started again.</summary>
internal sealed class ClusterNode : IDisposable
{
    private readonly string[] _arguments;
    private readonly string _storePassword;
    private readonly nint? _cores;
    private readonly List<string> _said = [];
    private Process? _process;
    private HttpClient? _http;

    /// <param name="cores">Cores it may run on, one bit each; null: all.</param>
    public ClusterNode(string name, string[] arguments, string storePassword, nint? cores = null)
    {
        Name = name;
        _arguments = arguments;
        _storePassword = storePassword;
        _cores = cores;
    }

    public string Name { get; }

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>Processor time it used so far.</summary>
    public TimeSpan Used
    {
        get
        {
            _process!.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>What it wrote, of all its lives.</summary>
    public string Said
    {
        get
        {
            lock (_said)
            {
                return string.Join('\n', _said);
            }
        }
    }

    /// <summary>Its last words, for who looks for a fault.</summary>
    public string LastWords
    {
        get
        {
            lock (_said)
            {
                return string.Join('\n', _said.TakeLast(40));
            }
        }
    }

    /// <summary>Starts it; complete when page and broker are there.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        ProcessStartInfo start = new(Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "wearable.exe" : "wearable"))
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (string argument in _arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["WEARABLE_STORE_PASSWORD"] = _storePassword;
        TaskCompletionSource<Uri> page = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Process process = new() { StartInfo = start, EnableRaisingEvents = true };
        process.Exited += (_, _) => page.TrySetException(new IOException($"{Name} ended before it was there: {LastWords}"));
        process.OutputDataReceived += (_, line) => Hear(line.Data, page);
        process.ErrorDataReceived += (_, line) => Hear(line.Data, page);
        process.Start();
        _process = process;
        if (_cores is { } cores && (OperatingSystem.IsLinux() || OperatingSystem.IsWindows()))
        {
            process.ProcessorAffinity = cores;
        }

        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _http = new HttpClient { BaseAddress = await page.Task.WaitAsync(TimeSpan.FromMinutes(3), cancellation), Timeout = TimeSpan.FromSeconds(10) };
        while ((await HealthAsync(cancellation)).GetProperty("broker").GetString() != "connected")
        {
            await Task.Delay(100, cancellation);
        }
    }

    public async Task<JsonElement> HealthAsync(CancellationToken cancellation) => await _http!.GetFromJsonAsync<JsonElement>("/health", cancellation);

    /// <summary>Wearables whose home it is.</summary>
    public async Task<int> HomesAsync(CancellationToken cancellation) => (await HealthAsync(cancellation)).GetProperty("homes").GetInt32();

    /// <summary>No goodbye: SIGKILL.</summary>
    public Task KillAsync()
    {
        _process!.Kill();
        return _process.WaitForExitAsync();
    }

    /// <summary>Ctrl+C.</summary>
    public async Task StopAsync()
    {
        await SignalAsync("INT");
        await _process!.WaitForExitAsync();
    }

    /// <summary>Hears and says nothing from now on, but knows nothing of it: as a network cut does.</summary>
    public Task FreezeAsync() => SignalAsync("STOP");

    /// <summary>Goes on where it was frozen.</summary>
    public Task ThawAsync() => SignalAsync("CONT");

    /// <summary>Whether it ended by itself within a time.</summary>
    public async Task<bool> EndsWithinAsync(TimeSpan time)
    {
        using CancellationTokenSource limit = new(time);
        await _process!.WaitForExitAsync(limit.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        return _process.HasExited;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (IsRunning)
        {
            _process!.Kill();
            _process.WaitForExit();
        }

        _process?.Dispose();
        _http?.Dispose();
    }

    private async Task SignalAsync(string name)
    {
        using Process signal = Process.Start("kill", ["-" + name, _process!.Id.ToString(CultureInfo.InvariantCulture)]);
        await signal.WaitForExitAsync();
    }

    private void Hear(string? line, TaskCompletionSource<Uri> page)
    {
        if (line is null)
        {
            return;
        }

        lock (_said)
        {
            _said.Add(line);
            if (_said.Count > 20_000)
            {
                _said.RemoveAt(0);
            }
        }

        const string Page = "Page ";
        int at = line.IndexOf(Page, StringComparison.Ordinal);
        if (line.StartsWith("Wearable gateway.", StringComparison.Ordinal) && at > 0)
        {
            page.TrySetResult(new Uri(line[(at + Page.Length)..].Split(' ')[0]));
        }
    }
}
