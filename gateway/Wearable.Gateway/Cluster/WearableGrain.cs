using Orleans.Concurrency;
using Orleans.Placement;
using Orleans.Runtime;
using Orleans.Runtime.Placement;
using Wearable.Gateway.Conversation;
using Wearable.Gateway.Mqtt.External;

namespace Wearable.Gateway.Cluster;

/// <summary>
/// Lives where its wearable's conversation is held: hears the wearable at the broker from its first moment to its last. Random placement: every
/// wearable costs about the same, so the gateways fill evenly. Reentrant: an announcement may wait a minute for its turn, and nobody with it.
/// </summary>
[RandomPlacement]
[Reentrant]
public sealed class WearableGrain(NodeHomes homes, ExternalBroker broker, ILocalSiloDetails silo, IServiceProvider services) : Grain, IWearableGrain
{
    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        string id = this.GetPrimaryKeyString();
        homes.Add(id);
        services.GetService<ConversationHub>()?.TakeOver(id);
        await broker.Home.AddAsync(id);
    }

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        string id = this.GetPrimaryKeyString();
        if (reason.ReasonCode == DeactivationReasonCode.Migrating)
        {
            await UntilIdleAsync(id, cancellationToken); // a turn may have begun since it was asked to move
        }

        await broker.Home.RemoveAsync(id);
        homes.Remove(id);
        if (services.GetService<ConversationHub>() is { } hub)
        {
            await hub.ForgetAsync(id);
        }
    }

    /// <inheritdoc/>
    public Task<SiloAddress> LiveAsync() => Task.FromResult(silo.SiloAddress);

    /// <inheritdoc/>
    public Task LeaveAsync()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<bool> MoveAsync(SiloAddress to)
    {
        if (to.Equals(silo.SiloAddress) || IsBusy(this.GetPrimaryKeyString()))
        {
            return Task.FromResult(false);
        }

        RequestContext.Set(IPlacementDirector.PlacementHintKey, to);
        this.MigrateOnIdle();
        return Task.FromResult(true);
    }

    /// <inheritdoc/>
    public Task<bool> AnnounceAsync(string text) => services.GetService<ConversationHub>()?.AnnounceAsync(this.GetPrimaryKeyString(), text, CancellationToken.None) ?? Task.FromResult(false);

    private bool IsBusy(string id) => services.GetService<ConversationHub>()?.IsBusy(id) == true;

    private async Task UntilIdleAsync(string id, CancellationToken cancellation)
    {
        long until = Environment.TickCount64 + (long)HomeKeeper.Farewell.TotalMilliseconds;
        while (IsBusy(id) && Environment.TickCount64 < until && !cancellation.IsCancellationRequested)
        {
            await Task.Delay(50, CancellationToken.None);
        }
    }
}
