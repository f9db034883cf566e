namespace Wearable.Gateway.Privacy;

/// <summary>Holds something of a wearable in memory and can let go of it.</summary>
public interface IForgets
{
    /// <summary>Lets go of everything of one wearable. What comes from it later is new.</summary>
    ValueTask ForgetAsync(string deviceId);
}
