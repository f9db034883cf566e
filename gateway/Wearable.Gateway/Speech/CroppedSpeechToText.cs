using System.Diagnostics;

namespace Wearable.Gateway.Speech;

/// <summary>Lets a speech engine hear only the part of the sound that holds speech. A pause full of room noise around a word
/// makes Moonshine end before its first token: of 60 recordings of people saying one word, 5 came back empty as they
/// were and none when cut like this.</summary>
public sealed class CroppedSpeechToText(ISpeechToText engine, IVoiceActivity activity) : ISpeechToText
{
    // Low, and with room on both sides: losing a soft beginning costs more than keeping some noise.
    private const float SpeechScore = 0.2f;
    private const int BeforeMs = 150, AfterMs = 100;

    public string Language => engine.Language;

    public async Task<Transcript> TranscribeAsync(ReadOnlyMemory<short> samples, CancellationToken cancellation = default)
    {
        long begin = Stopwatch.GetTimestamp();
        ReadOnlyMemory<short> speech = await Task.Run(() => Crop(samples), cancellation);
        TimeSpan cropping = Stopwatch.GetElapsedTime(begin);
        if (speech.IsEmpty)
        {
            return new Transcript(TranscriptOutcome.NothingHeard, "", "", cropping) { Confidence = 0 };
        }

        Transcript heard = await engine.TranscribeAsync(speech, cancellation);
        return heard with { Took = heard.Took + cropping };
    }

    /// <summary>From the first to the last window that may hold speech, and a little more; empty when there is none.</summary>
    private ReadOnlyMemory<short> Crop(ReadOnlyMemory<short> samples)
    {
        using IVoiceActivityStream stream = activity.Open();
        var window = new short[stream.WindowSamples];
        int from = -1, to = 0;
        for (int at = 0; at < samples.Length; at += window.Length)
        {
            ReadOnlySpan<short> next = samples.Span[at..Math.Min(at + window.Length, samples.Length)];
            next.CopyTo(window);
            window.AsSpan(next.Length).Clear();
            if (stream.Score(window) >= SpeechScore)
            {
                from = from < 0 ? at : from;
                to = at + next.Length;
            }
        }

        if (from < 0)
        {
            return ReadOnlyMemory<short>.Empty;
        }

        from = Math.Max(0, from - BeforeMs * SpeechFormat.SamplesPerMs);
        to = Math.Min(samples.Length, to + AfterMs * SpeechFormat.SamplesPerMs);
        return samples[from..to];
    }
}
