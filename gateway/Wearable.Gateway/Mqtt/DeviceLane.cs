using System.Collections.Concurrent;
using Wearable.Gateway.Telemetry;
using Wearable.Contract;

namespace Wearable.Gateway.Mqtt;

/// <summary>What the gateway counted about one wearable's messages since start.</summary>
/// <param name="Received">Taken.</param>
/// <param name="Duplicates">Dropped because boot id and counter were seen before.</param>
/// <param name="Lost">Counters that never came.</param>
/// <param name="AudioLost">Audio packets missing inside streams.</param>
/// <param name="Refused">Payloads that were not what the contract says.</param>
public sealed record LaneCounts(long Received, long Duplicates, long Lost, long AudioLost, long Refused);

/// <summary>One wearable's way through the ingest: one message at a time, duplicates out, losses counted.</summary>
public sealed class DeviceLane
{
    // A restart opens a new boot id; old ones can still arrive from a connection that lingers, so a few are remembered.
    internal const int MaxBoots = 4;

    private readonly List<(int BootId, NumberWindow Numbers)> _boots = new(MaxBoots);
    private ConcurrentQueue<MessageNumber>? _givenBack; // made when a disk refuses: empty it weighs 1 KB
    private int _nextAudio = -1;
    private long _received;
    private long _duplicates;
    private long _lostOfOldBoots;
    private long _lost;
    private long _audioLost;
    private long _refused;

    /// <summary>Held while one message of this wearable is on its way through the listeners.</summary>
    public SemaphoreSlim Turn { get; } = new(1, 1);

    /// <summary>The counts so far. Safe for many threads.</summary>
    public LaneCounts Counts => new(
        Interlocked.Read(ref _received),
        Interlocked.Read(ref _duplicates),
        Interlocked.Read(ref _lost),
        Interlocked.Read(ref _audioLost),
        Interlocked.Read(ref _refused));

    /// <summary>Counts one refused payload. Safe for many threads.</summary>
    public void Refuse() => Interlocked.Increment(ref _refused);

    /// <summary>Takes a checked message while holding <see cref="Turn"/>; false when it is a duplicate.</summary>
    public bool Take(object message)
    {
        while (Volatile.Read(ref _givenBack) is { } givenBack && givenBack.TryDequeue(out MessageNumber lost))
        {
            if (_boots.Find(boot => boot.BootId == lost.BootId).Numbers is NumberWindow window)
            {
                window.GiveBack(lost.Number);
                Interlocked.Decrement(ref _received);
            }
        }

        if (message is DeviceMessage numbered && !WindowOf(numbered.BootId).Take(numbered.Number))
        {
            Interlocked.Increment(ref _duplicates);
            return false;
        }

        if (message is AudioChunk chunk)
        {
            CountAudioGap(chunk);
        }

        Interlocked.Increment(ref _received);
        long missing = _lostOfOldBoots;
        foreach ((_, NumberWindow numbers) in _boots)
        {
            missing += numbers.Missing;
        }

        Interlocked.Exchange(ref _lost, missing);
        return true;
    }

    /// <summary>The message was not stored after all; its repetition is to be taken. Safe for many threads.</summary>
    public void GiveBack(MessageNumber number) => LazyInitializer.EnsureInitialized(ref _givenBack, () => new ConcurrentQueue<MessageNumber>()).Enqueue(number);

    /// <summary>Numbers known from before the gateway's restart; only before the first message.</summary>
    public void Remember(int bootId, NumberWindow numbers)
    {
        if (_boots.Count < MaxBoots)
        {
            _boots.Add((bootId, numbers));
        }
    }

    /// <summary>What other gateways took meanwhile, while holding <see cref="Turn"/>; what was taken here stays taken.</summary>
    /// <param name="stored">The wearable's boots, oldest first.</param>
    public void Recall(IReadOnlyList<StoredNumbers> stored)
    {
        List<(int BootId, NumberWindow Numbers)> here = [.. _boots];
        _boots.Clear();
        foreach (StoredNumbers boot in stored.TakeLast(MaxBoots))
        {
            if (here.Find(known => known.BootId == boot.BootId).Numbers is NumberWindow window)
            {
                boot.Numbers.TakeAll(window);
            }

            _boots.Add((boot.BootId, boot.Numbers));
        }

        // A boot that is not stored yet is the newest.
        foreach ((int bootId, NumberWindow numbers) in here)
        {
            if (!_boots.Exists(boot => boot.BootId == bootId))
            {
                WindowOf(bootId).TakeAll(numbers);
            }
        }
    }

    private NumberWindow WindowOf(int bootId)
    {
        foreach ((int known, NumberWindow numbers) in _boots)
        {
            if (known == bootId)
            {
                return numbers;
            }
        }

        if (_boots.Count == MaxBoots)
        {
            _lostOfOldBoots += _boots[0].Numbers.Missing;
            _boots.RemoveAt(0);
        }

        NumberWindow window = new();
        _boots.Add((bootId, window));
        return window;
    }

    private void CountAudioGap(AudioChunk chunk)
    {
        bool first = (chunk.Flags & AudioPacket.First) != 0;
        if (!first && _nextAudio >= 0)
        {
            int gap = (chunk.Sequence - _nextAudio) & 0xFFFF;
            if (gap < 0x8000) // behind by more than half the range: late or repeated, not a loss
            {
                Interlocked.Add(ref _audioLost, gap);
            }
        }

        _nextAudio = (chunk.Flags & AudioPacket.Last) != 0 ? -1 : (chunk.Sequence + 1) & 0xFFFF;
    }
}
