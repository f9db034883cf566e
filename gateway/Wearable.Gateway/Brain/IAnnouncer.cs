namespace Wearable.Gateway.Brain;

/// <summary>Says something to a wearable without being asked (a timer rings).</summary>
public interface IAnnouncer
{
    /// <summary>False when it could not be said.</summary>
    Task<bool> AnnounceAsync(string deviceId, string text, CancellationToken cancellation);
}
