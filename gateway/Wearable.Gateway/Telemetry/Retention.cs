using Microsoft.Data.Sqlite;

namespace Wearable.Gateway.Telemetry;

/// <summary>
/// Erases what is older than the owner's number of days, at start and every hour. When words are not allowed, words of an earlier
/// start that allowed them go too.
/// </summary>
public sealed class Retention(StoreWriter writer, StoreDatabase database, GatewayOptions options, TimeProvider time, ILogger<Retention> logger) : BackgroundService
{
    private static readonly string[] Sweeps =
    [
        "DELETE FROM events WHERE at < $1",
        "DELETE FROM heart WHERE at < $1",
        "DELETE FROM heart_again WHERE at < $1",
        "DELETE FROM beats WHERE at < $1",
        "DELETE FROM health WHERE at < $1",
        "DELETE FROM turns WHERE at < $1",
        "DELETE FROM numbers WHERE at < $1",
    ];

    /// <summary>Erases once; complete when it is on disk.</summary>
    public async Task SweepAsync(CancellationToken cancellation = default)
    {
        long oldest = (time.GetUtcNow() - TimeSpan.FromDays(options.KeepDays)).ToUnixTimeMilliseconds();
        foreach (string sweep in Sweeps)
        {
            await writer.AddAsync(new StoreRow(sweep, oldest), cancellation).ConfigureAwait(false);
        }

        if (!options.AllowWords)
        {
            await writer.AddAsync(new StoreRow("UPDATE turns SET heard = NULL, answer = NULL WHERE heard IS NOT NULL OR answer IS NOT NULL"), cancellation).ConfigureAwait(false);
        }

        await writer.FlushAsync(cancellation).ConfigureAwait(false);
        EmptyLog();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer hourly = new(TimeSpan.FromHours(1), time);
        do
        {
            try
            {
                await SweepAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (SqliteException e)
            {
                logger.LogWarning("erasing old data failed, trying again in an hour: {Why}", e.Message);
            }
        }
        while (await hourly.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }

    // The write-ahead log still holds the erased pages until it is copied back and cut.
    private void EmptyLog()
    {
        using SqliteConnection connection = database.Connect();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
        command.ExecuteNonQuery();
    }
}
