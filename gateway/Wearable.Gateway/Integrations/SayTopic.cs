using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Wearable.Gateway.Brain;
using Wearable.Gateway.Devices;

namespace Wearable.Gateway.Integrations;

/// <summary>
/// Says texts of the house's programs aloud, through the same safety gate as every announcement, and publishes what became of each. At most
/// <see cref="MostWaiting"/> wait for their wearable to be free; one more is refused.
/// </summary>
public sealed class SayTopic(IServiceProvider services, DeviceRegistry registry, IHousePublisher publisher, ILogger<SayTopic> logger) : IHostedService
{
    /// <summary>Longest text, characters.</summary>
    public const int MaxChars = HouseVoice.MaxTextChars;

    /// <summary>Most texts on their way at once, all wearables together.</summary>
    public const int MostWaiting = 8;

    private readonly CancellationTokenSource _stopping = new();
    private int _waiting;

    /// <summary>Takes a text.</summary>
    /// <param name="deviceId">The wearable that is to say it.</param>
    /// <param name="payload">UTF-8, 1 to <see cref="MaxChars"/> characters on one line.</param>
    /// <returns>Why it is not taken; null when it is.</returns>
    public string? Take(string deviceId, byte[] payload)
    {
        string text = Utf8.IsValid(payload) ? Encoding.UTF8.GetString(payload).Trim() : "";
        if (text.Length is 0 or > MaxChars || text.Any(char.IsControl))
        {
            return $"1 to {MaxChars} characters of UTF-8 on one line expected, got {payload.Length} bytes";
        }

        if (registry.Find(deviceId) is null)
        {
            return $"the gateway knows no wearable {deviceId}";
        }

        if (services.GetService<IAnnouncer>() is not IAnnouncer announcer)
        {
            return "this gateway runs without voice";
        }

        if (Interlocked.Increment(ref _waiting) > MostWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            return $"at most {MostWaiting} texts may wait, got one more";
        }

        _ = SayAsync(announcer, deviceId, text);
        return null;
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => _stopping.CancelAsync();

    private async Task SayAsync(IAnnouncer announcer, string deviceId, string text)
    {
        try
        {
            bool said = await announcer.AnnounceAsync(deviceId, text, _stopping.Token).ConfigureAwait(false);
            object outcome = said ? new { said } : new { said, why = "the wearable is away or busy, or the safety rules refuse the text" };
            await publisher.PublishToHouseAsync(HouseTopics.Said(deviceId), JsonSerializer.SerializeToUtf8Bytes(outcome), retain: false, _stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The gateway stops.
        }
        catch (Exception e)
        {
            logger.LogError(e, "a text for {Device} was not said", deviceId);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}
