using Wearable.Gateway.Speech;

namespace Wearable.Gateway.Conversation;

/// <summary>
/// The second opinion on a wake word. The speech model, which never saw the recordings the device's model learned from, says how probable the
/// word is in the sound around it, and the device's teachers hear it again; a device that was surer needs less of both. It runs while the person still
/// speaks and costs no time. A single word is looked for by the speech model in a wide and in a narrow cut, and the mean of the two probabilities counts: what was
/// said before the word, or the noise there, hides it in one cut more often than in both. A phrase does not fit into the narrow one.
/// How its figures were chosen, on whom, and what passes and what is lost: models/wake-both/README.md.
/// (Comparing the transcript with the word turned away 3 of 6.)
/// </summary>
/// <param name="scorer">The speech model.</param>
/// <param name="claim">What the device says.</param>
/// <param name="teachers">The device's teachers; asked when they know the word.</param>
public sealed class WakeVerifier(IWordScorer scorer, WakeClaim claim, WakeTeachers? teachers = null)
{
    /// <summary>Sound behind the moment of waking that is needed, ms.</summary>
    public const int AfterMs = 150;

    /// <summary>Sound before it that is looked at, ms.</summary>
    public const int BeforeMs = 1000;

    // The narrow cut: a single word lasts 400 to 900 ms and ends some 100 ms before the device wakes.
    private const int NarrowBeforeMs = 750, NarrowAfterMs = 100;

    // log probability + PerPoint * device score + PerTaught * the teachers' log odds must reach what is needed. Two words in a row are less probable when
    // said, and far less by chance.
    private const double PerPoint = 0.3, PerTaught = 0.75;
    private const double NeededForOne = 10.2, NeededForPhrase = -1.6, TeachersNeedForOne = 10.3, TeachersNeedForPhrase = -0.1;

    private readonly bool _isPhrase = claim.Word.Contains(' ', StringComparison.Ordinal);
    private readonly WakeTeachers? _teachers = teachers?.Know(claim.Word) == true ? teachers : null;

    private double Needed => (_teachers is null, _isPhrase) switch
    {
        (true, false) => NeededForOne,
        (true, true) => NeededForPhrase,
        (false, false) => TeachersNeedForOne,
        (false, true) => TeachersNeedForPhrase,
    };

    /// <summary>First sample of the turn's sound to look at.</summary>
    public int From => Math.Max(0, claim.PreRollMs - BeforeMs) * SpeechFormat.SamplesPerMs;

    /// <summary>End of the sound to look at; with less the opinion is given on what there is.</summary>
    public int To => (claim.PreRollMs + AfterMs) * SpeechFormat.SamplesPerMs;

    /// <summary>Asks for the opinion.</summary>
    /// <param name="samples">The turn's sound from <see cref="From"/> to <see cref="To"/>.</param>
    /// <param name="cancellation">The turn is over.</param>
    public async Task<WakeOpinion> JudgeAsync(ReadOnlyMemory<short> samples, CancellationToken cancellation)
    {
        if (samples.IsEmpty)
        {
            return new WakeOpinion(double.NegativeInfinity, double.NegativeInfinity);
        }

        Task<double> taught = _teachers is null ? Task.FromResult(0.0) : Task.Run(() => PerTaught * _teachers.OddsOf(samples.Span, claim.Word), cancellation);
        double logProbability = await scorer.ScoreAsync(samples, claim.Word, cancellation).ConfigureAwait(false);
        ReadOnlyMemory<short> narrow = Narrow(samples);
        if (!_isPhrase && !narrow.IsEmpty)
        {
            logProbability = MeanOf(logProbability, await scorer.ScoreAsync(narrow, claim.Word, cancellation).ConfigureAwait(false));
        }

        return new WakeOpinion(logProbability + (PerPoint * claim.Score) + await taught.ConfigureAwait(false) - Needed, logProbability);
    }

    private ReadOnlyMemory<short> Narrow(ReadOnlyMemory<short> samples)
    {
        int wokeMs = Math.Min(claim.PreRollMs, BeforeMs);
        int from = Math.Max(0, wokeMs - NarrowBeforeMs) * SpeechFormat.SamplesPerMs;
        int to = Math.Min(samples.Length, (wokeMs + NarrowAfterMs) * SpeechFormat.SamplesPerMs);
        return from < to ? samples[from..to] : ReadOnlyMemory<short>.Empty;
    }

    // Of two logarithms of probabilities, that of their mean.
    private static double MeanOf(double a, double b)
    {
        double most = Math.Max(a, b);
        return double.IsNegativeInfinity(most) ? most : most + Math.Log((Math.Exp(a - most) + Math.Exp(b - most)) / 2);
    }
}

/// <summary>What the second opinion was.</summary>
/// <param name="Margin">By how much the evidence for the word is above what is needed, natural logarithm; below 0: not said.</param>
/// <param name="LogProbability">Of the word in the sound, natural logarithm.</param>
public readonly record struct WakeOpinion(double Margin, double LogProbability)
{
    // Of the words of people never heard 8 of 664 said in quiet are confirmed by less, 58 of 636 said in 10 dB noise; and so is every false alarm that is confirmed (the highest by 3.9).
    private const double BarelyBelow = 4.5;

    /// <summary>The word was said.</summary>
    public bool Confirmed => Margin >= 0;

    /// <summary>The word was said, perhaps: more must speak for it before anybody is answered.</summary>
    public bool Barely => Margin is >= 0 and < BarelyBelow;
}
