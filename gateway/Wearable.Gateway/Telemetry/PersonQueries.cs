namespace Wearable.Gateway.Telemetry;

/// <summary>What either database holds of one wearable's person.</summary>
internal static class PersonQueries
{
    /// <summary>Ids of all wearables in the database; jumps from id to id in each table's index.</summary>
    public static async Task<IReadOnlySet<string>> DevicesAsync(IStore store, CancellationToken cancellation = default)
    {
        SortedSet<string> devices = new(StringComparer.Ordinal);
        foreach (StoreTable table in StoreTable.All.Where(table => table != StoreTable.Retained))
        {
            string sql = $"""
                WITH RECURSIVE d(x) AS (SELECT MIN(device) FROM {table.Name} UNION ALL SELECT (SELECT MIN(device) FROM {table.Name} WHERE device > x) FROM d WHERE x IS NOT NULL)
                SELECT x FROM d WHERE x IS NOT NULL
                """;
            devices.UnionWith(await store.QueryAsync(sql, row => row.GetString(0), cancellation).ConfigureAwait(false));
        }

        return devices;
    }

    /// <summary>The words of a person's turns, newest first, where they were allowed to be stored.</summary>
    public static async Task<IReadOnlyList<string>> WordsAsync(IStore store, string deviceId, int most, CancellationToken cancellation = default)
    {
        List<string[]> turns = await store.QueryAsync(
            "SELECT heard, answer FROM turns WHERE device = $1 AND (heard IS NOT NULL OR answer IS NOT NULL) ORDER BY at DESC LIMIT $2",
            row => (string[])[.. Enumerable.Range(0, 2).Where(column => !row.IsDBNull(column)).Select(row.GetString)], cancellation, deviceId, most).ConfigureAwait(false);
        return [.. turns.SelectMany(words => words)];
    }

    /// <summary>Its topics that the broker retains.</summary>
    public static async Task<string[]> TopicsAsync(IStore store, string deviceId, CancellationToken cancellation = default) =>
        [.. await store.QueryAsync($"SELECT topic FROM retained WHERE {StoreRows.About(StoreTable.Retained)} ORDER BY topic", row => row.GetString(0), cancellation, deviceId).ConfigureAwait(false)];

    /// <summary>Rows of a person in all tables, their sums included.</summary>
    public static async Task<long> CountAsync(IStore store, string deviceId, CancellationToken cancellation = default)
    {
        long rows = 0;
        foreach ((string name, string where) in StoreTable.All.Select(table => (table.Name, StoreRows.About(table))).Append(("heart_sums", "device = $1")))
        {
            rows += (await store.QueryAsync($"SELECT COUNT(*) FROM {name} WHERE {where}", row => row.GetInt64(0), cancellation, deviceId).ConfigureAwait(false))[0];
        }

        return rows;
    }
}
