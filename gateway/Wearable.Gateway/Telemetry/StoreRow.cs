namespace Wearable.Gateway.Telemetry;

/// <summary>One statement with its values, on its way to the writer.</summary>
/// <param name="Sql">A constant text with <c>$1</c>, <c>$2</c>, ...; prepared once per text.</param>
/// <param name="Values">Their values; null is NULL.</param>
public sealed record StoreRow(string Sql, params object?[] Values)
{
    /// <summary>The wearable's message this row keeps; null for rows of the gateway's own.</summary>
    public MessageNumber? Of { get; init; }

    internal TaskCompletionSource? Written { get; init; }

    internal Action<Microsoft.Data.Sqlite.SqliteConnection, StoredNumbers>? Alone { get; init; }

    /// <summary>Writes nothing; completes when everything before it is on disk.</summary>
    internal static StoreRow Barrier() => new("") { Written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) };

    /// <summary>Work that nothing may be written beside; completes when it is done, or throws what it threw.</summary>
    internal static StoreRow Between(Action<Microsoft.Data.Sqlite.SqliteConnection, StoredNumbers> work) => Barrier() with { Alone = work };
}

/// <summary>What tells one message of a wearable from every other.</summary>
/// <param name="DeviceId">Who sent it.</param>
/// <param name="BootId">Its boot id.</param>
/// <param name="Number">Its counter of that boot, from 1.</param>
public readonly record struct MessageNumber(string DeviceId, int BootId, int Number);
