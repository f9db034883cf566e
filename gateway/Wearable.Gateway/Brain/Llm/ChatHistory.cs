using Microsoft.Extensions.AI;

namespace Wearable.Gateway.Brain.Llm;

/// <summary>The last messages of each wearable's conversation, in memory only.</summary>
internal sealed class ChatHistory(int maxMessages, TimeSpan forgetAfter, TimeProvider time)
{
    private const int MaxDevices = 256; // above it the conversation that rested longest is forgotten

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (List<ChatMessage> Messages, DateTimeOffset At)> _conversations = [];

    public IReadOnlyList<ChatMessage> Of(string deviceId)
    {
        lock (_lock)
        {
            return _conversations.TryGetValue(deviceId, out (List<ChatMessage> Messages, DateTimeOffset At) found) && time.GetUtcNow() - found.At < forgetAfter
                ? [.. found.Messages]
                : [];
        }
    }

    public void Forget(string deviceId)
    {
        lock (_lock)
        {
            _conversations.Remove(deviceId);
        }
    }

    public void Add(string deviceId, string question, string answer)
    {
        lock (_lock)
        {
            List<ChatMessage> messages = [.. Of(deviceId), new(ChatRole.User, question), new(ChatRole.Assistant, answer)];
            // Half is dropped at once, so that the model's cached state fits most turns and not none.
            if (messages.Count > maxMessages)
            {
                messages.RemoveRange(0, messages.Count - (maxMessages / 4 * 2));
            }

            _conversations[deviceId] = (messages, time.GetUtcNow());
            if (_conversations.Count > MaxDevices)
            {
                _conversations.Remove(_conversations.MinBy(c => c.Value.At).Key);
            }
        }
    }
}
