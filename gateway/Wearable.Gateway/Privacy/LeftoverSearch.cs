using Microsoft.Data.Sqlite;
using Wearable.Gateway.Models;
using Wearable.Gateway.Telemetry;
using Wearable.Gateway.Telemetry.Sqlite;

namespace Wearable.Gateway.Privacy;

/// <summary>
/// Looks for what is left of a person, byte by byte in every file of the data folder, SQLite's among them. The files of a database server are
/// its operator's.
/// </summary>
internal sealed class LeftoverSearch(string dataFolder, IStore store, PersonTexts texts)
{
    private readonly SqliteStore? _database = store as SqliteStore;
    private readonly ByteScan _scan = new(texts.Kinds.Keys, texts.Others);
    private readonly List<Leftover> _left = [];
    private readonly List<string> _notes = [.. texts.Notes];
    private int _files;
    private long _bytes;

    /// <summary>Looks.</summary>
    /// <param name="rows">Rows that are left in the database.</param>
    /// <param name="kept">A file that keeps its account on purpose; empty when none does.</param>
    public ErasureSearch Look(long rows, string kept)
    {
        if (_database is null)
        {
            _notes.Add($"rows were counted at {store.Name}; the files of that server are its operator's and were not searched");
        }

        using SqliteConnection? connection = _database?.Connect();
        foreach (string file in Files(dataFolder).Order(StringComparer.Ordinal))
        {
            string name = Path.GetRelativePath(dataFolder, file);
            if (name == kept || (_database is not null && name == SqliteStore.FileName + "-shm")) // an index of page numbers, which SQLite has locked
            {
                continue;
            }

            bool inDatabase = _database is not null && (name == SqliteStore.FileName || name == SqliteStore.FileName + "-wal");
            try
            {
                Note(name, Bytes(file, name), inDatabase ? connection : null);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _left.Add(new Leftover(name, $"cannot be read ({e.Message.TrimEnd('.')})", 1));
            }
        }

        return new ErasureSearch(rows, _files, _bytes, _scan.Texts, _left, _notes);
    }

    // Third-party models lie in the standard data folder too: pinned by their hashes, and of nobody. Links lead out of the house.
    private static IEnumerable<string> Files(string folder)
    {
        string models = Path.GetFullPath(new ModelStoreOptions().CacheFolder);
        EnumerationOptions here = new() { AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false };
        foreach (string entry in Directory.EnumerateFileSystemEntries(folder, "*", here))
        {
            if (!Directory.Exists(entry))
            {
                yield return entry;
            }
            else if (Path.GetFullPath(entry) != models)
            {
                foreach (string file in Files(entry))
                {
                    yield return file;
                }
            }
        }
    }

    private IReadOnlyDictionary<string, long> Bytes(string file, string name)
    {
        _files++;
        long bytes = 0;
        IReadOnlyDictionary<string, long> found = new Dictionary<string, long>();
        if (_database is not null && name == SqliteStore.FileName)
        {
            _database.Raw.Position = 0;
            found = _scan.Look(_database.Raw, out bytes);
        }
        else if (new FileInfo(file).Length > 0) // locks are empty, and held
        {
            using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
            found = _scan.Look(stream, out bytes);
        }

        _bytes += bytes;
        return found;
    }

    private void Note(string name, IReadOnlyDictionary<string, long> found, SqliteConnection? connection)
    {
        foreach ((string text, long times) in found)
        {
            // In others' rows, or in the names of tables, the same letters may stand in their own right.
            long theirs = connection is null ? 0 : PersonRows.Occurrences(connection, text);
            if (times > theirs)
            {
                _left.Add(new Leftover(name, texts.Kinds[text], times - theirs));
            }
            else
            {
                _notes.Add($"{name} holds {texts.Kinds[text]} {times} times, each in rows of other wearables");
            }
        }
    }
}
