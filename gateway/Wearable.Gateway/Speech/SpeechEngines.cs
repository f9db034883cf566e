using System.Diagnostics;
using Wearable.Gateway.Models;

namespace Wearable.Gateway.Speech;

/// <summary>How the engines run.</summary>
public sealed record SpeechOptions
{
    /// <summary>Threads of speech to text; 0: all cores but one, at most 4.</summary>
    public int ListeningThreads { get; init; }
}

/// <summary>Ears and mouth of the gateway, loaded and warm.</summary>
public sealed class SpeechEngines : IDisposable
{
    private readonly SileroVoiceActivity _activity;
    private readonly MoonshineSpeechToText _listening;
    private readonly FliteTextToSpeech _speaking;

    private SpeechEngines(SileroVoiceActivity activity, MoonshineSpeechToText listening, FliteTextToSpeech speaking)
    {
        (_activity, _listening, _speaking) = (activity, listening, speaking);
        SpeechToText = new CroppedSpeechToText(listening, activity);
    }

    public IVoiceActivity VoiceActivity => _activity;

    public ISpeechToText SpeechToText { get; }

    public IWordScorer WordScorer => _listening;

    public ITextToSpeech TextToSpeech => _speaking;

    /// <summary>Loads all three at once and runs each once, so that the first question is as fast as the second.</summary>
    /// <param name="models">Verified files.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <param name="log">Receives the load times.</param>
    /// <exception cref="ModelException">An engine does not load on this machine.</exception>
    public static async Task<SpeechEngines> LoadAsync(ModelFiles models, SpeechOptions? options = null, ILogger? log = null)
    {
        options ??= new SpeechOptions();
        Task<SileroVoiceActivity> activity = Load("voice activity (Silero)", log,
            () => new SileroVoiceActivity(models.PathOf("silero-vad")));
        Task<MoonshineSpeechToText> listening = Load("speech to text (Moonshine tiny)", log, () => new MoonshineSpeechToText(
            models.PathOf("moonshine-encoder"), models.PathOf("moonshine-decoder"), models.PathOf("moonshine-vocabulary"),
            options.ListeningThreads));
        Task<FliteTextToSpeech> speaking = Load("text to speech (Flite)", log,
            () => new FliteTextToSpeech(models.PathOf("flite"), models.CompiledFolder));
        var engines = new SpeechEngines(await activity, await listening, await speaking);
        await WarmAsync(engines, log);
        return engines;
    }

    public void Dispose()
    {
        _activity.Dispose();
        _listening.Dispose();
        _speaking.Dispose();
    }

    /// <summary>Says a sentence and listens to it: every kernel, buffer and piece of code has run before a person speaks.</summary>
    private static async Task WarmAsync(SpeechEngines engines, ILogger? log)
    {
        SpokenText said = await engines.TextToSpeech.SpeakAsync("What is the time now?");
        Transcript heard = await engines.SpeechToText.TranscribeAsync(said.Samples);
        if (heard.Outcome != TranscriptOutcome.Text)
        {
            log?.LogWarning("The speech engines do not understand each other: {Spoken} {SpokenReason}, {Heard} {HeardReason}",
                said.Outcome, said.Reason, heard.Outcome, heard.Reason);
        }
    }

    private static async Task<T> Load<T>(string what, ILogger? log, Func<T> load)
    {
        long begin = Stopwatch.GetTimestamp();
        T engine;
        try
        {
            engine = await Task.Run(load);
        }
        catch (Exception e) when (e is not ModelException)
        {
            throw new ModelException($"{what} does not load here ({e.Message}); it needs a 64-bit Linux, Windows or macOS with the .NET 10 runtime for it.", e);
        }

        log?.LogInformation("{Engine} ready in {Milliseconds} ms", what, (int)Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
        return engine;
    }
}
