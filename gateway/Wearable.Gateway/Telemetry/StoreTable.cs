namespace Wearable.Gateway.Telemetry;

/// <summary>What a column holds; <c>Int</c> is 32 bit, <c>Long</c> 64 bit.</summary>
public enum StoreType
{
    /// <summary>Text.</summary>
    Text,

    /// <summary>A 32 bit integer.</summary>
    Int,

    /// <summary>A 64 bit integer.</summary>
    Long,

    /// <summary>Bytes.</summary>
    Bytes,
}

/// <summary>One column.</summary>
public sealed record StoreColumn(string Name, StoreType Type, bool Nullable = false);

/// <summary>
/// The tables, one description for every database: writing, moving from one database to another, exporting and erasing go by it.
/// Times (<c>at</c>, <c>updated</c>) are epoch ms of receipt; everything else has the name and unit it has on the wire.
/// </summary>
/// <remarks>
/// Tables without a key only grow and have a column <c>id</c> besides these, which puts rows of the same time in order. Beside these
/// tables stand the sums of the readings, <c>heart_sums</c>, which the database keeps itself.
/// </remarks>
public sealed class StoreTable
{
    /// <summary>Wake words, button, faults and the like: <c>kind</c> is the topic behind the device id, <c>payload</c> the message's text.</summary>
    public static readonly StoreTable Events = new("events", [Device, At, Text("kind"), Text("payload")]);

    /// <summary>Readings of a pulse.</summary>
    public static readonly StoreTable Heart = new("heart", [Device, At, MaybeInt("bpm10"), Int("q"), Text("st"), Text("src"), Int("pi"), Int("mot")]);

    /// <summary>Rates the gateway found anew beside the live ones; <c>at</c> is the end of the window as received.</summary>
    public static readonly StoreTable HeartAgain = new("heart_again", [Device, At, MaybeInt("bpm10"), Int("q"), Text("st"), Int("mot"), Int("lag_ms")]);

    /// <summary>Batches of inter-beat intervals.</summary>
    public static readonly StoreTable Beats = new("beats", [Device, At, Long("t0"), Text("ibi"), Text("q")]);

    /// <summary>A wearable's own health.</summary>
    public static readonly StoreTable Health = new("health",
    [
        Device, At, MaybeInt("bat"), Int("heap"), Int("heap_low"), Int("gc"), MaybeInt("rssi"), Long("up"), Text("reset"), Int("reconn"), Int("dropped"), Int("loop_ms"), Int("over"),
    ]);

    /// <summary>Turns of conversations. A phase adds what it knows: a stage time once reached stays, and when it began.</summary>
    public static readonly StoreTable Turns = new("turns",
        [
            Device, Text("sid"), At, Long("updated"), Text("phase"), MaybeInt("end_ms"), MaybeInt("text_ms"), MaybeInt("answer_ms"), MaybeInt("speech_ms"), MaybeInt("audio_ms"),
            MaybeInt("done_ms"), Text("safety"), Text("why"), MaybeText("heard"), MaybeText("answer"),
        ],
        ["device", "sid"],
        """
        updated = excluded.updated, phase = excluded.phase,
        end_ms = COALESCE(excluded.end_ms, turns.end_ms), text_ms = COALESCE(excluded.text_ms, turns.text_ms),
        answer_ms = COALESCE(excluded.answer_ms, turns.answer_ms), speech_ms = COALESCE(excluded.speech_ms, turns.speech_ms),
        audio_ms = COALESCE(excluded.audio_ms, turns.audio_ms), done_ms = COALESCE(excluded.done_ms, turns.done_ms),
        safety = CASE WHEN excluded.safety = '' THEN turns.safety ELSE excluded.safety END, why = CASE WHEN excluded.why = '' THEN turns.why ELSE excluded.why END,
        heard = COALESCE(excluded.heard, turns.heard), answer = COALESCE(excluded.answer, turns.answer)
        """);

    /// <summary>The broker's retained messages.</summary>
    public static readonly StoreTable Retained = new("retained", [Text("topic"), At, Int("qos"), Bytes("payload")], ["topic"], "at = excluded.at, qos = excluded.qos, payload = excluded.payload");

    /// <summary>Which messages are stored, one bit each; see <see cref="StoredNumbers"/>. Sessions write it themselves.</summary>
    public static readonly StoreTable Numbers = new("numbers",
        [Device, Int("boot"), At, Int("first"), Int("newest"), Long("count"), Bytes("seen")],
        ["device", "boot"],
        "at = excluded.at, first = excluded.first, newest = excluded.newest, count = excluded.count, seen = excluded.seen");

    /// <summary>Every table above.</summary>
    public static readonly IReadOnlyList<StoreTable> All = [Events, Heart, HeartAgain, Beats, Health, Turns, Retained, Numbers];

    private readonly string? _change;

    private StoreTable(string name, StoreColumn[] columns, string[]? key = null, string? change = null)
    {
        Name = name;
        Columns = columns;
        Key = key ?? [];
        _change = change;
        InsertSql = $"INSERT INTO {name}({ColumnList}) VALUES({string.Join(", ", columns.Select((_, i) => $"${i + 1}"))}){OnConflict}";
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its columns, without <c>id</c>.</summary>
    public IReadOnlyList<StoreColumn> Columns { get; }

    /// <summary>The columns that tell rows apart; empty for a table that only grows.</summary>
    public IReadOnlyList<string> Key { get; }

    /// <summary>The columns with commas, without <c>id</c>.</summary>
    public string ColumnList => string.Join(", ", Columns.Select(column => column.Name));

    /// <summary>Adds a row, or changes that of its key; values <c>$1</c>, <c>$2</c>, ... in the order of the columns.</summary>
    internal string InsertSql { get; }

    /// <summary>What becomes of a row whose key is there; empty for a table that only grows.</summary>
    internal string OnConflict => _change is null ? "" : $" ON CONFLICT({string.Join(", ", Key)}) DO UPDATE SET {_change}";

    private static StoreColumn Device => Text("device");

    private static StoreColumn At => Long("at");

    private static StoreColumn Text(string name) => new(name, StoreType.Text);

    private static StoreColumn MaybeText(string name) => new(name, StoreType.Text, Nullable: true);

    private static StoreColumn Int(string name) => new(name, StoreType.Int);

    private static StoreColumn MaybeInt(string name) => new(name, StoreType.Int, Nullable: true);

    private static StoreColumn Long(string name) => new(name, StoreType.Long);

    private static StoreColumn Bytes(string name) => new(name, StoreType.Bytes);
}
