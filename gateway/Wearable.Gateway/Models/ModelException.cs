namespace Wearable.Gateway.Models;

/// <summary>The models cannot be used on this machine. The message is one sentence for a person, with the cure; print it
/// and stop, a stack trace adds nothing.</summary>
public sealed class ModelException(string message, Exception? inner = null) : Exception(message, inner);
