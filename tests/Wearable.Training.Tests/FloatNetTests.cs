using Wearable.Firmware.Voice;

namespace Wearable.Training.Tests;

public class FloatNetTests
{
    private const int Rows = 64, Bands = WakeFeatures.Bands;

    [Theory]
    [InlineData(1, 20)]
    [InlineData(2, 12)]
    [InlineData(1, 2)]
    [InlineData(0, 16)]
    public void Sizes_that_its_inner_loops_would_write_beyond_are_refused(int batch, int rows) =>
        Assert.Equal($"network: rows of all windows a multiple of 16 and of one of 4 expected, got {batch} windows of {rows} rows", Assert.Throws<ArgumentException>(() => new FloatNet(batch, rows, new Random(1))).Message);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Slopes_are_those_of_the_loss(int words)
    {
        Random random = new(1);
        FloatNet net = new(4, 16, random, words);
        for (int i = 0; i < 4; i++)
        {
            net.Set(i, Window(random, 16));
        }

        // Loss: the scores weighted by fixed numbers.
        float[] weights = [.. net.Score.Select(_ => (float)(random.NextDouble() - 0.5))];
        net.Forward(true);
        weights.CopyTo(net.ScoreSlope, 0);
        net.Backward();
        int close = 0, checks = 0;
        foreach (Parameter p in net.Parameters)
        {
            for (int n = 0; n < 4; n++)
            {
                int i = random.Next(p.Value.Length);
                const float small = 2e-3f;
                float kept = p.Value[i];
                p.Value[i] = kept + small;
                double up = Loss(net, weights);
                p.Value[i] = kept - small;
                double down = Loss(net, weights);
                p.Value[i] = kept;
                double measured = (up - down) / (2 * small);
                checks++;

                // A clipped channel may switch within the step; single precision leaves some noise.
                close += Math.Abs(measured - p.Slope[i]) < 0.05 * Math.Abs(measured) + 0.02 ? 1 : 0;
            }
        }

        Assert.True(close >= checks * 9 / 10, $"{close} of {checks} slopes agree");
    }

    [Fact]
    public void The_devices_integers_give_the_floats_scores()
    {
        Random random = new(2);
        FloatNet net = new(4, Rows, random, 2);
        sbyte[][] windows = [.. Enumerable.Range(0, 4).Select(_ => Window(random, Rows))];
        for (int i = 0; i < 4; i++)
        {
            net.Set(i, windows[i]);
        }

        for (int n = 0; n < 400; n++)
        {
            net.Forward(true);
        }

        net.Forward(false);
        WakeNet device = new(Quantiser.Quantise(net, ["test", "other"], [50, 50], "test"));
        int[] row = new int[Bands];
        for (int i = 0; i < 4; i++)
        {
            device.Reset();
            int scores = 0;
            for (int r = 0; r < Rows; r++)
            {
                for (int b = 0; b < Bands; b++)
                {
                    row[b] = windows[i][r * Bands + b];
                }

                if (device.Push(row))
                {
                    for (int word = 0; word < net.Words; word++)
                    {
                        float wanted = net.Score[(i * net.Scores + scores) * net.Words + word];
                        Assert.InRange(device.Logits[word] / (float)WakeModel.One, wanted - 0.15f, wanted + 0.15f);
                    }

                    scores++;
                }
            }

            Assert.Equal(net.Scores, scores);
        }
    }

    private static double Loss(FloatNet net, float[] weights)
    {
        net.Forward(true);
        double sum = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            sum += (double)weights[i] * net.Score[i];
        }

        return sum;
    }

    private static sbyte[] Window(Random random, int rows) =>
        [.. Enumerable.Range(0, rows * Bands).Select(i => (sbyte)Math.Clamp(30 + 30 * Math.Sin(i / 70.0) + random.Next(-20, 21), -24, 127))];
}
