using System.Text.Json;
using Wearable.Gateway.Devices;

namespace Wearable.Gateway.Brain;

/// <summary>
/// Facts a wearer asked to remember, and short summaries of conversations, one small JSON file per wearable in the data folder. Bounded; deleted on "forget".
/// </summary>
public sealed class FactMemory(GatewayOptions options)
{
    /// <summary>Most facts of one wearable; the oldest goes for a further one.</summary>
    public const int MaxFacts = 50;

    /// <summary>Longest fact in characters; the rest is cut.</summary>
    public const int MaxFactChars = 200;

    /// <summary>Most summaries among them; the oldest goes for a further one.</summary>
    public const int MaxSummaries = 10;

    private readonly Lock _gate = new();

    /// <summary>The texts, oldest first. A damaged file counts as empty and is replaced at the next fact.</summary>
    public IReadOnlyList<string> Of(string deviceId) => [.. EntriesOf(deviceId).Select(e => e.Text)];

    /// <summary>The same with their kinds.</summary>
    public IReadOnlyList<MemoryEntry> EntriesOf(string deviceId)
    {
        lock (_gate)
        {
            return Read(deviceId);
        }
    }

    /// <summary>Ids of the wearables that remember something.</summary>
    public IReadOnlyList<string> Devices()
    {
        lock (_gate)
        {
            return Directory.Exists(Folder) ? [.. Directory.EnumerateFiles(Folder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)!)] : [];
        }
    }

    /// <summary>Keeps one more fact, or a summary.</summary>
    public void Add(string deviceId, string fact, string kind = MemoryEntry.Fact)
    {
        lock (_gate)
        {
            List<MemoryEntry> facts = Read(deviceId);
            facts.Add(new MemoryEntry(Cut(fact), kind));
            if (facts.Count(f => f.Kind == MemoryEntry.Summary) > MaxSummaries)
            {
                facts.Remove(facts.First(f => f.Kind == MemoryEntry.Summary));
            }

            if (facts.Count > MaxFacts)
            {
                facts.RemoveAt(0);
            }

            Directory.CreateDirectory(Folder);
            PrivateFile.Replace(FileOf(deviceId), JsonSerializer.SerializeToUtf8Bytes(facts));
        }
    }

    /// <summary>Puts another fact in one's place.</summary>
    /// <param name="deviceId">Whose.</param>
    /// <param name="index">Which of <see cref="Of"/>, from 0.</param>
    /// <param name="fact">What is kept instead; cut like every fact.</param>
    /// <returns>False when there is none of this number.</returns>
    public bool Replace(string deviceId, int index, string fact)
    {
        lock (_gate)
        {
            List<MemoryEntry> facts = Read(deviceId);
            if (index < 0 || index >= facts.Count)
            {
                return false;
            }

            facts[index] = facts[index] with { Text = Cut(fact) };
            PrivateFile.Replace(FileOf(deviceId), JsonSerializer.SerializeToUtf8Bytes(facts));
            return true;
        }
    }

    /// <summary>Forgets everything of one wearable.</summary>
    /// <returns>How many facts there were.</returns>
    public int Forget(string deviceId)
    {
        lock (_gate)
        {
            int count = Read(deviceId).Count;
            if (File.Exists(FileOf(deviceId))) // nobody may ever have remembered anything: then there is no folder either
            {
                File.Delete(FileOf(deviceId));
            }

            return count;
        }
    }

    /// <summary>Forgets one fact.</summary>
    /// <param name="deviceId">Whose.</param>
    /// <param name="index">Which of <see cref="Of"/>, from 0.</param>
    /// <returns>False when there is none of this number.</returns>
    public bool Forget(string deviceId, int index)
    {
        lock (_gate)
        {
            List<MemoryEntry> facts = Read(deviceId);
            if (index < 0 || index >= facts.Count)
            {
                return false;
            }

            facts.RemoveAt(index);
            if (facts.Count == 0)
            {
                File.Delete(FileOf(deviceId));
            }
            else
            {
                PrivateFile.Replace(FileOf(deviceId), JsonSerializer.SerializeToUtf8Bytes(facts));
            }

            return true;
        }
    }

    private static string Cut(string fact) => fact.Length > MaxFactChars ? fact[..MaxFactChars] : fact;

    private string Folder => Path.Combine(options.DataFolder, "memory");

    private string FileOf(string deviceId) => Path.Combine(Folder, deviceId + ".json"); // device ids are [a-z0-9-]

    private List<MemoryEntry> Read(string deviceId)
    {
        try
        {
            string file = FileOf(deviceId);
            return File.Exists(file) ? JsonSerializer.Deserialize<List<MemoryEntry>>(File.ReadAllText(file)) ?? [] : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
