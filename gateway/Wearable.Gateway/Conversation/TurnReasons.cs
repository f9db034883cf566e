namespace Wearable.Gateway.Conversation;

/// <summary>Codes of <c>why</c> in <c>turn/rejected</c> and <c>turn/failed</c> that more than one place knows.</summary>
public static class TurnReasons
{
    /// <summary>The second opinion or the transcript did not find the wake word.</summary>
    public const string NotConfirmed = "wake-not-confirmed";

    /// <summary>Another wearable heard the same word louder and answers.</summary>
    public const string LouderElsewhere = "louder-elsewhere";

    /// <summary>The wearer pressed the button or the wearable stopped playing by itself.</summary>
    public const string Stopped = "stopped";

    /// <summary>Nobody spoke.</summary>
    public const string NoSpeech = "no-speech";

    /// <summary>The gateway that held the turn is gone, or its wake never arrived; the wearer was told so.</summary>
    public const string GatewayLost = "gateway-lost";

    /// <summary>Too many others spoke at once.</summary>
    public const string Busy = "busy";

    /// <summary>A new wake came.</summary>
    public const string Interrupted = "interrupted";
}
