namespace Wearable.Gateway.Telemetry;

/// <summary>One change on its way to the writer.</summary>
public abstract record StoreRow
{
    /// <summary>The wearable's message this row keeps; null for rows of the gateway's own. Such a message is stored once, however often it comes.</summary>
    public MessageNumber? Of { get; init; }

    internal TaskCompletionSource? Written { get; init; }

    /// <summary>Adds a row; in a table with a key it changes the row of the same key.</summary>
    /// <param name="table">One of <see cref="StoreTable"/>.</param>
    /// <param name="values">One for each of its columns, in their order; null is NULL.</param>
    public static StoreRow Add(StoreTable table, params object?[] values) => new AddedRow(table, values);

    /// <summary>Forgets a retained message.</summary>
    public static StoreRow EraseRetained(string topic) => new RetainedErased(topic);

    /// <summary>
    /// Erases everything received before a time, epoch ms, except retained messages. A store that keeps days or weeks apart (PostgreSQL)
    /// erases each when all of it is older.
    /// </summary>
    public static StoreRow EraseBefore(long atMs) => new OlderErased(atMs);

    /// <summary>Erases heard and spoken words of all turns.</summary>
    public static StoreRow EraseWords() => new WordsErased();

    /// <summary>Writes nothing; completes when everything before it is on disk.</summary>
    internal static StoreRow Barrier() => new Nothing { Written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) };
}

/// <summary>What tells one message of a wearable from every other.</summary>
/// <param name="DeviceId">Who sent it.</param>
/// <param name="BootId">Its boot id.</param>
/// <param name="Number">Its counter of that boot, from 1.</param>
public readonly record struct MessageNumber(string DeviceId, int BootId, int Number);

/// <summary><see cref="StoreRow.Add"/>.</summary>
internal sealed record AddedRow(StoreTable Table, object?[] Values) : StoreRow;

/// <summary><see cref="StoreRow.EraseRetained"/>.</summary>
internal sealed record RetainedErased(string Topic) : StoreRow;

/// <summary><see cref="StoreRow.EraseBefore"/>.</summary>
internal sealed record OlderErased(long AtMs) : StoreRow;

/// <summary><see cref="StoreRow.EraseWords"/>.</summary>
internal sealed record WordsErased : StoreRow;

/// <summary><see cref="StoreWriter.EraseDeviceAsync"/>; the last of its batch, and nothing to a session.</summary>
internal sealed record DeviceErased(string DeviceId) : StoreRow
{
    /// <summary>Rows erased of each table that had any.</summary>
    public TaskCompletionSource<IReadOnlyDictionary<string, long>> Rows { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary><see cref="StoreRow.Barrier"/>.</summary>
internal sealed record Nothing : StoreRow;
