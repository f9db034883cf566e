using Wearable.Contract;
using Wearable.Gateway.Cluster;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Privacy;

namespace Wearable.Gateway.Conversation;

/// <summary>
/// One conversation per wearable. What a wearable sends reaches its conversation in order; a full inbox slows the sender. When the gateway
/// stops, turns under way are ended while the broker can still tell the wearables so: hence the lifecycle service, registered behind the broker's
/// (the host stops in reverse order).
/// </summary>
/// <param name="services">The rest of the gateway.</param>
/// <param name="homes">Whose conversations are held here; null: everybody's.</param>
public sealed class ConversationHub(ConversationServices services, IHomes? homes = null) : IDeviceListener, IForgets, IHostedLifecycleService
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Conversation> _conversations = [];
    private readonly WakeArbiter _arbiter = new(services.Settings.SameWakeWithin);
    private bool _stopped;

    /// <inheritdoc/>
    public ValueTask OnReportAsync(DeviceReport report, CancellationToken cancellation) => report.Kind switch
    {
        TopicKind.Wake or TopicKind.Speech or TopicKind.AudioUp or TopicKind.State or TopicKind.Status or TopicKind.Info or TopicKind.Button
            when homes is null || homes.IsHome(report.DeviceId) => Of(report.DeviceId)?.TakeAsync(report, cancellation) ?? ValueTask.CompletedTask,
        _ => ValueTask.CompletedTask,
    };

    /// <summary>Says something to a wearable without being asked, when no turn is under way.</summary>
    /// <returns>False when the wearable is away, or busy for longer than a minute, or the safety gate refuses the text, or the gateway stops.</returns>
    public Task<bool> AnnounceAsync(string deviceId, string text, CancellationToken cancellation)
        => Of(deviceId)?.AnnounceAsync(text, cancellation) ?? Task.FromResult(false);

    /// <summary>Whether a turn with this wearable is under way.</summary>
    public bool IsBusy(string deviceId)
    {
        lock (_gate)
        {
            return _conversations.TryGetValue(deviceId, out Conversation? conversation) && conversation.IsBusy;
        }
    }

    /// <summary>This gateway becomes home to a wearable, whose conversation another may have left in the middle.</summary>
    public void TakeOver(string deviceId)
    {
        lock (_gate)
        {
            if (!_stopped && !_conversations.ContainsKey(deviceId))
            {
                _conversations.Add(deviceId, new Conversation(deviceId, services, null, takesOver: true));
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask ForgetAsync(string deviceId)
    {
        Conversation? conversation;
        lock (_gate)
        {
            _conversations.Remove(deviceId, out conversation);
        }

        await (conversation?.DisposeAsync() ?? ValueTask.CompletedTask).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        Conversation[] open;
        lock (_gate)
        {
            _stopped = true;
            open = [.. _conversations.Values];
            _conversations.Clear();
        }

        foreach (Conversation conversation in open)
        {
            await conversation.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // The registry bounds how many wearables get this far. Null once the gateway stops.
    private Conversation? Of(string deviceId)
    {
        lock (_gate)
        {
            if (_stopped)
            {
                return null;
            }

            if (!_conversations.TryGetValue(deviceId, out Conversation? conversation))
            {
                conversation = new Conversation(deviceId, services, _arbiter);
                _conversations.Add(deviceId, conversation);
            }

            return conversation;
        }
    }
}
