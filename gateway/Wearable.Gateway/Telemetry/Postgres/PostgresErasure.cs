using Npgsql;

namespace Wearable.Gateway.Telemetry.Postgres;

/// <summary>Erases a wearable from every table. The server's write-ahead log and backups are its operator's: docs/stores.md says so.</summary>
internal static class PostgresErasure
{
    private const string Sums = "heart_sums";

    /// <summary>Erases in one transaction, then cleans the tables, so that the space of erased rows is used again.</summary>
    /// <returns>Rows erased of each table that had any.</returns>
    public static async Task<IReadOnlyDictionary<string, long>> RunAsync(NpgsqlConnection connection, string deviceId)
    {
        // Sums first: then none is changed while its readings are erased.
        (string Name, string Where)[] tables = [(Sums, "device = $1"), .. StoreTable.All.Select(table => (table.Name, StoreRows.About(table)))];
        Dictionary<string, long> erased = new(StringComparer.Ordinal);
        await using (NpgsqlTransaction transaction = await connection.BeginTransactionAsync().ConfigureAwait(false))
        {
            foreach ((string name, string where) in tables)
            {
                await using NpgsqlCommand command = new($"DELETE FROM {name} WHERE {where}", connection) { CommandTimeout = 0, Parameters = { new NpgsqlParameter { Value = deviceId } } };
                int rows = await command.ExecuteNonQueryAsync().ConfigureAwait(false);
                if (rows > 0)
                {
                    erased[name] = rows;
                }
            }

            await transaction.CommitAsync().ConfigureAwait(false);
        }

        if (erased.Count > 0)
        {
            await using NpgsqlCommand clean = new($"VACUUM {string.Join(", ", erased.Keys)}", connection) { CommandTimeout = 0 };
            await clean.ExecuteNonQueryAsync().ConfigureAwait(false);
        }

        return erased;
    }
}
