using Wearable.Contract;
using Wearable.Gateway.Brain;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Privacy;

/// <summary>Texts by which something of a person is recognised in bytes, collected before the person is erased.</summary>
/// <param name="Kinds">What each text is, by text.</param>
/// <param name="Others">Ids of the other wearables.</param>
/// <param name="Notes">What cannot be recognised.</param>
internal sealed record PersonTexts(IReadOnlyDictionary<string, string> Kinds, IReadOnlyList<string> Others, IReadOnlyList<string> Notes)
{
    /// <summary>Shorter ids stand in any file by chance: they are looked for as part of their topics and in quotes.</summary>
    public const int LeastIdChars = 4;

    // A short sentence may be anybody's.
    private const int LeastChars = 8;
    private const int MostWords = 400;

    /// <summary>Collects them.</summary>
    public static async Task<PersonTexts> CollectAsync(IStore store, DeviceAccounts accounts, FactMemory memory, string deviceId)
    {
        Dictionary<string, string> kinds = new(StringComparer.Ordinal);
        List<string> notes = [];
        if (deviceId.Length >= LeastIdChars)
        {
            kinds[deviceId] = "its id";
        }
        else
        {
            kinds[$"{Topics.Root}{deviceId}/"] = kinds[$"{Topics.AudioRoot}{deviceId}/"] = "its topics";
            kinds[$"\"{deviceId}\""] = "its id";
            notes.Add($"an id of {deviceId.Length} characters stands in any file by chance: it was looked for in its topics and in quotes; its rows were counted");
        }

        string[] others = [.. (await PersonQueries.DevicesAsync(store).ConfigureAwait(false)).Concat(accounts.All().Select(account => account.Id)).Concat(memory.Devices()).Distinct(StringComparer.Ordinal).Where(id => id != deviceId)];
        HashSet<string> theirs = [.. others.SelectMany(memory.Of)];
        foreach (string fact in memory.Of(deviceId).Where(fact => fact.Length >= LeastChars && !theirs.Contains(fact)))
        {
            kinds[fact] = "a remembered fact";
        }

        foreach (string words in (await PersonQueries.WordsAsync(store, deviceId, MostWords).ConfigureAwait(false)).Where(words => words.Length >= LeastChars && !theirs.Contains(words)))
        {
            kinds[words] = "words of a conversation";
        }

        return new PersonTexts(kinds, others, notes);
    }
}
