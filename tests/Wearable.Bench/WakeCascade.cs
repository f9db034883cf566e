using Wearable.Contract;
using Wearable.Firmware.Board;
using Wearable.Firmware.Voice;
using Wearable.Gateway.Conversation;
using Wearable.Gateway.Models;
using Wearable.Gateway.Speech;
using Wearable.Training;

namespace Wearable.Bench;

/// <summary>
/// Device and gateway one behind the other: every wake of the device at its shipped thresholds, with all words active, is cut as the device
/// would send it and judged by the gateway's own second opinion.
/// </summary>
internal sealed class WakeCascade(SpeechEngines engines, WakeModel model) : IDisposable
{
    // As Device: the word's beginning and this much before it, at most the settings' pre-roll.
    private const int MarginMs = 400;
    private const int MostPreRollMs = 1000;

    /// <summary>Loads the gateway's engines; says in one sentence why not and gives null when the models are not there.</summary>
    public static async Task<WakeCascade?> LoadAsync(WakeModel model)
    {
        try
        {
            ModelFiles files = await new ModelStore(new ModelStoreOptions()).EnsureAsync(CancellationToken.None);
            return new WakeCascade(await SpeechEngines.LoadAsync(files), model);
        }
        catch (ModelException e)
        {
            Console.WriteLine($"no second opinion: {e.Message}");
            return null;
        }
    }

    /// <summary>What became of one word's wakes in a sound.</summary>
    /// <param name="Wakes">Wakes of the device.</param>
    /// <param name="Confirmed">Those the gateway confirmed.</param>
    public readonly record struct Verdict(int Wakes, int Confirmed);

    /// <summary>Streams a sound; counts the wakes of one word.</summary>
    public async Task<Verdict> HearAsync(float[] sound, string word)
    {
        WakeWordDetector detector = new(model);
        byte[] hop = new byte[RawSound.HopBytes];
        HopRing ring = new(WakeWordDetector.PastHops + 1);
        int wakes = 0, confirmed = 0;
        int hops = sound.Length / AudioFormat.HopSamples;
        for (int i = 0; i < hops; i++)
        {
            DeviceEars.FillHop(sound.AsSpan(i * AudioFormat.HopSamples, AudioFormat.HopSamples), hop);
            ring.Push(hop);
            if (!detector.Hear(ring) || detector.Detection.Word != word)
            {
                continue;
            }

            wakes++;
            int woke = (i + 1) * AudioFormat.HopSamples;
            int preRollMs = Math.Min(Math.Min(MostPreRollMs, detector.Detection.BeganMsAgo + MarginMs), woke / SpeechFormat.SamplesPerMs);
            WakeVerifier verifier = new(engines.WordScorer, new WakeClaim(word, detector.Detection.Score, detector.Detection.Threshold, preRollMs));
            int start = woke - preRollMs * SpeechFormat.SamplesPerMs;
            short[] part = Cut(sound, start + verifier.From, start + verifier.To);
            confirmed += (await verifier.JudgeAsync(part, CancellationToken.None)).Confirmed ? 1 : 0;
        }

        return new Verdict(wakes, confirmed);
    }

    /// <inheritdoc/>
    public void Dispose() => engines.Dispose();

    private static short[] Cut(float[] sound, int from, int to)
    {
        short[] part = new short[Math.Min(to, sound.Length) - from];
        for (int i = 0; i < part.Length; i++)
        {
            part[i] = (short)Math.Clamp(MathF.Round(sound[from + i] * 32768), short.MinValue, short.MaxValue);
        }

        return part;
    }
}
