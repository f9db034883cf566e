using System.Collections.Concurrent;
using Wearable.Contract;
using Wearable.Gateway.Mqtt;

namespace Wearable.Gateway.Conversation;

/// <summary>One conversation per wearable. What a wearable sends reaches its conversation in order; a full inbox slows the sender.</summary>
public sealed class ConversationHub(ConversationServices services) : IDeviceListener, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<Conversation>> _conversations = new();
    private int _disposed;

    /// <inheritdoc/>
    public ValueTask OnReportAsync(DeviceReport report, CancellationToken cancellation) => report.Kind switch
    {
        TopicKind.Wake or TopicKind.Speech or TopicKind.AudioUp or TopicKind.State or TopicKind.Status or TopicKind.Info
            => Of(report.DeviceId).TakeAsync(report, cancellation),
        _ => ValueTask.CompletedTask,
    };

    /// <summary>Says something to a wearable without being asked, when no turn is under way.</summary>
    /// <returns>False when the wearable is away, or busy for longer than a minute.</returns>
    public Task<bool> AnnounceAsync(string deviceId, string text, CancellationToken cancellation) => Of(deviceId).AnnounceAsync(text, cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return; // the container knows it under two names
        }

        foreach (Lazy<Conversation> conversation in _conversations.Values)
        {
            await conversation.Value.DisposeAsync().ConfigureAwait(false);
        }
    }

    // The registry bounds how many wearables get this far.
    private Conversation Of(string deviceId) => _conversations.GetOrAdd(deviceId, id => new Lazy<Conversation>(() => new Conversation(id, services))).Value;
}
