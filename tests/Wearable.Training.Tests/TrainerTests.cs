using Wearable.Firmware.Voice;

namespace Wearable.Training.Tests;

public sealed class TrainerTests
{
    [Fact]
    public void The_same_seed_distils_the_same_network_and_another_seed_another()
    {
        List<Segment> bank = Bank();
        float[] Weights(int seed) => [.. Trainer.Distil(bank, -1, seed, (3, 3), 1, new Progress(), "test").Net.Parameters.SelectMany(p => p.Value)];
        float[] first = Weights(1);
        Assert.Equal(first, Weights(1));
        Assert.NotEqual(first, Weights(2));
    }

    [Fact]
    public void A_network_learns_its_two_words_apart()
    {
        FloatNet net = new Trainer(Bank(), -1, 1).Train(150, new Progress(), "test");
        Assert.Equal(2, net.Words);
        FloatNet one = new(1, Trainer.WindowRows, new Random(1), 2);
        one.CopyFrom(net);
        for (int word = 0; word < 2; word++)
        {
            one.Set(0, Word(word, new Random(99)));
            one.Forward(false);
            float Highest(int head) => Enumerable.Range(0, one.Scores).Max(t => one.Score[t * 2 + head]);
            Assert.True(Highest(word) > Highest(1 - word) + 1, $"word {word}: {Highest(0):0.0} and {Highest(1):0.0}");
        }
    }

    private static List<Segment> Bank()
    {
        Random random = new(5);
        List<Segment> bank = [];
        for (int i = 0; i < 40; i++)
        {
            bank.Add(new Segment("00", 0, 60, 90, Word(0, random)) { Word = 0 });
            bank.Add(new Segment("00", 0, 60, 90, Word(1, random)) { Word = 1 });
            bank.Add(new Segment("", 1, 0, 0, Word(2, random)));
        }

        return bank;
    }

    // Noise with a block of high or low bands in its middle; neither for 2.
    private static sbyte[] Word(int word, Random random) =>
    [
        .. Enumerable.Range(0, Trainer.WindowRows * WakeFeatures.Bands).Select(i =>
        {
            int row = i / WakeFeatures.Bands, band = i % WakeFeatures.Bands;
            bool loud = row is >= 60 and < 90 && word < 2 && band / 8 == word;
            return (sbyte)((loud ? 70 : 0) + random.Next(-10, 11));
        }),
    ];
}
