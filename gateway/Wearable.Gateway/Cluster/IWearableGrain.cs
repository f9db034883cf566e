using Orleans.Runtime;

namespace Wearable.Gateway.Cluster;

/// <summary>
/// The one place of a wearable among several gateways; its key is the wearable's id. Orleans sees to it that there is one, and makes it anew
/// elsewhere when its gateway is lost. Where it lives its conversation is held, and there the broker's messages of the wearable go.
/// </summary>
public interface IWearableGrain : IGrainWithStringKey
{
    /// <summary>Makes it live where it does not yet; returns where.</summary>
    Task<SiloAddress> LiveAsync();

    /// <summary>The wearable is gone: lives no longer.</summary>
    Task LeaveAsync();

    /// <summary>Moves to another gateway; false when it lives there, or a turn is under way.</summary>
    Task<bool> MoveAsync(SiloAddress to);

    /// <summary>Says something unasked; false when nothing was said.</summary>
    [ResponseTimeout("00:02:00")]
    Task<bool> AnnounceAsync(string text);
}
