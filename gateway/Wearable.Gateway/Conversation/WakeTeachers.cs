using System.Reflection;
using Wearable.Contract;
using Wearable.Firmware.Board;
using Wearable.Firmware.Voice;

namespace Wearable.Gateway.Conversation;

/// <summary>
/// The networks that the device's own network was distilled from hear the word again in the sound it sent: the device's features and shape, but other
/// starts, so that they are wrong about other sounds than the device is. Their mean is worth more than each (models/wake-both/README.md).
/// Safe to call from several threads; works some 10 ms.
/// </summary>
/// <param name="models">The teachers; each knows the same words.</param>
public sealed class WakeTeachers(IReadOnlyList<WakeModel> models)
{
    private const int Bands = WakeFeatures.Bands;

    /// <summary>The teachers of the shipped model.</summary>
    public static WakeTeachers Shipped()
    {
        Assembly here = typeof(WakeTeachers).Assembly;
        return new WakeTeachers([.. here.GetManifestResourceNames().Where(name => name.StartsWith("models/wake/", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(name =>
        {
            using Stream stream = here.GetManifestResourceStream(name)!;
            byte[] file = new byte[stream.Length];
            stream.ReadExactly(file);
            return WakeModelFile.Read(file, file.Length);
        })]);
    }

    /// <summary>Whether they were taught this word.</summary>
    public bool Know(string word) => models.Count > 0 && Array.IndexOf(models[0].Words, word) >= 0;

    /// <summary>How surely they hear the word somewhere in a sound.</summary>
    /// <param name="samples">int16, mono, 16 kHz; about a second.</param>
    /// <param name="word">One they <see cref="Know"/>.</param>
    /// <returns>Log odds, natural, mean of all teachers at the best moment, two scores averaged as on the device; at least -8, and that where the sound is too short for two.</returns>
    /// <exception cref="ArgumentException">They were not taught this word.</exception>
    public double OddsOf(ReadOnlySpan<short> samples, string word)
    {
        if (!Know(word))
        {
            throw new ArgumentException($"wake word \"{word}\": the teachers know \"{string.Join("\", \"", models.Count > 0 ? models[0].Words : [])}\"");
        }

        int[][] rows = RowsOf(samples);
        WakeNet[] nets = [.. models.Select(model => new WakeNet(model))];
        int index = Array.IndexOf(models[0].Words, word);
        double best = -WakeModel.Ceiling / (double)WakeModel.One;

        // A score belongs to four rows; where the first four begin is chance, on the device too.
        for (int first = 0; first < WakeNet.RowsPerScore; first++)
        {
            best = Math.Max(best, BestOf(nets, rows, first, index));
        }

        return best;
    }

    private static double BestOf(WakeNet[] nets, int[][] rows, int first, int word)
    {
        double[] sum = new double[Math.Max(0, rows.Length - first) / WakeNet.RowsPerScore];
        foreach (WakeNet net in nets)
        {
            net.Reset();
            int score = 0;
            for (int r = first; r < rows.Length; r++)
            {
                if (net.Push(rows[r]))
                {
                    sum[score++] += net.Logits[word] / (double)WakeModel.One;
                }
            }
        }

        double best = double.NegativeInfinity;
        for (int i = 1; i < sum.Length; i++)
        {
            best = Math.Max(best, (sum[i - 1] + sum[i]) / 2 / nets.Length);
        }

        return best;
    }

    // From freshly started features, as the device's are when its gate opens.
    private static int[][] RowsOf(ReadOnlySpan<short> samples)
    {
        WakeFeatures features = new();
        byte[] hop = new byte[RawSound.HopBytes];
        int[][] rows = new int[samples.Length / AudioFormat.HopSamples][];
        for (int r = 0; r < rows.Length; r++)
        {
            for (int i = 0; i < AudioFormat.HopSamples; i++)
            {
                short sample = samples[(r * AudioFormat.HopSamples) + i];
                int at = (i * RawSound.FrameBytes) + RawSound.VoiceOffset;
                hop[at] = (byte)sample;
                hop[at + 1] = (byte)(sample >> 8);
            }

            rows[r] = new int[Bands];
            features.Extract(hop, WakeWordDetector.RowOffset, 1, rows[r]);
        }

        return rows;
    }
}
