using System.Data.Common;
using System.Globalization;
using Wearable.Contract;
using Wearable.Gateway.Brain;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Privacy;

/// <summary>
/// Erases a person while the gateway runs. The wearable is told to forget its own settings and is then kept out until all is done: what it says
/// later is new. Retained messages go at the broker, so that every viewer hears of it; rows go through the store's writer, after which the
/// database is written anew; then everything in memory goes, and at last it is looked for what is left.
/// </summary>
public sealed class RunningErasure(
    GatewayOptions options, IHouseBroker broker, Ingest ingest, ClosedDoors doors, Acknowledgements acknowledgements, IDeviceSender sender, DeviceRegistry registry, DeviceAccounts accounts,
    FactMemory memory, IStore store, StoreWriter writer, IEnumerable<IForgets> holders, TimeProvider time, ILogger<RunningErasure> logger)
{
    /// <summary>How long a connected wearable may take to say that it forgot.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>Erases, then looks for what is left.</summary>
    /// <param name="deviceId">The wearable's id.</param>
    /// <param name="account">Whether its account goes too.</param>
    /// <param name="cancellation">Gives up waiting to begin; what has begun is finished.</param>
    /// <exception cref="ErasureException">Something cannot be erased.</exception>
    public async Task<ErasureReport> EraseAsync(string deviceId, bool account, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            string wearable = await TellAsync(deviceId, cancellation).ConfigureAwait(false);
            doors.TryClose(deviceId);
            await broker.SendAwayAsync(deviceId).ConfigureAwait(false);
            await ingest.ForgetAsync(deviceId).ConfigureAwait(false);
            ErasureReport report = await EraseAsync(deviceId, account, wearable).ConfigureAwait(false);
            logger.LogInformation("a person was erased: {Rows} rows, {Files} files, {Topics} retained topics, left {Left}", report.Rows.Values.Sum(), report.Files.Count, report.Topics.Count, report.Search.Left.Count);
            return report;
        }
        catch (Exception e) when (e is DbException or StoreAwayException)
        {
            throw StoppedErasure.Refused(store, e);
        }
        finally
        {
            doors.Open(deviceId);
            _one.Release();
        }
    }

    private async Task<ErasureReport> EraseAsync(string deviceId, bool account, string wearable)
    {
        await writer.FlushAsync().ConfigureAwait(false);
        PersonTexts texts = await PersonTexts.CollectAsync(store, accounts, memory, deviceId).ConfigureAwait(false);
        string[] topics = await broker.EraseRetainedAsync(deviceId).ConfigureAwait(false);
        foreach (IForgets holder in holders)
        {
            await holder.ForgetAsync(deviceId).ConfigureAwait(false);
        }

        // The broker's own erasing of what it retained is on its way through the writer too, and not counted twice.
        IReadOnlyDictionary<string, long> rows = await writer.EraseDeviceAsync(deviceId).ConfigureAwait(false);
        return await StoppedErasure.FinishAsync(options.DataFolder, store, accounts, texts, deviceId, account, time.GetUtcNow(), rows, topics, wearable).ConfigureAwait(false);
    }

    private async Task<string> TellAsync(string deviceId, CancellationToken cancellation)
    {
        if (registry.Find(deviceId) is not { Online: true })
        {
            return "not connected: the settings on the wearable itself stay, forget again when it is connected";
        }

        CommandMessage forget = new() { Id = "forget-" + Random.Shared.Next(0x10000).ToString("x4", CultureInfo.InvariantCulture) };
        AckMessage? answer = await acknowledgements.AskAsync(deviceId, forget.Id, () => sender.SendCommandAsync(deviceId, CommandNames.Forget, forget, cancellation), Patience, time, cancellation).ConfigureAwait(false);
        return answer switch
        {
            null => $"did not answer within {Patience.TotalSeconds:0} s: its own settings may still be on it",
            { Ok: true } => "forgot its own settings; while it stays on, what it sends from now on is stored as of a new one",
            _ => $"refused to forget its own settings ({LogText.Clean(answer.Code)})",
        };
    }
}
