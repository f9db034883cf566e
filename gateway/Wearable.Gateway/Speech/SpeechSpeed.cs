using System.Globalization;
using Wearable.Gateway.Models;

namespace Wearable.Gateway.Speech;

/// <summary>How fast a speech model or voice works here, told against the length of the sound.</summary>
public static class SpeechSpeed
{
    private const int HeardSeconds = 4, Tries = 3;
    private const string Said = "1 2 3 4 5 6 7 8 9 10"; // every language reads digits

    /// <summary>Measures the model of a folder; the best of a few tries.</summary>
    /// <returns>One line.</returns>
    /// <exception cref="ModelException">Nothing that can be loaded.</exception>
    public static async Task<string> MeasureAsync(string folder, int threads, CancellationToken cancellation)
    {
        if (PiperTextToSpeech.GraphIn(folder) is not null && SenseVoiceSpeechToText.GraphIn(folder) is null)
        {
            using PiperTextToSpeech voice = PiperTextToSpeech.Load(folder, Said, threads);
            SpokenText[] spoken = new SpokenText[Tries];
            for (int i = 0; i < Tries; i++)
            {
                spoken[i] = await voice.SpeakAsync(Said, cancellation: cancellation).ConfigureAwait(false);
            }

            SpokenText best = spoken.MinBy(s => s.Took)!;
            return best.Outcome == SpokenOutcome.Spoken
                ? Line(best.DurationMs / 1000.0, best.Took, "spoken")
                : throw new ModelException($"{folder}: \"{Said}\" was not spoken: {best.Outcome} {best.Reason}");
        }

        // What is heard does not matter to a model that looks at all of the sound at once; a steady buzz keeps one that writes word by word short.
        short[] sound = new short[HeardSeconds * SpeechFormat.SampleRateHz];
        for (int i = 0; i < sound.Length; i++)
        {
            sound[i] = (short)((i % 133 * 60) - 4000);
        }

        ISpeechToText listening = SpeechFolder.Load(folder, "zh", threads);
        using IDisposable? owned = listening as IDisposable;
        List<TimeSpan> took = [];
        for (int i = 0; i < Tries; i++)
        {
            Transcript heard = await listening.TranscribeAsync(sound, cancellation).ConfigureAwait(false);
            took.Add(heard.Outcome != TranscriptOutcome.Failed ? heard.Took : throw new ModelException($"{folder}: {heard.Reason}"));
        }

        return Line(HeardSeconds, took.Min(), "heard");
    }

    private static string Line(double seconds, TimeSpan took, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s {what} in {took.TotalMilliseconds:0} ms: {took.TotalSeconds / seconds:0.00} of real time");
}
