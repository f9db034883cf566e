namespace Wearable.Gateway.Dashboard;

/// <summary>Makes sound of text for /api/speech. Registered by whoever composes the gateway with a voice; without one the path answers 503.</summary>
public interface ISpeechEndpoint
{
    /// <summary>A whole WAV file with the text spoken, 16 kHz mono.</summary>
    /// <param name="text">1 to 300 characters.</param>
    /// <param name="voice">Name of a voice; null takes the standard one.</param>
    /// <param name="cancellation">The listener went away.</param>
    /// <exception cref="ArgumentException">There is no such voice; the message names those there are.</exception>
    Task<byte[]> SpeakAsync(string text, string? voice, CancellationToken cancellation);
}
