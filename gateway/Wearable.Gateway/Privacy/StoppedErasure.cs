using System.Data.Common;
using Wearable.Gateway.Brain;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Privacy;

/// <summary>Erases a person out of a data folder and its database that no gateway runs on.</summary>
public static class StoppedErasure
{
    /// <summary>Erases, then looks for what is left.</summary>
    /// <param name="options">Whose data folder and database.</param>
    /// <param name="deviceId">The wearable's id.</param>
    /// <param name="account">Whether its account goes too.</param>
    /// <param name="time">Now.</param>
    /// <exception cref="ErasureException">Something cannot be erased; nothing claims to be.</exception>
    /// <exception cref="GatewayStartException">The database or accounts cannot be used.</exception>
    public static async Task<ErasureReport> EraseAsync(GatewayOptions options, string deviceId, bool account, TimeProvider time)
    {
        await using IStore store = await Stores.OpenAsync(options).ConfigureAwait(false);
        DeviceAccounts accounts = new(options, time);
        FactMemory memory = new(options);
        try
        {
            PersonTexts texts = await PersonTexts.CollectAsync(store, accounts, memory, deviceId).ConfigureAwait(false);
            string[] topics = await PersonQueries.TopicsAsync(store, deviceId).ConfigureAwait(false);
            IReadOnlyDictionary<string, long> rows;
            await using (IStoreSession session = store.OpenSession(time))
            {
                rows = await session.EraseDeviceAsync(deviceId).ConfigureAwait(false);
            }

            return await FinishAsync(
                options.DataFolder, store, accounts, texts, deviceId, account, time.GetUtcNow(), rows, topics, "no gateway runs: the settings on the wearable itself stay, forget again when it is connected").ConfigureAwait(false);
        }
        catch (Exception e) when (e is DbException or StoreAwayException)
        {
            throw Refused(store, e);
        }
    }

    /// <summary>That the database did not let it be erased.</summary>
    internal static ErasureException Refused(IStore store, Exception e) =>
        new($"The database {store.Name} refused ({e.Message.TrimEnd('.')}): stop other programs that use it, run doctor, and forget again.", e);

    /// <summary>The part that is the same whether a gateway runs: files, settings, account, search.</summary>
    internal static async Task<ErasureReport> FinishAsync(
        string dataFolder, IStore store, DeviceAccounts accounts, PersonTexts texts, string deviceId, bool account, DateTimeOffset at,
        IReadOnlyDictionary<string, long> rows, IReadOnlyList<string> topics, string wearable)
    {
        IReadOnlyList<string> files = PersonFiles.Erase(dataFolder, deviceId), settings = PersonFiles.CutSettings(dataFolder, deviceId);
        bool had = accounts.All().Any(known => known.Id == deviceId);
        string what = !had ? "none" : account ? ErasureReport.AccountErased : $"kept in {DeviceAccounts.FileName} with its name: --account erases it";
        if (had && account)
        {
            accounts.Erase(deviceId);
        }

        long left = await PersonQueries.CountAsync(store, deviceId).ConfigureAwait(false);
        ErasureSearch search = await Task.Run(() => new LeftoverSearch(dataFolder, store, texts).Look(left, kept: had && !account ? DeviceAccounts.FileName : "")).ConfigureAwait(false);
        return new ErasureReport(deviceId, at, rows, files, settings, topics, what, wearable, search, ErasureReport.OutOfReach);
    }
}
