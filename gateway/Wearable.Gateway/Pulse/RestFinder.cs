namespace Wearable.Gateway.Pulse;

/// <summary>A resting rate.</summary>
/// <param name="Bpm">Beats per minute.</param>
/// <param name="At">End of its minute, epoch ms.</param>
/// <param name="Method">How it was found.</param>
public sealed record RestingRate(double Bpm, long At, string Method);

/// <summary>
/// Finds the resting rate of a day: the lowest mean of one minute behind at least four minutes of unbroken rest. That a heart settles within four
/// minutes of inactivity and that the lowest value of 24 hours is the resting rate is from Speed et al. 2023 (PLOS Digital Health,
/// doi 10.1371/journal.pdig.0000236); the mean of one minute against a single low reading is ours. Rest here is what the wearable calls
/// <c>ok</c>: beats and spectrum agree and nothing moves.
/// </summary>
public sealed class RestFinder
{
    /// <summary>The method, for people.</summary>
    public const string Method = "lowest one-minute mean after four minutes of rest (Speed et al. 2023)";

    private static readonly TimeSpan Settle = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan Span = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestGap = TimeSpan.FromSeconds(10);
    private readonly Queue<(DateTimeOffset At, double Bpm)> _minute = new();
    private DateTimeOffset _since;
    private DateTimeOffset _last;
    private bool _resting;
    private double _sum;

    /// <summary>The resting rate so far; null when there was no rest of five minutes.</summary>
    public RestingRate? Found { get; private set; }

    /// <summary>Takes the next reading.</summary>
    public void Take(HeartRow row)
    {
        if (row.State != "ok" || row.RateBpm is not double rate || row.ReEstimated)
        {
            _resting = false;
            return;
        }

        if (!_resting || row.At - _last > LongestGap)
        {
            _resting = true;
            _since = row.At;
            _minute.Clear();
            _sum = 0;
        }

        _last = row.At;
        if (row.At - _since < Settle)
        {
            return;
        }

        _minute.Enqueue((row.At, rate));
        _sum += rate;
        while (row.At - _minute.Peek().At > Span)
        {
            _sum -= _minute.Dequeue().Bpm;
        }

        double mean = Math.Round(_sum / _minute.Count, 1);
        if (row.At - _since >= Settle + Span && !(Found?.Bpm <= mean))
        {
            Found = new RestingRate(mean, row.At.ToUnixTimeMilliseconds(), Method);
        }
    }
}
