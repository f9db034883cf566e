namespace Wearable.Gateway.Safety;

/// <summary>What the gate remembers of one conversation: times, counts and codes, and of words only the end of the answer being spoken.</summary>
internal sealed class SafetySession
{
    /// <summary>A conversation is over after this long without a question.</summary>
    public static readonly TimeSpan Gap = TimeSpan.FromMinutes(10);

    private const int TightenAfter = 3;
    private const int FollowUpTurns = 3;
    private const int TailChars = 200;

    private DateTimeOffset _began = DateTimeOffset.MinValue;
    private DateTimeOffset _last = DateTimeOffset.MinValue;
    private DateTimeOffset _restUntil = DateTimeOffset.MinValue;
    private int _refusals;
    private int _turnsSinceRefusal;

    /// <summary>Topic refused within the last turns; null when none was.</summary>
    public string? RecentTopic { get; private set; }

    /// <summary>True after repeated probes.</summary>
    public bool IsTightened => _refusals >= TightenAfter;

    /// <summary>True when the last question was Chinese.</summary>
    public bool Chinese { get; set; }

    /// <summary>End of what was allowed of this turn's answer.</summary>
    public string Tail { get; private set; } = "";

    /// <summary>A question came. False when the conversation needs a break.</summary>
    public bool Begin(DateTimeOffset now, int sessionMinutes)
    {
        Tail = "";
        if (RecentTopic is not null && ++_turnsSinceRefusal > FollowUpTurns)
        {
            RecentTopic = null;
        }

        if (now < _restUntil)
        {
            return false; // asking during the break does not make it longer
        }

        if (now - _last >= Gap)
        {
            _began = now;
            _refusals = 0;
            RecentTopic = null;
        }

        _last = now;
        if (sessionMinutes > 0 && now - _began >= TimeSpan.FromMinutes(sessionMinutes))
        {
            _restUntil = now + Gap;
            _last = DateTimeOffset.MinValue; // behind the break a new conversation begins
            return false;
        }

        return true;
    }

    /// <summary>A topic was refused.</summary>
    public void Refused(string topic)
    {
        _refusals++;
        _turnsSinceRefusal = 0;
        RecentTopic = topic;
    }

    /// <summary>A sentence may be spoken.</summary>
    public void Spoke(string sentence)
    {
        string tail = Tail + " " + sentence;
        Tail = tail.Length <= TailChars ? tail : tail[^TailChars..];
    }
}
