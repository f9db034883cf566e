using System.CommandLine;
using System.CommandLine.Completions;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Tool;

/// <summary>Ids for the shell to complete: the wearables that were added or are in the database. Nothing is made for it, and a fault completes nothing.</summary>
internal static class KnownDevices
{
    /// <summary>The ids of a data folder.</summary>
    public static IEnumerable<CompletionItem> Of(CompletionContext context, Func<ParseResult, GatewayOptions> optionsOf)
    {
        try
        {
            GatewayOptions options = optionsOf(context.ParseResult);
            IEnumerable<string> added = new DeviceAccounts(options, TimeProvider.System).All().Select(account => account.Id);
            return [.. added.Concat(Telemetry.Sqlite.SqliteStore.DevicesOf(options.DataFolder)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(id => new CompletionItem(id))];
        }
        catch (Exception e) when (e is GatewayStartException or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return [];
        }
    }
}
