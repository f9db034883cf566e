namespace Wearable.Gateway.Conversation;

/// <summary>
/// Two wearables hear one wake word: the louder answers. A wake counts as the same when it carries the same word and arrives within
/// the window of another; nobody waits for it, because a turn takes longer than the window to begin an answer. Safe for many threads.
/// </summary>
/// <param name="window">How far apart two wearables may report the same word.</param>
public sealed class WakeArbiter(TimeSpan window)
{
    // Far more wearables than hear one person; beyond it the oldest claim is forgotten, and both answer.
    private const int MaxClaims = 64;

    private readonly Lock _gate = new();
    private readonly List<Claim> _claims = [];

    /// <summary>Enters one wake.</summary>
    /// <param name="deviceId">Who heard it.</param>
    /// <param name="word">The word.</param>
    /// <param name="levelDb">How loud it was there, dB below full scale.</param>
    /// <param name="at">When the gateway received it.</param>
    /// <param name="giveUp">Called at once, on this thread, when a louder one turns up later.</param>
    /// <returns>False: another wearable heard it louder, or as loud and sooner; this one gives up.</returns>
    public bool Enter(string deviceId, string word, int levelDb, DateTimeOffset at, Action giveUp)
    {
        Claim? loser = null;
        lock (_gate)
        {
            _claims.RemoveAll(c => (at - c.At).Duration() > window || c.DeviceId == deviceId);
            int rival = _claims.FindIndex(c => c.Word == word);
            if (rival >= 0 && _claims[rival].LevelDb >= levelDb)
            {
                return false;
            }

            if (rival >= 0)
            {
                loser = _claims[rival];
                _claims.RemoveAt(rival);
            }

            if (_claims.Count == MaxClaims)
            {
                _claims.RemoveAt(0);
            }

            _claims.Add(new Claim(deviceId, word, levelDb, at, giveUp));
        }

        loser?.GiveUp();
        return true;
    }

    private sealed record Claim(string DeviceId, string Word, int LevelDb, DateTimeOffset At, Action GiveUp);
}
