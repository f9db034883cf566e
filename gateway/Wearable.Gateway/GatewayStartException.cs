namespace Wearable.Gateway;

/// <summary>The gateway cannot start and the owner can cure it. The message is one sentence with the cure; no stack trace is shown.</summary>
public sealed class GatewayStartException(string message, Exception? cause = null) : Exception(message, cause);
