using Wearable.Contract;

namespace Wearable.Gateway.Conversation;

/// <summary>The stage times of one turn, counted from the true end of speech, and the message that carries them.</summary>
public sealed class TurnClock(string turnId, TimeProvider time)
{
    private readonly TurnMessage _message = new() { TurnId = turnId };
    private readonly Lock _gate = new();
    private DateTimeOffset _endOfSpeech;

    /// <summary>The message as it stands.</summary>
    public TurnMessage Message => _message;

    /// <summary>The reached stages by name.</summary>
    public IReadOnlyDictionary<string, int> Stages =>
        Enumerable.Range(0, TurnMessage.Stages.Length).Where(i => _message.Reached[i]).ToDictionary(i => TurnMessage.Stages[i], i => _message.StageMs[i]);

    /// <summary>Sets the moment everything is counted from.</summary>
    public void EndOfSpeechWas(DateTimeOffset at) => _endOfSpeech = at;

    /// <summary>Notes that a stage was reached now; only the first time counts. Safe for the conversation's and the answer's task.</summary>
    /// <param name="stage">One of <see cref="TurnMessage.Stages"/>.</param>
    public void Reach(string stage)
    {
        int i = Array.IndexOf(TurnMessage.Stages, stage);
        lock (_gate)
        {
            if (_endOfSpeech == default || _message.Reached[i])
            {
                return;
            }

            _message.StageMs[i] = (int)Math.Clamp((time.GetUtcNow() - _endOfSpeech).TotalMilliseconds, -60000, 3600000);
            _message.Reached[i] = true;
        }
    }
}
