using Wearable.Contract;

namespace Wearable.Workloads;

/// <summary>Sound with the loudness course of the real thing; nobody's voice.</summary>
public static class TestSound
{
    private const int Rate = AudioFormat.SampleRateHz;

    /// <summary>Talk without a pause: a gliding buzz through two resonances, four syllables a second, about -24 dB of full scale.</summary>
    public static short[] Voice(int seconds, int seed)
    {
        Random random = new(seed);
        short[] samples = new short[seconds * Rate];
        double phase = 0, formant = 700;
        for (int i = 0; i < samples.Length; i++)
        {
            double t = (double)i / Rate;
            phase += (120 + (40 * Math.Sin(t * 2.1))) / Rate;
            if (i % 4000 == 0)
            {
                formant = 400 + (random.NextDouble() * 1200);
            }

            double glottis = phase % 1;
            double tone = Math.Exp(-6 * glottis) * (Math.Sin(2 * Math.PI * formant * glottis / 120) + (0.5 * Math.Sin(2 * Math.PI * 2.4 * formant * glottis / 120)));
            double syllable = 0.35 + (0.65 * Math.Pow(Math.Sin(Math.PI * 4 * t), 2));
            samples[i] = (short)(9000 * syllable * tone + (60 * (random.NextDouble() - 0.5)));
        }

        return samples;
    }

    /// <summary>A busy room: noise whose level wanders between -60 and -35 dB of full scale, with knocks that open the gate.</summary>
    public static short[] Room(int seconds, int seed)
    {
        Random random = new(seed);
        short[] samples = new short[seconds * Rate];
        double last = 0, level = 50, aim = 50;
        for (int i = 0; i < samples.Length; i++)
        {
            if (i % (Rate / 4) == 0)
            {
                aim = 33 * Math.Pow(10, random.NextDouble() * 25 / 20);
            }

            level += (aim - level) / 800;
            last += 0.25 * (((random.NextDouble() - 0.5) * 2) - last);
            samples[i] = (short)(level * 4 * last);
        }

        return samples;
    }
}
