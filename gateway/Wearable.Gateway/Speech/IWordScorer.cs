namespace Wearable.Gateway.Speech;

/// <summary>Tells how well a sound fits a given word: the second opinion on a wake word. Safe to call from several threads.</summary>
public interface IWordScorer
{
    /// <summary>Scores one word.</summary>
    /// <param name="samples">int16, mono, 16 kHz; cut to the word with a little room on both sides.</param>
    /// <param name="word">The word or words as people write them.</param>
    /// <param name="cancellation">Stops the work within one decoder step.</param>
    /// <returns>Natural logarithm of the probability that what is said begins with the word: 0 is certain, -20 is out of the question.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="InvalidOperationException">The engine failed; the message says how.</exception>
    Task<double> ScoreAsync(ReadOnlyMemory<short> samples, string word, CancellationToken cancellation = default);
}
