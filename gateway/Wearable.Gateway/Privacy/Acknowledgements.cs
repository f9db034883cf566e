using System.Collections.Concurrent;
using Wearable.Contract;
using Wearable.Gateway.Mqtt;

namespace Wearable.Gateway.Privacy;

/// <summary>Waits for what a wearable answers to one command.</summary>
public sealed class Acknowledgements : IDeviceListener
{
    private readonly ConcurrentDictionary<(string Device, string Command), TaskCompletionSource<AckMessage>> _awaited = new();

    /// <inheritdoc/>
    public ValueTask OnReportAsync(DeviceReport report, CancellationToken cancellation)
    {
        if (report.Message is AckMessage ack && _awaited.TryRemove((report.DeviceId, ack.CommandId), out TaskCompletionSource<AckMessage>? waiting))
        {
            waiting.TrySetResult(ack);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Sends a command and waits for its answer; null when none came in time.</summary>
    /// <param name="deviceId">The wearable.</param>
    /// <param name="commandId">The command's id.</param>
    /// <param name="send">Sends it.</param>
    /// <param name="limit">How long to wait.</param>
    /// <param name="time">Clock of the limit.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<AckMessage?> AskAsync(string deviceId, string commandId, Func<ValueTask> send, TimeSpan limit, TimeProvider time, CancellationToken cancellation)
    {
        TaskCompletionSource<AckMessage> waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _awaited[(deviceId, commandId)] = waiting;
        try
        {
            await send().ConfigureAwait(false);
            return await waiting.Task.WaitAsync(limit, time, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return null;
        }
        finally
        {
            _awaited.TryRemove((deviceId, commandId), out _);
        }
    }
}
