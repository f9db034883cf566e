using Wearable.Contract;

namespace Wearable.Gateway.Conversation;

/// <summary>What a wearable says it heard: the gateway believes it only after a second opinion.</summary>
/// <param name="Word">The wake word.</param>
/// <param name="Score">How sure the device was, 0-100.</param>
/// <param name="Threshold">Its threshold.</param>
/// <param name="PreRollMs">Sound it sends from before the moment it woke; the word ends about there.</param>
public sealed record WakeClaim(string Word, int Score, int Threshold, int PreRollMs)
{
    /// <summary>How sure the device was: 0 at its threshold, 1 at score 100.</summary>
    public double Certainty => (Score - Threshold) / (100.0 - Math.Min(Threshold, 99));

    /// <summary>The claim in a wake event; null when a button or a command opened the turn.</summary>
    public static WakeClaim? Of(WakeMessage wake) => wake.Word == "button" ? null : new WakeClaim(wake.Word, wake.Score, wake.Threshold, wake.PreRollMs);
}
