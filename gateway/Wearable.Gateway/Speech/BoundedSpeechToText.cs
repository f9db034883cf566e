namespace Wearable.Gateway.Speech;

/// <summary>
/// Speech to text with a door: at most so many utterances are inside, the one at work included. One more is turned away at once, so that its
/// speaker hears that the house is busy instead of waiting for nothing, and those inside are still answered in time.
/// </summary>
/// <param name="inner">Does the work, one utterance at a time.</param>
/// <param name="most">Utterances inside.</param>
public sealed class BoundedSpeechToText(ISpeechToText inner, int most = BoundedSpeechToText.UsualMost) : ISpeechToText
{
    /// <summary>A spoken question takes Moonshine tiny about 0.25 s of one core, and a turn waits 8 s for its words.</summary>
    public const int UsualMost = 24;

    private int _inside;

    /// <inheritdoc/>
    public string Language => inner.Language;

    /// <inheritdoc/>
    public async Task<Transcript> TranscribeAsync(ReadOnlyMemory<short> samples, CancellationToken cancellation = default)
    {
        if (Interlocked.Increment(ref _inside) > most)
        {
            Interlocked.Decrement(ref _inside);
            return new Transcript(TranscriptOutcome.Busy, "", $"at most {most} utterances may wait, got one more", TimeSpan.Zero);
        }

        try
        {
            return await inner.TranscribeAsync(samples, cancellation).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _inside);
        }
    }
}
