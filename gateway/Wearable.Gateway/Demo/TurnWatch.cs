using System.Threading.Channels;
using Wearable.Gateway.Conversation;

namespace Wearable.Gateway.Demo;

/// <summary>Lets a script wait for the end of a turn of one wearable.</summary>
/// <param name="deviceId">The wearable.</param>
public sealed class TurnWatch(string deviceId) : ITurnObserver
{
    private readonly Channel<TurnRecord> _ended = Channel.CreateBounded<TurnRecord>(new BoundedChannelOptions(64) { FullMode = BoundedChannelFullMode.DropOldest });

    /// <inheritdoc/>
    public void OnTurnEnded(TurnRecord turn)
    {
        if (turn.DeviceId == deviceId)
        {
            _ended.Writer.TryWrite(turn);
        }
    }

    /// <summary>Forgets turns that ended unseen.</summary>
    public void Clear()
    {
        while (_ended.Reader.TryRead(out _))
        {
        }
    }

    /// <summary>The next turn that ends; null when none does in time.</summary>
    public async Task<TurnRecord?> NextAsync(TimeSpan limit, CancellationToken cancellation)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(limit);
        try
        {
            return await _ended.Reader.ReadAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }
}
