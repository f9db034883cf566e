using System.Text.Json;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Pulse;
using Wearable.Gateway.Safety;

namespace Wearable.Gateway.Privacy;

/// <summary>
/// What the data folder holds of a person beside database and account: files and folders named by the id (<c>memory/ID.json</c>,
/// <c>recordings/ID/</c>), its part of the settings files, and what a language model computed ahead, which its persona may have gone into.
/// </summary>
internal static class PersonFiles
{
    private const string PrefixFolder = "prefixes";
    private static readonly string[] SettingsFiles = [SafetySettingsFile.Name, HeartSettings.FileName];

    /// <summary>Its files, relative to the data folder.</summary>
    public static IReadOnlyList<string> Of(string dataFolder, string deviceId)
    {
        if (!Directory.Exists(dataFolder))
        {
            return [];
        }

        EnumerationOptions below = new() { AttributesToSkip = FileAttributes.ReparsePoint, RecurseSubdirectories = true, MaxRecursionDepth = 4 };
        return [.. Directory.EnumerateFiles(dataFolder, "*", below).Select(file => Path.GetRelativePath(dataFolder, file)).Where(file => IsOf(file, deviceId)).Order(StringComparer.Ordinal)];
    }

    /// <summary>Erases them, and the folders that are empty then.</summary>
    /// <returns>What was erased.</returns>
    /// <exception cref="ErasureException">One cannot be erased.</exception>
    public static IReadOnlyList<string> Erase(string dataFolder, string deviceId) => Guarded(() =>
    {
        List<string> erased = [.. Of(dataFolder, deviceId)];
        string prefixes = Path.Combine(dataFolder, PrefixFolder);
        erased.AddRange(Directory.Exists(prefixes) ? Directory.EnumerateFiles(prefixes).Select(file => Path.GetRelativePath(dataFolder, file)) : []);
        foreach (string file in erased)
        {
            File.Delete(Path.Combine(dataFolder, file));
        }

        foreach (string folder in erased.Select(file => Path.GetDirectoryName(Path.Combine(dataFolder, file))!).Distinct().Where(folder => folder != dataFolder && !Directory.EnumerateFileSystemEntries(folder).Any()))
        {
            Directory.Delete(folder);
        }

        return erased;
    });

    /// <summary>Cuts its settings out.</summary>
    /// <returns>The files it was cut out of.</returns>
    /// <exception cref="ErasureException">A file cannot be read or written.</exception>
    public static IReadOnlyList<string> CutSettings(string dataFolder, string deviceId) => Guarded(() =>
    {
        List<string> cut = [];
        foreach (string name in SettingsFiles.Where(name => File.Exists(Path.Combine(dataFolder, name))))
        {
            string file = Path.Combine(dataFolder, name);
            if (SettingsCut.Without(File.ReadAllBytes(file), deviceId) is byte[] rest)
            {
                PrivateFile.Replace(file, rest);
                cut.Add(name);
            }
        }

        return cut;
    });

    // A folder, or a file up to its first dot, that is the id itself: another wearable's id is never cut short.
    private static bool IsOf(string file, string deviceId)
    {
        string[] parts = file.Split(Path.DirectorySeparatorChar);
        return parts[0] != "models" && (parts[..^1].Contains(deviceId, StringComparer.Ordinal) || (parts.Length > 1 && parts[^1].Split('.')[0] == deviceId));
    }

    private static IReadOnlyList<string> Guarded(Func<IReadOnlyList<string>> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new ErasureException($"A file of the person cannot be erased ({e.Message.TrimEnd('.')}): make it readable and writable for you, and forget again.", e);
        }
    }
}
