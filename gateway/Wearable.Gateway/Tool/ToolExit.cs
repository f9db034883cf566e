namespace Wearable.Gateway.Tool;

/// <summary>Exit codes of every verb.</summary>
public static class ToolExit
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>What was asked is wrong, was refused, or a check failed; one sentence on standard error.</summary>
    public const int Refused = 1;

    /// <summary>The verb needs a running gateway, and none answers.</summary>
    public const int NoGateway = 2;

    /// <summary>The gateway wants a user name and password, or others.</summary>
    public const int NotAllowed = 3;
}

/// <summary>A verb cannot do what was asked. The message is one sentence with the cure.</summary>
/// <param name="exit">One of <see cref="ToolExit"/>.</param>
/// <param name="message">The sentence.</param>
public sealed class ToolException(int exit, string message) : Exception(message)
{
    /// <summary>One of <see cref="ToolExit"/>.</summary>
    public int Exit => exit;
}
