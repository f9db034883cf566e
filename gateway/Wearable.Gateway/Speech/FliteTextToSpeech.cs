using System.Diagnostics;
using System.Globalization;
using Wasmtime;
using Wearable.Simulator.Microphone;

namespace Wearable.Gateway.Speech;

/// <summary>CMU Flite 2.3 in a WebAssembly sandbox. The module is a command (arguments in, WAV file out), so each piece of
/// text runs in a fresh instance of the compiled module.</summary>
public sealed class FliteTextToSpeech : ITextToSpeech, IDisposable
{
    public const string DefaultVoice = "slt";

    // A run cannot be stopped half-way; pieces of about 15 s of speech keep it under half a second.
    private const int PieceCharacters = 240;
    private const int MemoryLimitBytes = 512 << 20;
    private const int MinSpeedPercent = 50, MaxSpeedPercent = 200;

    // "kal" itself speaks at 8 kHz; kal16 is the same voice at 16.
    private static readonly Dictionary<string, string> FliteNames = new() { ["slt"] = "slt", ["rms"] = "rms", ["awb"] = "awb", ["kal"] = "kal16" };

    private readonly Engine _engine;
    private readonly Module _module;
    private readonly SemaphoreSlim _seats = new(Math.Clamp(Environment.ProcessorCount, 1, 4));

    /// <param name="wasmPath">The verified <c>flite</c> file.</param>
    /// <param name="compiledFolder">Where machine code made from it is kept (18 MB); null: nowhere.</param>
    public FliteTextToSpeech(string wasmPath, string? compiledFolder)
    {
        _engine = new Engine();
        _module = FliteModule.Load(_engine, wasmPath, compiledFolder);
        Run(new SpeakingStyle(), "ready"); // Pages in code and voice; a broken module is noticed at start.
    }

    public IReadOnlyList<string> Voices { get; } = [.. FliteNames.Keys];

    public async Task<SpokenText> SpeakAsync(string text, SpeakingStyle? style = null, CancellationToken cancellation = default)
    {
        style ??= SpeakingStyle.Default;
        if (style.Voice is { } voice && !FliteNames.ContainsKey(voice))
        {
            throw new ArgumentException($"voice '{voice}': one of {string.Join(", ", Voices)} expected", nameof(style));
        }

        if (style.SpeedPercent is < MinSpeedPercent or > MaxSpeedPercent)
        {
            throw new ArgumentException($"speed {style.SpeedPercent} %: {MinSpeedPercent} to {MaxSpeedPercent} expected", nameof(style));
        }

        string clean = SpeakableText.Clean(text);
        if (clean.Length == 0)
        {
            return new SpokenText(SpokenOutcome.NothingToSay, [], "", TimeSpan.Zero);
        }

        await _seats.WaitAsync(cancellation);
        Task<SpokenText> work = Task.Run(() => Speak(style, clean, cancellation), CancellationToken.None);
        _ = work.ContinueWith(_ => _seats.Release(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return await work.WaitAsync(cancellation);
    }

    public void Dispose()
    {
        _module.Dispose();
        _engine.Dispose();
    }

    private SpokenText Speak(SpeakingStyle style, string clean, CancellationToken cancellation)
    {
        long begin = Stopwatch.GetTimestamp();
        try
        {
            var samples = new List<short>();
            foreach (string piece in SpeakableText.Pieces(clean, PieceCharacters))
            {
                cancellation.ThrowIfCancellationRequested();
                samples.AddRange(Run(style, piece));
            }

            return new SpokenText(SpokenOutcome.Spoken, [.. samples], "", Stopwatch.GetElapsedTime(begin));
        }
        catch (Exception e) when (e is WasmtimeException or WavException)
        {
            return new SpokenText(SpokenOutcome.Failed, [], e.Message, Stopwatch.GetElapsedTime(begin));
        }
    }

    private short[] Run(SpeakingStyle style, string text)
    {
        string stretch = (100.0 / style.SpeedPercent).ToString("0.###", CultureInfo.InvariantCulture);
        var wasi = new InMemoryWasi(
        [
            "flite", "-voice", FliteNames[style.Voice ?? DefaultVoice], "--setf", "duration_stretch=" + stretch,
            "-o", "speech.wav", "-t", text,
        ]);
        using var linker = new Linker(_engine);
        using var store = new Store(_engine);
        store.SetLimits(memorySize: MemoryLimitBytes);
        wasi.Define(linker);
        try
        {
            linker.Instantiate(store, _module).GetAction("_start")!();
        }
        catch (WasmtimeException) when (wasi.ExitCode is 0)
        {
            // proc_exit(0) unwinds like any trap.
        }
        catch (InMemoryWasi.CommandEndedException) when (wasi.ExitCode is 0)
        {
        }

        return wasi.ExitCode is null or 0
            ? WavFile.Parse(wasi.Output, "speech")
            : throw new WasmtimeException($"flite ended with code {wasi.ExitCode}: {wasi.Complaint}");
    }
}
