using Wearable.Gateway.Speech;

namespace Wearable.Gateway.Conversation;

/// <summary>
/// Transcribes on suspicion: at a pause the words so far are already turned into text; if nothing more is said the text is ready when the
/// end of speech is certain. Owned by one turn.
/// </summary>
public sealed class Transcriber(ISpeechToText listening, TimeSpan limit)
{
    private CancellationTokenSource? _cancel;
    private Task<Transcript>? _guess;
    private long _guessEnd = -1;

    /// <summary>Starts on the speech so far.</summary>
    /// <param name="samples">The sound.</param>
    /// <param name="speechEnd">Sample at which its speech ends; the same value later means the same words.</param>
    public void Guess(short[] samples, long speechEnd)
    {
        Drop();
        _cancel = new CancellationTokenSource(limit);
        _guessEnd = speechEnd;
        _guess = listening.TranscribeAsync(samples, _cancel.Token);
    }

    /// <summary>The speaker went on: what was started is not the whole.</summary>
    public void Drop()
    {
        if (_guess is not null && _cancel is not null)
        {
            CancellationTokenSource cancel = _cancel;
            cancel.Cancel();
            _ = _guess.ContinueWith(static (done, state) => ((CancellationTokenSource)state!).Dispose(), cancel, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        (_guess, _cancel, _guessEnd) = (null, null, -1);
    }

    /// <summary>The words of what was started on suspicion; null while they are not there.</summary>
    public string? GuessedText => _guess is { IsCompletedSuccessfully: true, Result.Outcome: TranscriptOutcome.Text } ? _guess.Result.Text : null;

    /// <summary>The text of the whole speech, from the guess where it still holds.</summary>
    public async Task<Transcript> GetAsync(short[] samples, long speechEnd, CancellationToken cancellation)
    {
        if (_guess is null || _guessEnd != speechEnd)
        {
            Guess(samples, speechEnd);
        }

        try
        {
            return await _guess!.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new Transcript(TranscriptOutcome.Busy, "", $"no text within {limit.TotalSeconds:0} s", limit);
        }
    }
}
