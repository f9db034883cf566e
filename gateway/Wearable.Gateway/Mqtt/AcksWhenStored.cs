using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Mqtt;

/// <summary>
/// Acknowledgements of one connection, in order, each held back until every row added before it is on disk: what is acknowledged survives a
/// crash. Later messages are taken meanwhile, so that one transaction settles many. Withheld when the store gave up a row that was not on disk
/// when the message came: its own, or that of an earlier copy of which it is the repetition.
/// </summary>
/// <typeparam name="T">The acknowledgement.</typeparam>
/// <param name="writer">The store.</param>
/// <param name="send">Sends one. What it throws because the connection is gone ends the sending; the publisher repeats what was not acknowledged.</param>
/// <param name="withheld">Called for each that is not sent because rows were given up; null for nothing.</param>
internal sealed class AcksWhenStored<T>(StoreWriter writer, Func<T, CancellationToken, Task> send, Action? withheld = null)
{
    // The protocol allows 65,535; beyond this the connection waits.
    private const int MaxWaiting = 8192;

    private readonly Queue<(long After, long UpTo, T Ack)> _waiting = new();
    private readonly Lock _lock = new();
    private Task _sending = Task.CompletedTask;

    /// <summary>Whether all that came were sent or withheld.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count == 0;
            }
        }
    }

    /// <summary>Takes the acknowledgement of a message whose rows were added; complete when the connection may go on reading.</summary>
    /// <param name="ack">The acknowledgement.</param>
    /// <param name="after">What was settled when the message came.</param>
    /// <param name="cancellation">The connection is over.</param>
    public Task AddAsync(T ack, long after, CancellationToken cancellation)
    {
        lock (_lock)
        {
            long upTo = writer.Added;
            if (_waiting.Count == 0 && writer.Settled >= upTo)
            {
                return SendAsync(after, upTo, ack, cancellation);
            }

            _waiting.Enqueue((after, upTo, ack));
            if (_waiting.Count == 1)
            {
                _sending = SendWaitingAsync(upTo, cancellation);
            }

            return _waiting.Count < MaxWaiting ? Task.CompletedTask : _sending;
        }
    }

    private Task SendAsync(long after, long upTo, T ack, CancellationToken cancellation)
    {
        if (!writer.AnyLost(after, upTo))
        {
            return send(ack, cancellation);
        }

        withheld?.Invoke();
        return Task.CompletedTask;
    }

    // The head stays in the queue until it is sent, so that no later acknowledgement overtakes it.
    private async Task SendWaitingAsync(long upTo, CancellationToken cancellation)
    {
        while (true)
        {
            await writer.SettledAsync(upTo).ConfigureAwait(false);
            if (cancellation.IsCancellationRequested || writer.Settled < upTo)
            {
                return; // the connection or the gateway ends; the publisher keeps what was not acknowledged
            }

            T ack;
            long after;
            lock (_lock)
            {
                (after, upTo, ack) = _waiting.Peek();
            }

            try
            {
                await SendAsync(after, upTo, ack, cancellation).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException or InvalidOperationException or MQTTnet.Exceptions.MqttCommunicationException)
            {
                return; // the connection is gone
            }

            lock (_lock)
            {
                _waiting.Dequeue();
                if (_waiting.Count == 0)
                {
                    return;
                }

                upTo = _waiting.Peek().UpTo;
            }
        }
    }
}
