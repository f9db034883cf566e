using System.Text.Json;
using Wearable.Simulator.Microphone;

namespace Wearable.Simulator.CommandLine;

/// <summary>The run cannot go on; the message is one sentence for the person at the console.</summary>
public sealed class RunException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Lets the gateway's speech synthesis speak what the simulated person says.</summary>
public static class GatewaySpeech
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Fetches a text as sound.</summary>
    /// <param name="gateway">Root of the gateway's HTTP.</param>
    /// <param name="text">At most 300 characters.</param>
    /// <param name="voice">A voice the gateway knows.</param>
    /// <returns>int16, mono, 16 kHz.</returns>
    /// <exception cref="RunException">No gateway there, it refused, or it sent something else.</exception>
    public static async Task<short[]> FetchAsync(Uri gateway, string text, string voice, CancellationToken cancellation)
    {
        Uri address = new(gateway, $"/api/speech?text={Uri.EscapeDataString(text)}&voice={Uri.EscapeDataString(voice)}");
        string name = $"gateway {gateway.GetLeftPart(UriPartial.Authority)}";
        using HttpClient http = new() { Timeout = Limit };
        try
        {
            using HttpResponseMessage answer = await http.GetAsync(address, cancellation);
            byte[] body = await answer.Content.ReadAsByteArrayAsync(cancellation);
            if (!answer.IsSuccessStatusCode)
            {
                throw new RunException($"speech: {name} answered {(int)answer.StatusCode} to /api/speech: {Detail(body) ?? "is it a Wearable gateway of this version?"}");
            }

            return WavFile.Parse(body, $"speech from {name}");
        }
        catch (HttpRequestException error)
        {
            throw new RunException($"speech: {name} cannot be reached ({error.Message}); start it, or name it with --gateway", error);
        }
        catch (TaskCanceledException error) when (!cancellation.IsCancellationRequested)
        {
            throw new RunException($"speech: {name} did not speak within {Limit.TotalSeconds} s", error);
        }
    }

    /// <summary>The sentence in a problem document (RFC 9457), or null when the body is something else.</summary>
    private static string? Detail(byte[] body)
    {
        try
        {
            using JsonDocument problem = JsonDocument.Parse(body);
            return problem.RootElement.ValueKind == JsonValueKind.Object && problem.RootElement.TryGetProperty("detail", out JsonElement detail)
                ? detail.GetString()
                : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
