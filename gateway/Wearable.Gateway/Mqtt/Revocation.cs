using MQTTnet.Protocol;
using MQTTnet.Server;
using Wearable.Gateway.Devices;

namespace Wearable.Gateway.Mqtt;

/// <summary>
/// Ends open connections whose right to be there has ended: the wearable was removed, got a new password, or was added while somebody
/// without a password used its id; or a user was removed or got a new password. <c>device</c> and <c>user</c> commands run in another
/// process, so the accounts' files are looked at every second.
/// </summary>
public sealed class Revocation(Broker broker, DeviceAccounts accounts, Visitors visitors, TimeProvider time, ILogger<Revocation> logger) : BackgroundService
{
    /// <summary>Longest time from a change of the file to the end of the connection, beside the work itself.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private const string Signed = "account";

    /// <summary>Remembers with the session which password let it in.</summary>
    /// <param name="connection">A connection that is let in.</param>
    /// <param name="passwordSince">When that password was made; null without one.</param>
    public static void Remember(ValidatingConnectionEventArgs connection, DateTimeOffset? passwordSince) => connection.SessionItems[Signed] = passwordSince;

    /// <summary>Looks at every open connection once.</summary>
    public async Task LookAsync()
    {
        Dictionary<string, DeviceAccount> added = accounts.All().ToDictionary(account => account.Id, StringComparer.Ordinal);
        foreach (MqttClientStatus client in await broker.Server.GetClientsAsync().ConfigureAwait(false))
        {
            if (!added.TryGetValue(client.Id, out DeviceAccount? account))
            {
                if (visitors.HasLeft(client.Session.Items))
                {
                    await EndAsync(client.Id, "its user was removed or has a new password").ConfigureAwait(false);
                }

                continue;
            }

            DateTimeOffset? since = client.Session.Items[Signed] as DateTimeOffset?;
            if (account.RemovedAt is null && since == account.AddedAt)
            {
                continue;
            }

            await EndAsync(client.Id, account.RemovedAt is null ? "its password is a new one" : "removed by its owner").ConfigureAwait(false);
        }
    }

    private async Task EndAsync(string client, string why)
    {
        logger.LogWarning("{Client} is disconnected: {Why}", LogText.Clean(client), why);
        await broker.Server.DisconnectClientAsync(client, new MqttServerClientDisconnectOptions { ReasonCode = MqttDisconnectReasonCode.NotAuthorized }).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(Every, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            {
                try
                {
                    await LookAsync().ConfigureAwait(false);
                }
                catch (Exception e) when (e is GatewayStartException or InvalidOperationException)
                {
                    // A damaged file lets nobody new in and is logged there; those inside stay until it can be read again.
                    logger.LogDebug("{Problem}", e.Message);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The gateway stops.
        }
    }
}
