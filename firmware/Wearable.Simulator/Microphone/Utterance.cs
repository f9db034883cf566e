using Wearable.Contract;

namespace Wearable.Simulator.Microphone;

/// <summary>One piece of sound on its way to the microphone.</summary>
internal sealed class Utterance
{
    private const int BlockSamples = AudioFormat.SampleRateHz / 100;

    // Speech synthesis and recordings end in room tone some 40 dB under the voice; a final fricative is 20 to 25 dB under the loudest vowel.
    private const double VoicedUnderLoudestDb = 32;

    public Utterance(short[] samples)
    {
        Samples = samples;
        LastVoicedSample = FindLastVoiced(samples);
    }

    public short[] Samples { get; }

    /// <summary>The next sample to be captured.</summary>
    public int At { get; set; }

    /// <summary>Index of the last sample of the last 10 ms block that is not silence; -1 when all is silence.</summary>
    public int LastVoicedSample { get; }

    public TaskCompletionSource Captured { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static int FindLastVoiced(short[] samples)
    {
        int blocks = (samples.Length + BlockSamples - 1) / BlockSamples;
        double[] energies = new double[blocks];
        double loudest = 0;
        for (int block = 0; block < blocks; block++)
        {
            int end = Math.Min(samples.Length, (block + 1) * BlockSamples);
            double sum = 0;
            for (int i = block * BlockSamples; i < end; i++)
            {
                sum += (double)samples[i] * samples[i];
            }

            energies[block] = sum;
            loudest = Math.Max(loudest, sum);
        }

        double limit = loudest * Math.Pow(10, -VoicedUnderLoudestDb / 10);
        for (int block = blocks - 1; block >= 0 && loudest > 0; block--)
        {
            if (energies[block] >= limit)
            {
                return Math.Min(samples.Length, (block + 1) * BlockSamples) - 1;
            }
        }

        return -1;
    }
}
