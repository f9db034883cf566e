using Wearable.Gateway.Mqtt;

namespace Wearable.Gateway.Telemetry.Sqlite;

/// <summary>
/// The table <c>numbers</c> in memory: only one session writes the file, so what it wrote is what is there. After a failed batch it is
/// read anew. Of one wearable the newest boots only.
/// </summary>
internal sealed class NumberLedger
{
    private const string EraseOld = "DELETE FROM numbers WHERE device = $1 AND boot = $2";

    private readonly Dictionary<string, List<Entry>> _devices = new(StringComparer.Ordinal);
    private readonly List<Entry> _changed = [];
    private readonly List<Entry> _retired = [];

    /// <summary>Reads what was stored before.</summary>
    public NumberLedger(SqliteStore store)
    {
        foreach (StoredNumbers stored in StoredNumbers.ReadAsync(store, null).GetAwaiter().GetResult())
        {
            BootsOf(stored.DeviceId).Add(new Entry(stored.DeviceId, stored.BootId, stored.Numbers));
        }
    }

    /// <summary>Takes a message; false when it is stored already.</summary>
    public bool Take(MessageNumber number)
    {
        Entry entry = EntryOf(number);
        if (!entry.Window.Take(number.Number))
        {
            return false;
        }

        if (!entry.Changed)
        {
            entry.Changed = true;
            _changed.Add(entry);
        }

        return true;
    }

    /// <summary>Writes what changed since the last <see cref="Settle"/>.</summary>
    public void Write(Action<string, object?[]> execute, DateTimeOffset now)
    {
        long at = now.ToUnixTimeMilliseconds();
        foreach (Entry entry in _changed)
        {
            execute(StoreTable.Numbers.InsertSql, [entry.DeviceId, entry.BootId, at, entry.Window.First, entry.Window.Newest, entry.Window.Count, entry.Window.SeenBits()]);
        }

        foreach (Entry old in _retired)
        {
            execute(EraseOld, [old.DeviceId, old.BootId]);
        }
    }

    /// <summary>What was written is on disk.</summary>
    public void Settle()
    {
        foreach (Entry entry in _changed)
        {
            entry.Changed = false;
        }

        _changed.Clear();
        _retired.Clear();
    }

    /// <summary>Knows nothing of a wearable any more; its rows are erased in the same transaction.</summary>
    public void Forget(string deviceId)
    {
        _devices.Remove(deviceId);
        _changed.RemoveAll(entry => entry.DeviceId == deviceId);
        _retired.RemoveAll(entry => entry.DeviceId == deviceId);
    }

    private Entry EntryOf(MessageNumber number)
    {
        if (Find(number) is Entry known)
        {
            return known;
        }

        List<Entry> boots = BootsOf(number.DeviceId);
        if (boots.Count == DeviceLane.MaxBoots)
        {
            _retired.Add(boots[0]);
            boots.RemoveAt(0);
        }

        Entry entry = new(number.DeviceId, number.BootId, new NumberWindow());
        boots.Add(entry);
        return entry;
    }

    private Entry? Find(MessageNumber number) => BootsOf(number.DeviceId).Find(known => known.BootId == number.BootId);

    private List<Entry> BootsOf(string deviceId)
    {
        if (!_devices.TryGetValue(deviceId, out List<Entry>? boots))
        {
            _devices.Add(deviceId, boots = []);
        }

        return boots;
    }

    private sealed class Entry(string deviceId, int bootId, NumberWindow window)
    {
        public string DeviceId => deviceId;

        public int BootId => bootId;

        public NumberWindow Window => window;

        public bool Changed { get; set; }
    }
}
