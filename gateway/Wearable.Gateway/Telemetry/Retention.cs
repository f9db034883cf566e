using System.Data.Common;

namespace Wearable.Gateway.Telemetry;

/// <summary>
/// Erases what is older than the owner's number of days, at start and every hour. When words are not allowed, words of an earlier
/// start that allowed them go too.
/// </summary>
public sealed class Retention(StoreWriter writer, GatewayOptions options, TimeProvider time, ILogger<Retention> logger) : BackgroundService
{
    /// <summary>Erases once; complete when it is on disk.</summary>
    public async Task SweepAsync(CancellationToken cancellation = default)
    {
        await writer.AddAsync(StoreRow.EraseBefore((time.GetUtcNow() - TimeSpan.FromDays(options.KeepDays)).ToUnixTimeMilliseconds()), cancellation).ConfigureAwait(false);
        if (!options.AllowWords)
        {
            await writer.AddAsync(StoreRow.EraseWords(), cancellation).ConfigureAwait(false);
        }

        await writer.FlushAsync(cancellation).ConfigureAwait(false);
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
            catch (Exception e) when (e is DbException or StoreAwayException)
            {
                logger.LogWarning("erasing old data failed, trying again in an hour: {Why}", e.Message);
            }
        }
        while (await hourly.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }
}
