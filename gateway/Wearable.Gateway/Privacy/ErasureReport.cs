namespace Wearable.Gateway.Privacy;

/// <summary>What an erasing did, and what a search afterwards found.</summary>
/// <param name="Device">Whose.</param>
/// <param name="At">When (UTC).</param>
/// <param name="Rows">Rows erased of each table that had any.</param>
/// <param name="Files">Files erased, relative to the data folder.</param>
/// <param name="Settings">Files out of which its settings were cut.</param>
/// <param name="Topics">Retained topics erased at the broker.</param>
/// <param name="Account">What became of its account.</param>
/// <param name="Wearable">What became of the settings on the wearable itself.</param>
/// <param name="Search">What was looked for afterwards, and found.</param>
/// <param name="Beyond">What a gateway cannot erase.</param>
public sealed record ErasureReport(
    string Device, DateTimeOffset At, IReadOnlyDictionary<string, long> Rows, IReadOnlyList<string> Files, IReadOnlyList<string> Settings, IReadOnlyList<string> Topics,
    string Account, string Wearable, ErasureSearch Search, IReadOnlyList<string> Beyond)
{
    /// <summary>Whether there was anything to erase.</summary>
    public bool FoundAnything => Rows.Count + Files.Count + Settings.Count + Topics.Count > 0 || Account == AccountErased;

    /// <summary>What <see cref="Account"/> says when the account went.</summary>
    public const string AccountErased = "erased";

    /// <summary>What is never within reach.</summary>
    public static IReadOnlyList<string> OutOfReach { get; } =
    [
        "copies that others took: exports, backups, recordings kept elsewhere, Home Assistant's history, viewers and monitoring",
        "what this program printed, where its output is kept",
        "blocks of the disk that the file system gave back but did not overwrite",
    ];
}

/// <summary>A search through database and files after an erasing.</summary>
/// <param name="RowsLeft">Rows of the person in the database.</param>
/// <param name="Files">Files read, the database among them.</param>
/// <param name="Bytes">Bytes read.</param>
/// <param name="Texts">Texts looked for: the id or its topics, remembered facts, stored words.</param>
/// <param name="Left">What was found.</param>
/// <param name="Notes">What the search could not tell.</param>
public sealed record ErasureSearch(long RowsLeft, int Files, long Bytes, int Texts, IReadOnlyList<Leftover> Left, IReadOnlyList<string> Notes)
{
    /// <summary>Whether nothing is left.</summary>
    public bool Clean => RowsLeft == 0 && Left.Count == 0;
}

/// <summary>Something left of a person.</summary>
/// <param name="File">Where, relative to the data folder.</param>
/// <param name="What">What it is; never the words themselves.</param>
/// <param name="Times">How often.</param>
public sealed record Leftover(string File, string What, long Times);
