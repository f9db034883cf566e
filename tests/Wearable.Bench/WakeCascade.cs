using Wearable.Contract;
using Wearable.Firmware.Board;
using Wearable.Firmware.Voice;
using Wearable.Gateway.Conversation;
using Wearable.Gateway.Models;
using Wearable.Gateway.Speech;
using Wearable.Training;

namespace Wearable.Bench;

/// <summary>
/// Device and gateway one behind the other: every wake of the device at its model's thresholds, with all words active, is cut as the device
/// would send it and judged by the gateway's own second opinion.
/// </summary>
internal sealed class WakeCascade(SpeechEngines engines) : IDisposable
{
    // As Device: the word's beginning and this much before it, at most the settings' pre-roll.
    private const int MarginMs = 400;
    private const int MostPreRollMs = 1000;

    /// <summary>Loads the gateway's engines; says in one sentence why not and gives null when the models are not there.</summary>
    public static async Task<WakeCascade?> LoadAsync()
    {
        try
        {
            ModelFiles files = await new ModelStore(new ModelStoreOptions()).EnsureAsync(CancellationToken.None);
            return new WakeCascade(await SpeechEngines.LoadAsync(files));
        }
        catch (ModelException e)
        {
            Console.WriteLine($"no second opinion: {e.Message}");
            return null;
        }
    }

    /// <summary>Streams a sound.</summary>
    /// <returns>The gateway's opinion on each of the device's wakes for one word.</returns>
    public async Task<List<WakeOpinion>> HearAsync(WakeEars ears, ReadOnlyMemory<float> sound, string word)
    {
        WakeWordDetector detector = new(ears.Device);
        byte[] hop = new byte[RawSound.HopBytes];
        HopRing ring = new(WakeWordDetector.PastHops + 1);
        List<WakeOpinion> opinions = [];
        int hops = sound.Length / AudioFormat.HopSamples;
        for (int i = 0; i < hops; i++)
        {
            DeviceEars.FillHop(sound.Span.Slice(i * AudioFormat.HopSamples, AudioFormat.HopSamples), hop);
            ring.Push(hop);
            if (!detector.Hear(ring) || detector.Detection.Word != word)
            {
                continue;
            }

            int woke = (i + 1) * AudioFormat.HopSamples;
            int preRollMs = Math.Min(Math.Min(MostPreRollMs, detector.Detection.BeganMsAgo + MarginMs), woke / SpeechFormat.SamplesPerMs);
            WakeVerifier verifier = new(engines.WordScorer, new WakeClaim(word, detector.Detection.Score, detector.Detection.Threshold, preRollMs), ears.Teachers);
            int start = woke - preRollMs * SpeechFormat.SamplesPerMs;
            short[] part = Cut(sound.Span, start + verifier.From, start + verifier.To);
            opinions.Add(await verifier.JudgeAsync(part, CancellationToken.None));
        }

        return opinions;
    }

    /// <inheritdoc/>
    public void Dispose() => engines.Dispose();

    private static short[] Cut(ReadOnlySpan<float> sound, int from, int to)
    {
        short[] part = new short[Math.Min(to, sound.Length) - from];
        for (int i = 0; i < part.Length; i++)
        {
            part[i] = (short)Math.Clamp(MathF.Round(sound[from + i] * 32768), short.MinValue, short.MaxValue);
        }

        return part;
    }
}
