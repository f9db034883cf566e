using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.AI;
using Wearable.Gateway.Brain.Languages;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Privacy;
using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Brain;

/// <summary>
/// The built-in brain: no model, only skills. What no skill knows it says plainly. One sentence per update, so that speaking can begin at
/// once.
/// </summary>
public sealed class SkillsChatClient(IEnumerable<ISkill> skills, TimeProvider time, IHeartHistory hearts, IDeviceSender sender, Sayings sayings) : IChatClient, IForgets
{
    private const int MaxSessions = 1024;

    private readonly ISkill[] _skills = [.. skills];
    private readonly ConcurrentDictionary<string, SkillSession> _sessions = new();

    /// <summary>The skill that would answer; null when none would.</summary>
    public ISkill? Find(Question question, SkillSession session) => Array.Find(_skills, s => s.Knows(question, session));

    /// <summary>The skill that would answer this wearable's question; null when none would.</summary>
    public ISkill? SkillFor(string question, string deviceId) => Find(new Question(question), SessionOf(deviceId));

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Question question = new(messages.LastOrDefault(m => m.Role == ChatRole.User)?.Text ?? "");
        string deviceId = BrainContext.DeviceOf(options);
        SkillSession session = SessionOf(deviceId);
        ISkill? skill = Find(question, session);
        StringBuilder whole = new();
        IAsyncEnumerable<string> sentences = skill is null
            ? Plain()
            : skill.AnswerAsync(new SkillContext(deviceId, question, session, time, hearts, sender), cancellationToken);
        await foreach (string sentence in sentences.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            whole.Append(whole.Length == 0 ? "" : " ").Append(sentence);
            // The line break marks the sentence as complete for whoever splits the stream.
            yield return new ChatResponseUpdate(ChatRole.Assistant, sentence + "\n");
        }

        session.LastAnswer = whole.ToString();
    }

    /// <inheritdoc/>
    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null) => serviceKey is not null ? null
        : serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("wearable", null, "skills")
        : serviceType.IsInstanceOfType(this) ? this : null;

    /// <inheritdoc/>
    public ValueTask ForgetAsync(string deviceId)
    {
        _sessions.TryRemove(deviceId, out _);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private async IAsyncEnumerable<string> Plain()
    {
        await Task.CompletedTask.ConfigureAwait(false);
        yield return sayings.DontKnow;
        yield return sayings.Hint;
    }

    private SkillSession SessionOf(string deviceId)
    {
        if (_sessions.Count >= MaxSessions && !_sessions.ContainsKey(deviceId))
        {
            _sessions.Clear(); // jokes may repeat; nothing of worth is lost
        }

        return _sessions.GetOrAdd(deviceId, _ => new SkillSession());
    }
}
