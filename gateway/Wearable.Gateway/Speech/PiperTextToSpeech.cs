using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using Wearable.Gateway.Models;

namespace Wearable.Gateway.Speech;

/// <summary>
/// A Piper voice (VITS) on ONNX Runtime: <c>NAME.onnx</c> with <c>NAME.onnx.json</c>. The phonemes come from the text itself or from espeak-ng, as the voice
/// was made for. Sentence by sentence; what the graph makes is brought to 16 kHz.
/// </summary>
public sealed class PiperTextToSpeech : ITextToSpeech, IDisposable
{
    private const int SentenceCharacters = 240, GapMs = 120, MinSpeedPercent = 50, MaxSpeedPercent = 200;
    private const int MaxSeconds = 40; // a sentence of 240 characters lasts 20 s; more is a broken voice
    private const float Loudness = 0.9f, QuietestPeak = 0.01f; // voices differ by 20 dB; Piper's own player evens them out in the same way
    private static readonly string[] Inputs = ["input", "input_lengths", "scales"], Outputs = ["output"];
    private static readonly string[] InputsWithSpeaker = [.. Inputs, "sid"];

    private readonly InferenceSession _session;
    private readonly PiperVoice _voice;
    private readonly EspeakPhonemes? _espeak;
    private readonly SemaphoreSlim _one = new(1, 1);

