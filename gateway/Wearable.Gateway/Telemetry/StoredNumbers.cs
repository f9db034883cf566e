using Microsoft.Data.Sqlite;
using Wearable.Gateway.Mqtt;

namespace Wearable.Gateway.Telemetry;

/// <summary>
/// Which of the wearables' messages are in the database, kept in the same transaction as their rows. After a crash the gateway knows a
/// message that was stored but not acknowledged when it comes again, and takes one that was heard but not stored.
/// </summary>
/// <remarks>Only the store's writer changes it. <see cref="NumberWindow"/> says how far back it remembers; of one wearable the newest boots only.</remarks>
public sealed class StoredNumbers
{
    private const string Upsert = """
        INSERT INTO numbers(device, boot, at, first, newest, count, seen) VALUES($device, $boot, $at, $first, $newest, $count, $seen)
        ON CONFLICT(device, boot) DO UPDATE SET at = excluded.at, first = excluded.first, newest = excluded.newest, count = excluded.count, seen = excluded.seen
        """;

    private readonly Dictionary<string, List<Entry>> _devices = new(StringComparer.Ordinal);
    private readonly List<Entry> _changed = [];
    private readonly List<Entry> _retired = [];

    /// <summary>Reads what was stored before.</summary>
    public StoredNumbers(StoreDatabase database)
    {
        using SqliteConnection connection = database.Connect();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT device, boot, first, newest, count, seen FROM numbers ORDER BY device, at";
        using SqliteDataReader rows = command.ExecuteReader();
        while (rows.Read())
        {
            if (NumberWindow.Restore(rows.GetInt32(2), rows.GetInt32(3), rows.GetInt64(4), (byte[])rows.GetValue(5)) is NumberWindow window)
            {
                BootsOf(rows.GetString(0)).Add(new Entry(rows.GetString(0), rows.GetInt32(1), window));
            }
        }
    }

    /// <summary>A copy of what is known, for the ingest; only before the writer writes.</summary>
    public IEnumerable<(string DeviceId, int BootId, NumberWindow Numbers)> Snapshot() =>
        [.. _devices.Values.SelectMany(boots => boots).Select(entry => (entry.DeviceId, entry.BootId, entry.Window.Copy()))];

    internal void Take(MessageNumber number)
    {
        List<Entry> boots = BootsOf(number.DeviceId);
        Entry? entry = boots.Find(known => known.BootId == number.BootId);
        if (entry is null)
        {
            if (boots.Count == DeviceLane.MaxBoots)
            {
                _retired.Add(boots[0]);
                boots.RemoveAt(0);
            }

            entry = new Entry(number.DeviceId, number.BootId, new NumberWindow());
            boots.Add(entry);
        }

        entry.Window.Take(number.Number);
        if (!entry.Changed)
        {
            entry.Changed = true;
            _changed.Add(entry);
        }
    }

    /// <summary>Lets go of a wearable's numbers; only between two batches.</summary>
    internal void Forget(string deviceId) => _devices.Remove(deviceId);

    internal void GiveBack(MessageNumber number) =>
        BootsOf(number.DeviceId).Find(known => known.BootId == number.BootId)?.Window.GiveBack(number.Number);

    /// <summary>Writes what changed since the last <see cref="Settle"/>.</summary>
    internal void Write(SqliteConnection connection, SqliteTransaction transaction, DateTimeOffset now)
    {
        if (_changed.Count == 0)
        {
            return;
        }

        using SqliteCommand command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = Upsert;
        foreach (string name in (string[])["$device", "$boot", "$at", "$first", "$newest", "$count", "$seen"])
        {
            command.Parameters.Add(new SqliteParameter(name, null));
        }

        foreach (Entry entry in _changed)
        {
            object[] values = [entry.DeviceId, entry.BootId, now.ToUnixTimeMilliseconds(), entry.Window.First, entry.Window.Newest, entry.Window.Count, entry.Window.SeenBits()];
            for (int i = 0; i < values.Length; i++)
            {
                command.Parameters[i].Value = values[i];
            }

            command.ExecuteNonQuery();
        }

        Erase(connection, transaction);
    }

    /// <summary>What was written is on disk, or was given up.</summary>
    internal void Settle()
    {
        foreach (Entry entry in _changed)
        {
            entry.Changed = false;
        }

        _changed.Clear();
        _retired.Clear();
    }

    private void Erase(SqliteConnection connection, SqliteTransaction transaction)
    {
        foreach (Entry old in _retired)
        {
            using SqliteCommand command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = "DELETE FROM numbers WHERE device = $1 AND boot = $2";
            command.Parameters.AddWithValue("$1", old.DeviceId);
            command.Parameters.AddWithValue("$2", old.BootId);
            command.ExecuteNonQuery();
        }
    }

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
