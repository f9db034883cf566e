namespace Wearable.Gateway.Telemetry;

/// <summary>The database does not answer now; nothing is lost, and it is asked again. The message is one sentence with the cure.</summary>
public sealed class StoreAwayException(string message, Exception? cause = null) : Exception(message, cause);