    private PiperTextToSpeech(InferenceSession session, PiperVoice voice, EspeakPhonemes? espeak, string name)
    {
        (_session, _voice, _espeak) = (session, voice, espeak);
        Voices = voice.Speakers.Count > 0 ? [.. voice.Speakers.Keys] : [name];
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Voices { get; }

    /// <summary>The graph of the one voice in a folder, or the graph itself; null when there is none, or several.</summary>
    public static string? GraphIn(string folderOrGraph)
    {
        string[] found = File.Exists(folderOrGraph) ? [folderOrGraph] : Directory.Exists(folderOrGraph) ? Directory.GetFiles(folderOrGraph, "*.onnx") : [];
        found = [.. found.Where(f => f.EndsWith(".onnx", StringComparison.Ordinal) && (File.Exists(f + ".json") || File.Exists(folderOrGraph)))];
        return found.Length == 1 ? found[0] : null;
    }

    /// <summary>Loads a voice.</summary>
    /// <param name="folderOrGraph">A folder with one voice, or its <c>.onnx</c>.</param>
    /// <param name="sample">A word of the language, to see that its phonemes can be made.</param>
    /// <param name="threads">Threads of one sentence; 0: all cores but one, at most 4.</param>
    /// <exception cref="ModelException">Missing, truncated, of another kind, or without the program it needs; in one sentence.</exception>
    public static PiperTextToSpeech Load(string folderOrGraph, string sample, int threads = 0)
    {
        string path = GraphIn(folderOrGraph) ?? throw new ModelException($"{folderOrGraph}: one voice expected, NAME.onnx with NAME.onnx.json beside it ('models pull voice-zh' makes such a folder).");
        PiperVoice voice = PiperVoice.Read(path + ".json");
        InferenceSession session = SpeechGraph.Open(path, threads);
        try
        {
            SpeechGraph.Expect(session, path, voice.Speakers.Count > 0 ? InputsWithSpeaker : Inputs, Outputs);
            EspeakPhonemes? espeak = voice.EspeakVoice is { } name ? EspeakPhonemes.Find(name, sample) : null;
            return new PiperTextToSpeech(session, voice, espeak, Path.GetFileNameWithoutExtension(path));
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<SpokenText> SpeakAsync(string text, SpeakingStyle? style = null, CancellationToken cancellation = default)
    {
        style ??= SpeakingStyle.Default;
        if (style.Voice is { } voice && !Voices.Contains(voice))
        {
            throw new ArgumentException($"voice '{voice}': one of {string.Join(", ", Voices)} expected", nameof(style));
        }

        if (style.SpeedPercent is < MinSpeedPercent or > MaxSpeedPercent)
        {
            throw new ArgumentException($"speed {style.SpeedPercent} %: {MinSpeedPercent} to {MaxSpeedPercent} expected", nameof(style));
        }

        string clean = VoiceText.Clean(text);
        if (clean.Length == 0)
        {
            return new SpokenText(SpokenOutcome.NothingToSay, [], "", TimeSpan.Zero);
        }

        await _one.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => Speak(clean, style, cancellation), cancellation).ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _session.Dispose();
        _one.Dispose();
    }

    private SpokenText Speak(string clean, SpeakingStyle style, CancellationToken cancellation)
    {
        long begin = Stopwatch.GetTimestamp();
        try
        {
            List<short> samples = [];
            foreach (string sentence in VoiceText.Sentences(clean, SentenceCharacters))
            {
                cancellation.ThrowIfCancellationRequested();
                long[] ids = _voice.IdsOf(_espeak?.Of(sentence) ?? sentence.ToLowerInvariant());
                if (ids.Length > 0)
                {
                    samples.AddRange(new short[samples.Count == 0 ? 0 : GapMs * SpeechFormat.SamplesPerMs]);
                    samples.AddRange(Run(ids, style, cancellation));
                }
            }

            return samples.Count == 0
                ? new SpokenText(SpokenOutcome.NothingToSay, [], "", Stopwatch.GetElapsedTime(begin)) // another script than the voice's
                : new SpokenText(SpokenOutcome.Spoken, [.. samples], "", Stopwatch.GetElapsedTime(begin));
        }
        catch (Exception e) when (e is OnnxRuntimeException or InvalidOperationException or InvalidDataException)
        {
            cancellation.ThrowIfCancellationRequested(); // A terminated run ends in an exception too.
            return new SpokenText(SpokenOutcome.Failed, [], $"voice: {e.Message}", Stopwatch.GetElapsedTime(begin));
        }
    }

    private short[] Run(long[] ids, SpeakingStyle style, CancellationToken cancellation)
    {
        using var run = new RunOptions();
        using CancellationTokenRegistration stop = cancellation.Register(() => run.Terminate = true);
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(ids, [1, ids.Length]);
        using OrtValue length = OrtValue.CreateTensorValueFromMemory(new long[] { ids.Length }, [1]);
        using OrtValue scales = OrtValue.CreateTensorValueFromMemory(new[] { _voice.NoiseScale, _voice.LengthScale * 100 / style.SpeedPercent, _voice.NoiseWidth }, [3]);
        using OrtValue speaker = OrtValue.CreateTensorValueFromMemory(new[] { style.Voice is { } name ? _voice.Speakers.GetValueOrDefault(name) : _voice.Speakers.Values.FirstOrDefault() }, [1]);
        bool several = _voice.Speakers.Count > 0;
        using IDisposableReadOnlyCollection<OrtValue> results = _session.Run(run, several ? InputsWithSpeaker : Inputs, several ? [input, length, scales, speaker] : [input, length, scales], Outputs);
        ReadOnlySpan<float> made = results[0].GetTensorDataAsSpan<float>();
        if (made.Length == 0 || made.Length > (long)MaxSeconds * _voice.SampleRateHz)
        {
            throw new InvalidDataException($"up to {MaxSeconds} s of sound expected, got {made.Length} samples at {_voice.SampleRateHz} Hz");
        }

        float[] sound = Resampler.Resample(made, _voice.SampleRateHz, SpeechFormat.SampleRateHz);
        float peak = QuietestPeak;
        foreach (float sample in sound)
        {
            // One broken number would be a bang at full loudness.
            peak = float.IsFinite(sample) ? Math.Max(peak, Math.Abs(sample)) : throw new InvalidDataException("finite samples expected, got one that is none");
        }

        return Array.ConvertAll(sound, sample => (short)(sample * Loudness * short.MaxValue / peak));
    }
}
