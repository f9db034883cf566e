using System.Data.Common;
using Wearable.Gateway.Mqtt;

namespace Wearable.Gateway.Telemetry;

/// <summary>Which messages of one boot of a wearable are stored.</summary>
/// <param name="DeviceId">The wearable.</param>
/// <param name="BootId">The boot.</param>
/// <param name="Numbers">A window of the asker's own. <see cref="NumberWindow"/> says how far back it remembers.</param>
public sealed record StoredNumbers(string DeviceId, int BootId, NumberWindow Numbers)
{
    private const string Columns = "SELECT device, boot, first, newest, count, seen FROM numbers";

    /// <summary>
    /// What is stored of one wearable, or of all. After a crash, or when a wearable comes from another gateway, a message that was stored
    /// but not acknowledged is so known when it comes again, and one that was heard but not stored is taken.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="deviceId">One wearable; null for all, where they are this gateway's alone.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <returns>The boots of a wearable oldest first.</returns>
    /// <exception cref="StoreAwayException">The database does not answer.</exception>
    public static async Task<IReadOnlyList<StoredNumbers>> ReadAsync(IStore store, string? deviceId, CancellationToken cancellation = default)
    {
        List<StoredNumbers?> rows = deviceId is null
            ? await store.QueryAsync($"{Columns} ORDER BY device, at", Of, cancellation).ConfigureAwait(false)
            : await store.QueryAsync($"{Columns} WHERE device = $1 ORDER BY at", Of, cancellation, deviceId).ConfigureAwait(false);
        return [.. rows.OfType<StoredNumbers>()];
    }

    internal static StoredNumbers? Of(DbDataReader row) =>
        NumberWindow.Restore(row.GetInt32(2), row.GetInt32(3), row.GetInt64(4), row.GetFieldValue<byte[]>(5)) is NumberWindow window
            ? new StoredNumbers(row.GetString(0), row.GetInt32(1), window)
            : null;
}
