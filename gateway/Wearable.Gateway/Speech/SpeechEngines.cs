using System.Diagnostics;
using Wearable.Gateway.Models;

namespace Wearable.Gateway.Speech;

/// <summary>How the engines run.</summary>
public sealed record SpeechOptions
{
    /// <summary>Threads of speech to text; 0: all cores but one, at most 4.</summary>
    public int ListeningThreads { get; init; }

    /// <summary>What is heard and said.</summary>
    public string Language { get; init; } = "en";

    /// <summary>A word of the language, to try a voice with.</summary>
    public string Sample { get; init; } = "hello";

    /// <summary>Folder of a speech model; null: Moonshine tiny, English.</summary>
    public string? SpeechFolder { get; init; }

    /// <summary>Folder of a Piper voice; null: Flite, English.</summary>
    public string? VoiceFolder { get; init; }
}

/// <summary>Ears and mouth of the gateway, loaded and warm.</summary>
public sealed class SpeechEngines : IDisposable
{
    private readonly SileroVoiceActivity _activity;
    private readonly MoonshineSpeechToText _listening;
    private readonly ISpeechToText _hearing;

    private SpeechEngines(SileroVoiceActivity activity, MoonshineSpeechToText listening, ISpeechToText hearing, ITextToSpeech speaking)
    {
        (_activity, _listening, _hearing, TextToSpeech) = (activity, listening, hearing, speaking);
        SpeechToText = new CroppedSpeechToText(hearing, activity);
    }

    public IVoiceActivity VoiceActivity => _activity;

    public ISpeechToText SpeechToText { get; }

    /// <summary>The second opinion on wake words, which are English: English ears in every language.</summary>
    public IWordScorer WordScorer => _listening;

    public ITextToSpeech TextToSpeech { get; }

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
        Task<ITextToSpeech> speaking = options.VoiceFolder is { } voice
            ? Load("text to speech (Piper)", log, () => (ITextToSpeech)PiperTextToSpeech.Load(voice, options.Sample, options.ListeningThreads))
            : Load("text to speech (Flite)", log, () => (ITextToSpeech)new FliteTextToSpeech(models.PathOf("flite"), models.CompiledFolder));
        Task<ISpeechToText?> foreign = options.SpeechFolder is { } speech
            ? Load($"speech to text ({Path.GetFileName(speech)})", log, () => (ISpeechToText?)SpeechFolder.Load(speech, options.Language, options.ListeningThreads))
            : Task.FromResult<ISpeechToText?>(null);
        var engines = new SpeechEngines(await activity, await listening, await foreign ?? await listening, await speaking);
        await WarmAsync(engines, options, log);
        return engines;
    }

    public void Dispose()
    {
        _activity.Dispose();
        _listening.Dispose();
        (_hearing as IDisposable)?.Dispose();
        (TextToSpeech as IDisposable)?.Dispose();
    }

    /// <summary>Says a sentence and listens to it: every kernel, buffer and piece of code has run before a person speaks.</summary>
    private static async Task WarmAsync(SpeechEngines engines, SpeechOptions options, ILogger? log)
    {
        bool english = options.VoiceFolder is null && options.SpeechFolder is null;
        SpokenText said = await engines.TextToSpeech.SpeakAsync(english ? "What is the time now?" : options.Sample);
        if (said.Outcome != SpokenOutcome.Spoken)
        {
            throw new ModelException($"the voice {options.VoiceFolder ?? "Flite"} does not say \"{(english ? "What is the time now?" : options.Sample)}\" ({said.Outcome} {said.Reason}); take one of this language.");
        }

        Transcript heard = await engines.SpeechToText.TranscribeAsync(said.Samples);
        if (english && heard.Outcome != TranscriptOutcome.Text)
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
