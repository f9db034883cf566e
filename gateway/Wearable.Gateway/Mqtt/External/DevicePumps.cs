using System.Collections.Concurrent;

namespace Wearable.Gateway.Mqtt.External;

/// <summary>
/// Messages of one connection, handled in order per wearable and side by side between wearables: one whose conversation is slow keeps nobody
/// else waiting. A wearable's queue holds <see cref="MaxWaiting"/>; what comes beyond is dropped and counted, as all of it is QoS 0.
/// </summary>
/// <typeparam name="T">A message.</typeparam>
/// <param name="handle">Handles one; never throws.</param>
internal sealed class DevicePumps<T>(Func<T, Task> handle)
{
    /// <summary>Messages that may wait for one wearable: 30 s of its sound.</summary>
    public const int MaxWaiting = 512;

    private readonly ConcurrentDictionary<string, Pump> _pumps = new();
    private long _dropped;
    private int _working;

    /// <summary>Messages dropped since start.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Whether nothing waits.</summary>
    public bool IsIdle => Volatile.Read(ref _working) == 0;

    /// <summary>Takes a message; false when the wearable's queue is full.</summary>
    public bool Post(string deviceId, T message)
    {
        Pump pump = _pumps.GetOrAdd(deviceId, static _ => new Pump());
        lock (pump)
        {
            if (pump.Waiting.Count == MaxWaiting)
            {
                Interlocked.Increment(ref _dropped);
                return false;
            }

            pump.Waiting.Enqueue(message);
            if (pump.Runs)
            {
                return true;
            }

            pump.Runs = true;
        }

        Interlocked.Increment(ref _working);
        _ = Task.Run(() => RunAsync(pump));
        return true;
    }

    /// <summary>Forgets a wearable that is no longer heard; what waits is still handled.</summary>
    public void Forget(string deviceId) => _pumps.TryRemove(deviceId, out _);

    private async Task RunAsync(Pump pump)
    {
        while (true)
        {
            T message;
            lock (pump)
            {
                if (!pump.Waiting.TryDequeue(out message!))
                {
                    pump.Runs = false;
                    Interlocked.Decrement(ref _working);
                    return;
                }
            }

            await handle(message).ConfigureAwait(false);
        }
    }

    private sealed class Pump
    {
        public Queue<T> Waiting { get; } = new();

        public bool Runs { get; set; }
    }
}
