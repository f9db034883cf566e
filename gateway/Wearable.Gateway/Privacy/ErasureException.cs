namespace Wearable.Gateway.Privacy;

/// <summary>A person cannot be erased or exported and the owner can cure it. The message is one sentence with the cure.</summary>
public sealed class ErasureException(string message, Exception? inner = null) : Exception(message, inner);
