using Microsoft.Data.Sqlite;
using Wearable.Gateway.Brain;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Privacy;

/// <summary>Erases a person out of a data folder that no gateway runs on.</summary>
public static class StoppedErasure
{
    /// <summary>Erases, then looks for what is left.</summary>
    /// <param name="options">Whose data folder.</param>
    /// <param name="deviceId">The wearable's id.</param>
    /// <param name="account">Whether its account goes too.</param>
    /// <param name="time">Now.</param>
    /// <exception cref="ErasureException">Something cannot be erased; nothing claims to be.</exception>
    /// <exception cref="GatewayStartException">The database or accounts cannot be used.</exception>
    public static ErasureReport Erase(GatewayOptions options, string deviceId, bool account, TimeProvider time)
    {
        StoreDatabase database = StoreDatabase.Open(options);
        DeviceAccounts accounts = new(options, time);
        FactMemory memory = new(options);
        using SqliteConnection connection = database.Connect();
        try
        {
            PersonTexts texts = PersonTexts.Collect(connection, accounts, memory, deviceId);
            string[] topics = PersonRows.Topics(connection, deviceId);
            IReadOnlyDictionary<string, long> rows = PersonRows.Erase(connection, deviceId);
            PersonRows.Scrub(connection);
            return Finish(options.DataFolder, database, connection, accounts, texts, deviceId, account, time.GetUtcNow(), rows, topics, "no gateway runs: the settings on the wearable itself stay, forget again when it is connected");
        }
        catch (SqliteException e)
        {
            throw new ErasureException($"The database {database.File} refused ({e.Message}): stop other programs that use it, run doctor, and forget again.", e);
        }
    }

    /// <summary>The part that is the same whether a gateway runs: files, settings, account, search.</summary>
    internal static ErasureReport Finish(
        string dataFolder, StoreDatabase database, SqliteConnection connection, DeviceAccounts accounts, PersonTexts texts, string deviceId, bool account, DateTimeOffset at,
        IReadOnlyDictionary<string, long> rows, IReadOnlyList<string> topics, string wearable)
    {
        IReadOnlyList<string> files = PersonFiles.Erase(dataFolder, deviceId), settings = PersonFiles.CutSettings(dataFolder, deviceId);
        bool had = accounts.All().Any(known => known.Id == deviceId);
        string what = !had ? "none" : account ? ErasureReport.AccountErased : $"kept in {DeviceAccounts.FileName} with its name: --account erases it";
        if (had && account)
        {
            accounts.Erase(deviceId);
        }

        ErasureSearch search = new LeftoverSearch(dataFolder, database, texts).Look(connection, deviceId, kept: had && !account ? DeviceAccounts.FileName : "");
        return new ErasureReport(deviceId, at, rows, files, settings, topics, what, wearable, search, ErasureReport.OutOfReach);
    }
}
