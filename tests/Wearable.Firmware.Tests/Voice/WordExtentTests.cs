using Wearable.Firmware.Voice;

namespace Wearable.Firmware.Tests.Voice;

public class WordExtentTests
{
    private const int Quiet = 100, Loud = 240;

    [Theory]
    [InlineData(25, 0)]
    [InlineData(40, 5)]
    public void A_word_after_a_pause_begins_at_the_pause_with_a_margin(int wordHops, int backlog)
    {
        short[] levels = Levels(60, wordHops + backlog, out int next);
        Assert.Equal(wordHops + backlog + 4, WordExtent.BeganBack(levels, next, backlog, Quiet));
    }

    [Fact]
    public void Without_a_pause_the_longest_word_is_assumed()
    {
        short[] levels = Levels(0, 120, out int next);
        Assert.Equal(55, WordExtent.BeganBack(levels, next, 0, Quiet));
    }

    [Fact]
    public void It_never_reaches_back_before_the_first_hop()
    {
        short[] levels = Levels(0, 30, out int next);
        Assert.Equal(30, WordExtent.BeganBack(levels, next, 0, Quiet));
    }

    private static short[] Levels(int quietHops, int loudHops, out int next)
    {
        short[] levels = new short[128];
        next = 0;
        for (int i = 0; i < quietHops + loudHops; i++)
        {
            levels[next++] = (short)(i < quietHops ? Quiet : Loud);
        }

        return levels;
    }
}
